/// Rows of a CSV file, each with the line it starts on.
///
/// - Source: RFC 4180; a line feed alone ends a row too, and a byte order mark is skipped.
package struct CSVTable {
  /// One row, and the line it starts on.
  package struct Row: Equatable {
    package let line: Int
    package let fields: [String]
  }

  /// Why a text is no table.
  package struct Fault: Error, Equatable {
    package let line: Int
    package let reason: String

    package init(line: Int, reason: String) {
      self.line = line
      self.reason = reason
    }
  }

  package private(set) var rows: [Row] = []

  /// Reads the rows of `text`; lines without anything are skipped.
  ///
  /// - Parameters:
  ///   - separator: one character of ASCII.
  ///   - rowsMax: how many rows it may have.
  package init(
    _ text: String, separator: Character = ",", rowsMax: Int = 1_000_000
  ) throws(Fault) {
    let comma = separator.asciiValue ?? Byte.comma
    var fields: [String] = []
    var field: [UInt8] = []
    var line = 1
    var rowLine = 1
    var quoteLine = 0
    var state = Place.fieldStart
    var bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    bytes.append(Byte.lineFeed)
    for (index, byte) in bytes.enumerated() {
      let isLast = index == bytes.count - 1
      switch (state, byte) {
      case (.quoted, Byte.quote): state = .quoteInQuoted
      case (.quoted, _) where isLast:
        throw Fault(line: quoteLine, reason: "the quote that opens here is never closed")
      case (.quoteInQuoted, Byte.quote):
        field.append(byte)
        state = .quoted
      case (.quoted, _): field.append(byte)
      case (.fieldStart, Byte.quote):
        quoteLine = line
        state = .quoted
      case (_, comma):
        fields.append(String(decoding: field, as: UTF8.self))
        field = []
        state = .fieldStart
      case (_, Byte.lineFeed):
        if state == .plain, field.last == Byte.carriageReturn { field.removeLast() }
        fields.append(String(decoding: field, as: UTF8.self))
        if fields != [""] { rows.append(Row(line: rowLine, fields: fields)) }
        guard rows.count <= rowsMax else {
          throw Fault(line: line, reason: "it has more than \(rowsMax) rows")
        }
        (fields, field) = ([], [])
        rowLine = line + 1
        state = .fieldStart
      case (.quoteInQuoted, Byte.carriageReturn): break
      case (.quoteInQuoted, _):
        throw Fault(line: line, reason: "text follows a closing quote")
      case (.plain, Byte.quote), (.fieldStart, Byte.quote):
        throw Fault(line: line, reason: "a quote stands inside a field that isn't quoted")
      default:
        field.append(byte)
        state = .plain
      }
      if byte == Byte.lineFeed { line += 1 }
    }
  }

  /// `value` as a field, in quotes where it needs them.
  package static func quoted(_ value: String) -> String {
    let needsQuotes = value.utf8.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\n")
        || $0 == UInt8(ascii: "\r")
    }
    guard needsQuotes else { return value }
    return "\"" + value.replacing("\"", with: "\"\"") + "\""
  }

  private enum Place { case fieldStart, plain, quoted, quoteInQuoted }

  private enum Byte {
    static let quote = UInt8(ascii: "\"")
    static let comma = UInt8(ascii: ",")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
  }
}
