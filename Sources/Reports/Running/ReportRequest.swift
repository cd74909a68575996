import Quantities

/// The time that a report is about, and what it was called when asked for.
package struct ReportPeriod: Hashable, Sendable {
  /// `2026-11`, `2026-11-23` or an ISO 8601 interval.
  package let label: String
  package let range: TimeRange

  package init(label: String, range: TimeRange) {
    self.label = label
    self.range = range
  }
}

/// A named report as somebody asks for it.
package struct ReportRequest: Sendable {
  package var name: String
  package var period: ReportPeriod
  /// The team to show, nil for all.
  package var team: String?
  /// The dimensions, empty for those that the report names itself.
  package var by: [String]
  /// The shortest idle stretch that counts, nil for what the report names itself.
  ///
  /// - Unit: milliseconds.
  package var minStretch: Int64?
  /// Values for parameters of the query.
  package var parameters: [(name: String, text: String)]

  package init(
    name: String, period: ReportPeriod, team: String? = nil, by: [String] = [],
    minStretch: Int64? = nil, parameters: [(name: String, text: String)] = []
  ) {
    self.name = name
    self.period = period
    self.team = team
    self.by = by
    self.minStretch = minStretch
    self.parameters = parameters
  }
}

/// A query as somebody asks for it.
package struct QueryRequest: Sendable {
  /// The rows that a query gives where no limit is asked for.
  package static let rowLimitDefault = 10_000

  package enum Subject: Hashable, Sendable {
    /// The name of a query file, or the path of one or of plain SQL.
    case nameOrFile(String)
    case sql(String)
  }

  package var subject: Subject
  package var period: ReportPeriod
  /// The dimensions, empty for those that the query names itself.
  package var by: [String]
  /// `name=value`, as `--param` has it.
  package var parameters: [String]
  package var rowLimit: Int

  package init(
    _ subject: Subject, period: ReportPeriod, by: [String] = [], parameters: [String] = [],
    rowLimit: Int = rowLimitDefault
  ) {
    self.subject = subject
    self.period = period
    self.by = by
    self.parameters = parameters
    self.rowLimit = rowLimit
  }
}
