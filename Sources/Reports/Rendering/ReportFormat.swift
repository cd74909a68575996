import Store

/// How a report is written down.
package enum ReportFormat: String, CaseIterable, Sendable {
  /// For people.
  case table
  /// RFC 4180, UTF-8, lines ended by LF.
  case csv
  /// An array of objects.
  case json
}

/// What may be chosen about the writing.
package struct RenderingOptions: Hashable, Sendable {
  /// CSV as Excel wants it: with a byte order mark, and text that looks like a formula made text.
  package var isForExcel: Bool
  /// Money in the currency's own digits, so that the lines still sum to the rounded total.
  package var isRounded: Bool

  package init(isForExcel: Bool = false, isRounded: Bool = false) {
    self.isForExcel = isForExcel
    self.isRounded = isRounded
  }
}

extension Report {
  /// The report written down, the last line ended.
  package func rendered(_ format: ReportFormat, _ options: RenderingOptions = .init()) -> String {
    let report = options.isRounded || format == .table ? MoneyRounding.round(self) : self
    return switch format {
    case .table: TableText(report).text
    case .csv: CSVText.text(report, isForExcel: options.isForExcel)
    case .json: JSONText.text(report)
    }
  }

  /// The digits after the point of money in `row`.
  func moneyPlaces(of row: [Cell]) -> Int { isRounded ? currency(of: row).minorDigits : 6 }
}
