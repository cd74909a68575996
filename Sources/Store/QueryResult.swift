/// One value of a result, as SQLite has it.
package enum Cell: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
}

/// The rows that a query gave.
///
/// - Shape: every row has as many cells as there are columns.
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

/// Whatever answers SQL without changing anything.
package protocol QuerySource: Sendable {
  /// The rows of `sql`, at most `rowLimit` of them.
  ///
  /// - Parameter parameters: values by name, the colon left out.
  func query(_ sql: String, parameters: [String: Cell], rowLimit: Int?) throws -> QueryResult
}
