import ArgumentParser
import Configuration
import Pipeline
import Quantities
import Reports
import Store

/// `scan usage|idle|fleet`: answers from the raw samples, without the ledger.
struct ScanCommand: ParsableCommand {
  /// What a scan can tell.
  enum Question: String, ExpressibleByArgument, CaseIterable {
    case usage, idle, fleet
  }

  static let configuration = CommandConfiguration(
    commandName: "scan", abstract: "Answer from the raw samples, without rollup or posting.",
    discussion: """
      usage  what each team held each day, busy and idle, its mean activity and energy
      idle   every stretch in which a workload left a GPU idle
      fleet  the mean utilization and power of all GPUs, hour by hour

      The rules are the ledger's. Use it to see what another idle threshold would say before you \
      configure it:
        gputally scan usage --period yesterday --idle-below 10

      A stretch is cut to the period before its length is looked at.
      """)

  @OptionGroup var options: GlobalOptions
  @Argument(help: "usage, idle or fleet.") var question: Question
  @OptionGroup var asked: PeriodOption
  @Option(
    help: ArgumentHelp(
      "Activity below this is idle; the configured threshold without it.", valueName: "percent"))
  var idleBelow: String?
  @Option(help: "The shortest idle stretch that counts.") var minStretch = "30m"
  @Option(help: "table, csv or json.") var format: ReportFormat = .table
  @OptionGroup var writing: WritingOptions

  func run() throws {
    let configuration = try options.configuration()
    let period = try asked.resolved(in: configuration, now: Clock.now())
    let range = period.range
    guard range.start == range.start.startOfHour, range.end == range.end.startOfHour else {
      throw WrongUsage("--period \(period.label): a scan covers whole hours; name one of those")
    }
    let threshold = try idleBelow.map(Self.millionths)
    let stretch = try WrongUsage.telling { try DurationText.milliseconds(minStretch) }
    guard stretch >= ReportRunner.stretchMin else {
      throw WrongUsage("--min-stretch: found \(minStretch), expected 5m or more")
    }
    let report: Report
    do {
      let store = try Store(path: configuration.store, access: .read)
      if let dropped = try store.frozenUntil(), range.start < dropped {
        throw Failure(
          "the samples before \(dropped) were dropped, as 'retention' says; name a period that "
            + "starts there or later, or ask a report")
      }
      let scan = SampleScan(store: store, configuration: configuration)
      let tables = ScanTables(period: period, currency: configuration.currency)
      switch question {
      case .usage:
        report = tables.usage(
          try scan.usage(in: range, idleBelow: threshold, stretchMin: nil))
      case .idle:
        report = tables.idle(
          try scan.usage(in: range, idleBelow: threshold, stretchMin: stretch))
      case .fleet: report = tables.fleet(try scan.fleet(in: range))
      }
    } catch let error as StoreError {
      throw Failure("\(error)")
    }
    try ReportOutput.show(report, format, writing.rendering)
    if report.rows.isEmpty {
      try ReportOutput.tell(["period \(period.label) has none; see 'gputally status'"])
    }
  }

  /// Millionths of full activity, of percents as people write them: `5`, `2.5`.
  private static func millionths(_ text: String) throws -> Int64 {
    guard let millionths = IdleRule.millionths(ofPercent: text) else {
      throw WrongUsage(
        "--idle-below: found '\(text)', expected percents from 0 to 100, with four decimals at most"
      )
    }
    return millionths
  }
}
