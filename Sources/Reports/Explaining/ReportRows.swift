import Quantities
import Store

extension Report {
  /// The place of a column that is there.
  func place(of name: String) -> Int {
    guard let index = index(of: name) else {
      preconditionFailure("BUG: '\(self.name)' has no column '\(name)'")
    }
    return index
  }

  /// What a column says, where it says something.
  func texts(of name: String) -> [String] {
    let place = place(of: name)
    return rows.compactMap { Self.text($0[place]) }
  }

  /// The sum of a column's whole numbers.
  func sum(of name: String) -> Int128 {
    let place = place(of: name)
    return rows.reduce(0) { sum, row in
      if case .integer(let number) = row[place] { sum + Int128(number) } else { sum }
    }
  }

  /// The row with the largest whole number in a column, the first one of equals.
  func largest(by name: String) -> [Cell]? {
    let place = place(of: name)
    var best: (number: Int64, row: [Cell])?
    for row in rows {
      guard case .integer(let number) = row[place] else { continue }
      if best.map({ $0.number < number }) ?? true { best = (number, row) }
    }
    return best?.row
  }

  /// The report without the rows whose text in a column doesn't fit.
  func keeping(_ name: String, _ fits: (String?) -> Bool) -> Report {
    let place = place(of: name)
    var kept = self
    kept.rows = rows.filter { fits(Self.text($0[place])) }
    return kept
  }

  /// The report with the rows that have one text in a column; all of them where it is nil.
  func keeping(_ name: String, _ text: String?) -> Report {
    guard let text else { return self }
    return keeping(name) { $0 == text }
  }

  func keeping(_ name: String, _ fits: (String) -> Bool) -> Report {
    keeping(name) { (text: String?) in text.map(fits) ?? false }
  }

  private static func text(_ cell: Cell) -> String? {
    if case .text(let text) = cell { text } else { nil }
  }
}

extension ExplainedColumn {
  /// An amount of the column with its unit, all of its digits.
  func text(of amount: Int128, _ report: Report) -> String {
    switch unit {
    case .hours: "\(GPUTime(milliseconds: Int64(clamping: amount)).hours) GPU-h"
    case .kilowattHours: "\(CellText.kilowattHours(amount)) kWh"
    default:
      CellText.money(amount, places: 6) + " "
        + (report.rows.first.map { report.currency(of: $0) } ?? report.currency).code
    }
  }
}
