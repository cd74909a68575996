import Store

/// Whether a result is what the head of its query file promises.
enum ResultCheck {
  /// - Complexity: O(cells).
  static func check(_ result: QueryResult, columns: [Report.Column], path: String)
    throws(ReportError)
  {
    let expected = columns.map(\.name)
    guard result.columns == expected else {
      throw .columnsDiffer(path: path, found: result.columns, expected: expected)
    }
    for (index, row) in result.rows.enumerated() {
      for (cell, column) in zip(row, columns) {
        guard let unit = column.unit, !fits(cell, unit) else { continue }
        throw .cellDiffers(
          path: path, column: column.name, row: index + 1, found: describe(cell),
          expected: unit.expectation)
      }
    }
  }

  private static func fits(_ cell: Cell, _ unit: ColumnUnit) -> Bool {
    switch (cell, unit) {
    case (.null, _), (.text, .text), (.real, .percent), (.real, .number), (.integer, .percent),
      (.integer, .number), (.integer, .count), (.integer, .hours), (.integer, .money),
      (.integer, .kilowattHours), (.integer, .time):
      true
    case (.text(let text), .decimal): isDecimal(text)
    default: false
    }
  }

  /// Whether `text` is digits with a point and a minus at most.
  private static func isDecimal(_ text: String) -> Bool {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return text.utf8.count - digits.count <= 1 && (1...2).contains(parts.count)
      && parts.allSatisfy { part in !part.isEmpty && part.allSatisfy { (48...57).contains($0) } }
  }

  private static func describe(_ cell: Cell) -> String {
    switch cell {
    case .null: "NULL"
    case .integer(let number): "the integer \(number)"
    case .real(let number): "the real number \(number)"
    case .text(let text): "the text '\(text)'"
    }
  }
}
