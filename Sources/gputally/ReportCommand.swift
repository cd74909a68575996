import ArgumentParser
import Configuration
import Foundation
import Pipeline
import Quantities
import Reports

extension ReportFormat: ExpressibleByArgument {}

/// `report NAME`: a named report; without a name, the list of them.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Show a named report; without a name, list them.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The report, such as chargeback or idle-allocations.") var name: String?
  @OptionGroup var asked: PeriodOption
  @Option(help: "Show this team and all under it: AI, AI/Perception.") var team: String?
  @Option(help: "Dimensions, such as day,team.") var by: String?
  @Option(help: "The shortest idle stretch that counts, such as 30m.") var minStretch: String?
  @Option(name: .customLong("param"), help: "A parameter as name=value; may be repeated.")
  var parameters: [String] = []
  @Option(help: "table, csv or json.") var format: ReportFormat = .table
  @OptionGroup var writing: WritingOptions

  func run() throws {
    let catalog = QueryCatalog(folders: ResourceFolders.ofThisProgram().folders(named: "queries"))
    guard let name else { return ReportOutput.list(catalog) }
    if name == PolicyCompareReport.name { return try comparePolicies() }
    let context = try options.open()
    let team = team.map { context.configuration.team(named: TeamPath.withoutEnd($0)) }
    let report = try WrongUsage.telling(also: [PolicyCompareReport.name]) {
      let request = try ReportRequest(
        name: name, period: asked.resolved(in: context), team: team, by: ReportOutput.names(by),
        minStretch: minStretch.map { try DurationText.milliseconds($0) },
        parameters: ParameterValues.split(parameters))
      return try context.reports(catalog).report(request)
    }
    try ReportOutput.show(report, format, writing.rendering)
  }

  private func comparePolicies() throws {
    let name = PolicyCompareReport.name
    try WrongUsage.telling {
      if team != nil { throw ReportError.noTeam(report: name) }
      if by != nil { throw ReportError.noDimensions(report: name) }
      if minStretch != nil { throw ReportError.noStretches(report: name) }
      if let first = try ParameterValues.split(parameters).first {
        throw ReportError.unknownParameter(first.name, known: [])
      }
    }
    let configuration = try options.configuration()
    let period = try asked.resolved(in: configuration, now: Clock.now())
    let report = try PolicyCompareReport.make(period, configuration)
    try ReportOutput.show(report, format, writing.rendering)
    if report.rows.isEmpty {
      try ReportOutput.tell([
        "period \(period.label) has no postings; run 'gputally post --period \(period.label)'"
      ])
    }
  }
}

/// `--period P`, for the verbs that show or write money.
struct PeriodOption: ParsableArguments {
  @Option(
    help:
      "2026-11, 2026-11-23, yesterday, last-month or an ISO 8601 interval; the month of yesterday.")
  var period: String?

  /// The period asked for, else the month of the last complete billing day.
  func resolved(in context: ProgramContext) throws -> ReportPeriod {
    try resolved(in: context.configuration, now: context.now)
  }

  func resolved(in configuration: Configuration, now: UTCInstant) throws -> ReportPeriod {
    let yesterday = configuration.calendar.day(of: now).adding(days: -1)
    let text = period ?? BillingMonth(containing: yesterday).description
    let parsed = try Spans.period(text, configuration)
    return ReportPeriod(label: parsed.label, range: parsed.range)
  }
}

/// `--excel` and `--round`.
struct WritingOptions: ParsableArguments {
  @Flag(help: "CSV as Excel wants it.") var excel = false
  @Flag(help: "Money in the currency's own digits, the lines still summing to the total.")
  var round = false

  var rendering: RenderingOptions { RenderingOptions(isForExcel: excel, isRounded: round) }
}

extension ProgramContext {
  /// A runner of `catalog` over the store.
  func reports(_ catalog: QueryCatalog) -> ReportRunner {
    ReportRunner(catalog: catalog, source: queries, calendar: calendar, currency: currency)
  }
}

extension WrongUsage {
  /// Does `work`, for what was named on the command line.
  ///
  /// - Throws: ``WrongUsage`` where the report has no such name or can't take such an option.
  ///
  /// - Parameter also: reports that no query file makes.
  static func telling<Result>(also: [String] = [], _ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch ReportError.unknownReport(let name, let known) {
      let all = (known + also).sorted()
      throw WrongUsage("\(ReportError.unknownReport(name, known: all))")
    } catch let error as ReportError where error.isOfRequest {
      throw WrongUsage("\(error)")
    }
  }
}

/// What the verbs of reports print.
enum ReportOutput {
  /// The names of `a,b`.
  static func names(_ list: String?) -> [String] {
    (list ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// Prints `report`, its notices to standard error.
  ///
  /// - Throws: exit code 2 where the report is not all that was asked for.
  static func show(
    _ report: Report, _ format: ReportFormat, _ rendering: RenderingOptions
  ) throws {
    try StandardOutput.write(report.rendered(format, rendering))
    try tell(report.notices)
  }

  /// Prints `notices` to standard error.
  ///
  /// - Throws: exit code 2 where there are any.
  static func tell(_ notices: [String]) throws {
    for notice in notices { Console.error(notice) }
    if !notices.isEmpty { throw ExitCode(2) }
  }

  /// Prints the names of all reports with what they answer.
  static func list(_ catalog: QueryCatalog) {
    let (files, broken) = catalog.list()
    let made = [(name: PolicyCompareReport.name, says: PolicyCompareReport.question)]
    let found = files.map { file in
      let by = file.dimensions.map(\.name).joined(separator: ",")
      return (name: file.name, says: file.question + (by.isEmpty ? "" : "  --by " + by))
    }
    let reports = (found + made).sorted { $0.name < $1.name }
    let width = reports.map(\.name.count).max() ?? 0
    for report in reports {
      let gap = String(repeating: " ", count: width - report.name.count + 2)
      print(report.name + gap + report.says)
    }
    for error in broken { Console.error("\(error)") }
  }
}
