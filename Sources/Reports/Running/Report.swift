import Quantities
import Store

/// The rows of a report with all that is needed to show them.
package struct Report: Sendable {
  /// A column and the unit of its numbers, nil where SQL of somebody's own says none.
  package struct Column: Hashable, Sendable {
    package let name: String
    package let unit: ColumnUnit?
  }

  package let name: String
  package let title: String
  package let question: String
  package let period: ReportPeriod
  package let columns: [Column]
  /// - Shape: every row has as many cells as there are columns; the cells are in the units that
  ///   ``ColumnUnit`` says SQL yields.
  package internal(set) var rows: [[Cell]]
  /// Money columns that are the sum of others.
  package let sums: [QueryFile.Sum]
  /// Money columns that sum to the same, in each currency.
  var balances: [QueryFile.Balance] = []
  /// Money columns that say how far others may be off.
  package internal(set) var bounds: [QueryFile.Bound] = []
  /// The currency where no column says one.
  package let currency: Currency
  /// Whether money is in whole digits of its currency.
  package internal(set) var isRounded = false
  /// Whether there were more rows than the limit allowed.
  package let isCut: Bool
  /// Columns whose lines contain each other, so that their sum means nothing.
  package internal(set) var overlapping: [String] = []
  /// The column whose values each have lines and totals of their own, nil where all lines are one
  /// whole; lines of one value follow each other.
  package internal(set) var totalsBy: String?
  /// What whoever asked ought to know, a sentence each; for standard error.
  package internal(set) var notices: [String] = []

  /// The place of the column of `name`.
  func index(of name: String) -> Int? { columns.firstIndex { $0.name == name } }

  /// The currency of the money in `row`.
  func currency(of row: [Cell]) -> Currency {
    guard let index = index(of: "currency"), case .text(let code) = row[index] else {
      return currency
    }
    return Currency(code) ?? currency
  }
}

extension Report {
  /// A report whose rows no query file made.
  ///
  /// - Parameters:
  ///   - columns: each with its unit.
  ///   - sums: money columns that are the sum of others.
  ///   - totalsBy: the column whose values each have totals of their own.
  package init(
    name: String, title: String, question: String, period: ReportPeriod,
    columns: [(name: String, unit: ColumnUnit)], rows: [[Cell]], sums: [QueryFile.Sum] = [],
    totalsBy: String? = nil, currency: Currency
  ) {
    self.init(
      name: name, title: title, question: question, period: period,
      columns: columns.map { Column(name: $0.name, unit: $0.unit) }, rows: rows, sums: sums,
      currency: currency, isCut: false, totalsBy: totalsBy)
  }

  /// The runs of lines that have totals of their own.
  var groups: [Range<Int>] {
    guard let index = totalsBy.flatMap(index(of:)) else { return [rows.indices] }
    var groups: [Range<Int>] = []
    for row in rows.indices {
      if let last = groups.last, rows[last.lowerBound][index] == rows[row][index] {
        groups[groups.count - 1] = last.lowerBound..<(row + 1)
      } else {
        groups.append(row..<(row + 1))
      }
    }
    return groups
  }
}
