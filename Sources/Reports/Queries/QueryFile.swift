import Store

/// A named query: its SQL and what the comment lines at its head say of it.
package struct QueryFile: Sendable {
  /// A value that the SQL takes as `:name`.
  package struct Parameter: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable { case text, integer, real }
    package let name: String
    package let kind: Kind
    /// The value where none is given, nil where one must be.
    package let fallback: Cell?
    package let meaning: String
  }

  /// A column of the result.
  package struct Column: Hashable, Sendable {
    package let name: String
    package let unit: ColumnUnit
    package let meaning: String
  }

  /// A column that `--by` may ask for.
  package struct Dimension: Hashable, Sendable {
    package let name: String
    /// What `{{by}}` puts into the SQL for it.
    package let expression: String
  }

  /// A money column that is the sum of others, line by line.
  package struct Sum: Hashable, Sendable {
    package let total: String
    package let parts: [String]

    package init(total: String, parts: [String]) {
      self.total = total
      self.parts = parts
    }
  }

  /// Two money columns that sum to the same, in each currency.
  package struct Balance: Hashable, Sendable {
    package let left: String
    package let right: String
    /// The columns in each value of which they do, besides.
    package let within: [String]
  }

  /// A money column that says how far another may be off, line by line.
  package struct Bound: Hashable, Sendable {
    package let name: String
    /// The column that it bounds.
    package let subject: String
  }

  /// The file's name without `.sql`.
  package let name: String
  package let path: String
  package let title: String
  package let question: String
  /// Whether it reads postings, so that nothing comes of a period that isn't posted.
  package let needsPostings: Bool
  package let parameters: [Parameter]
  package let columns: [Column]
  package let dimensions: [Dimension]
  /// The dimensions where `--by` is not given; empty only where there are no dimensions.
  package let defaultBy: [String]
  package let sums: [Sum]
  package let balances: [Balance]
  package let bounds: [Bound]
  /// Columns whose lines contain each other, so that their sum means nothing.
  package let overlapping: [String]
  /// The whole text, head included, with `{{by}}` and `{{names}}` not yet filled in.
  package let text: String

  /// The dimensions of `names` in that order.
  ///
  /// - Throws: ``ReportError`` for a name that the file doesn't declare, or one named twice.
  func dimensions(named names: [String]) throws(ReportError) -> [Dimension] {
    guard !dimensions.isEmpty else { throw .noDimensions(report: name) }
    var chosen: [Dimension] = []
    for name in names {
      guard let dimension = dimensions.first(where: { $0.name == name }) else {
        throw .unknownDimension(report: self.name, found: name, known: dimensions.map(\.name))
      }
      guard !chosen.contains(dimension) else {
        throw .repeatedDimension(report: self.name, name: name)
      }
      chosen.append(dimension)
    }
    return chosen
  }

  /// The SQL to run: `{{by}}` becomes `expression AS "name"` for each dimension, `{{names}}` their
  /// names.
  ///
  /// Both come from the file alone, so that nothing a user types becomes SQL.
  func sql(by dimensions: [Dimension]) -> String {
    let terms = dimensions.map { "\($0.expression) AS \"\($0.name)\"" }
    let names = dimensions.map { "\"\($0.name)\"" }
    return Template.fill(
      text, ["by": terms.joined(separator: ", "), "names": names.joined(separator: ", ")])
  }
}
