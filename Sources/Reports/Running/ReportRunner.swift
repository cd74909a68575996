import Quantities
import Store

/// Runs query files and SQL against a store.
package struct ReportRunner: Sendable {
  /// The shortest idle stretch that the store keeps.
  ///
  /// - Unit: milliseconds.
  package static let stretchMin: Int64 = 300_000

  private let catalog: QueryCatalog
  private let source: any QuerySource
  private let calendar: BillingCalendar
  private let currency: Currency

  package init(
    catalog: QueryCatalog, source: any QuerySource, calendar: BillingCalendar, currency: Currency
  ) {
    self.catalog = catalog
    self.source = source
    self.calendar = calendar
    self.currency = currency
  }

  /// The named report that `request` asks for, all its rows.
  ///
  /// - Throws: ``ReportError``, ``QueryFileError``, or what the store throws.
  package func report(_ request: ReportRequest) throws -> Report {
    let file = try catalog.file(named: request.name)
    var given = request.parameters
    if let team = request.team {
      guard file.takes("team") else { throw ReportError.noTeam(report: file.name) }
      given.append(("team", team))
    }
    if let stretch = request.minStretch {
      guard file.takes("min_stretch_ms") else { throw ReportError.noStretches(report: file.name) }
      given.append(("min_stretch_ms", String(stretch)))
    }
    return try run(file, by: request.by, period: request.period, given: given, rowLimit: nil)
  }

  /// What the query that `request` asks for gives, up to its limit.
  ///
  /// - Throws: ``ReportError``, ``QueryFileError``, or what the store throws.
  package func query(_ request: QueryRequest) throws -> Report {
    guard request.rowLimit >= 1 else { throw ReportError.rowLimit(request.rowLimit) }
    let given = try ParameterValues.split(request.parameters)
    switch request.subject {
    case .sql(let sql):
      return try run(sql: sql, name: "query", request, given: given)
    case .nameOrFile(let name):
      guard name.contains("/") || name.hasSuffix(".sql") else {
        let file = try catalog.file(named: name)
        return try run(
          file, by: request.by, period: request.period, given: given, rowLimit: request.rowLimit)
      }
      let text = try QueryCatalog.query(at: name)
      guard QueryHead.starts(text) else {
        return try run(sql: text, name: name, request, given: given)
      }
      let file = try QueryHead.parse(text, path: name, name: name)
      return try run(
        file, by: request.by, period: request.period, given: given, rowLimit: request.rowLimit)
    }
  }

  private func run(
    sql: String, name: String, _ request: QueryRequest, given: [(name: String, text: String)]
  ) throws -> Report {
    guard request.by.isEmpty else { throw ReportError.noDimensions(report: name) }
    let standard = ParameterValues.standard(
      period: request.period, dimensions: [], calendar: calendar)
    let values = try ParameterValues.bind(sql: sql, given: given, standard: standard)
    let result = try rows(of: sql, name: name, values, rowLimit: request.rowLimit)
    var report = Report(
      name: name, title: "Query", question: "", period: request.period,
      columns: result.columns.map { .init(name: $0, unit: nil) }, rows: result.rows, sums: [],
      currency: currency, isCut: result.isCut)
    report.notices = Self.cutNotice(result)
    return report
  }

  private func run(
    _ file: QueryFile, by names: [String], period: ReportPeriod,
    given: [(name: String, text: String)], rowLimit: Int?
  ) throws -> Report {
    var dimensions: [QueryFile.Dimension] = []
    if !names.isEmpty || !file.dimensions.isEmpty {
      dimensions = try file.dimensions(named: names.isEmpty ? file.defaultBy : names)
    }
    if file.needsPostings { try checkWhole(period, file, dimensions) }
    let standard = ParameterValues.standard(
      period: period, dimensions: dimensions, calendar: calendar)
    let values = try ParameterValues.bind(file, given: given, standard: standard)
    if case .integer(let stretch) = values["min_stretch_ms"], stretch < Self.stretchMin {
      throw ReportError.shortStretch(milliseconds: stretch)
    }
    let result = try rows(
      of: file.sql(by: dimensions), name: file.name, values, rowLimit: rowLimit)
    let columns =
      dimensions.map { Report.Column(name: $0.name, unit: .text) }
      + file.columns.map { Report.Column(name: $0.name, unit: $0.unit) }
    try ResultCheck.check(result, columns: columns, path: file.path)
    var report = Report(
      name: file.name, title: file.title, question: file.question, period: period,
      columns: columns, rows: result.rows, sums: file.sums, bounds: file.bounds,
      currency: currency, isCut: result.isCut)
    report.balances = file.balances
    if !report.isCut { try report.checkBalances() }
    report.overlapping = file.overlapping
    report.notices = Self.cutNotice(result)
    if file.needsPostings, !report.hasMoney {
      report.notices += try emptyNotice(period, standard: standard, team: values["team"])
    }
    return report
  }

  private func rows(
    of sql: String, name: String, _ values: [String: Cell], rowLimit: Int?
  ) throws -> QueryResult {
    do {
      return try source.query(sql, parameters: values, rowLimit: rowLimit)
    } catch {
      guard "\(error)".contains("integer overflow") else { throw error }
      throw ReportError.overflow(name: name)
    }
  }

  /// Postings are kept by day, state time by UTC hour.
  private func checkWhole(
    _ period: ReportPeriod, _ file: QueryFile, _ dimensions: [QueryFile.Dimension]
  ) throws(ReportError) {
    let ends = [period.range.start, period.range.end]
    if dimensions.contains(where: { $0.name == "hour" }) {
      guard ends.allSatisfy({ $0 == $0.startOfHour }) else {
        throw .cutsHour(report: file.name, period: period.label)
      }
      return
    }
    guard ends.allSatisfy({ calendar.start(of: calendar.day(of: $0)) == $0 }) else {
      throw .cutsDay(
        report: file.name, period: period.label, zone: calendar.zone,
        canHour: file.dimensions.contains { $0.name == "hour" })
    }
  }

  /// Why a report over postings may be empty.
  private func emptyNotice(
    _ period: ReportPeriod, standard: [String: Cell], team: Cell?
  ) throws -> [String] {
    let days = standard.filter { $0.key == "first_day" || $0.key == "end_day" }
    let teams = try source.query(
      "SELECT DISTINCT team FROM posting_by_day WHERE day >= :first_day AND day < :end_day ORDER BY team",
      parameters: days, rowLimit: QueryRequest.rowLimitDefault
    ).rows.compactMap { row -> String? in
      guard case .text(let name) = row.first else { return nil }
      return name
    }
    guard !teams.isEmpty else {
      return [
        "period \(period.label) has no postings; run 'gputally post --period \(period.label)'"
      ]
    }
    let known = Set(teams.flatMap { [$0] + TeamPath.ancestors(of: $0) })
    guard case .text(let name) = team, !known.contains(name) else { return [] }
    return [
      "period \(period.label) has no postings of team '\(name)'; "
        + Nearest.hint(for: name, among: known.sorted())
    ]
  }

  private static func cutNotice(_ result: QueryResult) -> [String] {
    guard result.isCut else { return [] }
    return [
      "cut after \(result.rows.count) rows, there are more; raise --limit to see them"
    ]
  }
}

extension Report {
  /// Whether any cell tells an amount: without postings none does.
  fileprivate var hasMoney: Bool {
    let money = columns.indices.filter { columns[$0].unit == .money }
    return rows.contains { row in money.isEmpty || money.contains { row[$0] != .null } }
  }
}

extension QueryFile {
  /// Whether the SQL uses the parameter of `name`.
  fileprivate func takes(_ name: String) -> Bool { parameters.contains { $0.name == name } }
}
