/// One value of a result.
package enum Cell: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
}

/// The rows that a query gave.
///
/// - Shape: every row has a cell for each column.
package struct QueryResult: Sendable {
  package let columns: [String]
  package let rows: [[Cell]]
  /// Whether there were more rows than the limit allowed.
  package let isCut: Bool

  package init(columns: [String], rows: [[Cell]], isCut: Bool) {
    self.columns = columns
    self.rows = rows
    self.isCut = isCut
  }
}

/// Whoever answers read-only SQL.
package protocol QuerySource: Sendable {
  /// The rows of one statement.
  ///
  /// - Parameter parameters: by name, without the colon.
  func query(_ sql: String, parameters: [String: Cell], rowLimit: Int?) throws -> QueryResult
}
