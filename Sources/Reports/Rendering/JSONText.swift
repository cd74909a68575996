import Store

/// Reports as a JSON array with an object a line.
///
/// Money, hours and percentages are numbers with all their digits; what is not known is null.
enum JSONText {
  /// - Complexity: O(cells).
  static func text(_ report: Report) -> String {
    guard !report.rows.isEmpty else { return "[]\n" }
    let names = report.columns.map { string($0.name) }
    var text = "[\n"
    for (index, row) in report.rows.enumerated() {
      let places = report.moneyPlaces(of: row)
      var members: [String] = []
      for (column, cell) in row.enumerated() {
        let unit = report.columns[column].unit
        members.append("\(names[column]):\(value(cell, unit, places))")
      }
      text += "{" + members.joined(separator: ",") + "}"
      text += index + 1 < report.rows.count ? ",\n" : "\n"
    }
    return text + "]\n"
  }

  private static func value(_ cell: Cell, _ unit: ColumnUnit?, _ places: Int) -> String {
    guard let text = CellText.exact(cell, unit, moneyPlaces: places) else { return "null" }
    if case .text = cell, unit != .decimal { return string(text) }
    return unit == .time ? string(text) : text
  }

  /// - Source: RFC 8259, section 7.
  static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
