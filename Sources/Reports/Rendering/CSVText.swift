import Quantities
import Store

/// Reports as comma-separated values.
///
/// - Source: RFC 4180, but for the line ends, which are LF.
enum CSVText {
  /// What Excel takes for the start of a formula.
  ///
  /// - Source: OWASP, "CSV Injection"; the wide ones are what Korean and Japanese keyboards type.
  private static let formulaStarts: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠",
  ]
  private static let byteOrderMark = "\u{FEFF}"

  /// - Complexity: O(cells).
  static func text(_ report: Report, isForExcel: Bool) -> String {
    var text = isForExcel ? byteOrderMark : ""
    text += report.columns.map { CSVTable.quoted($0.name) }.joined(separator: ",") + "\n"
    for row in report.rows {
      let places = report.moneyPlaces(of: row)
      var isFirst = true
      for (cell, column) in zip(row, report.columns) {
        if !isFirst { text += "," }
        isFirst = false
        guard var value = CellText.exact(cell, column.unit, moneyPlaces: places) else { continue }
        if isForExcel, case .text = cell, column.unit != .decimal { value = disarmed(value) }
        text += CSVTable.quoted(value)
      }
      text += "\n"
    }
    return text
  }

  /// `value` such that Excel shows it as it is and never takes it for a formula.
  private static func disarmed(_ value: String) -> String {
    guard let first = value.unicodeScalars.first, formulaStarts.contains(first) else {
      return value
    }
    return "'" + value
  }
}
