/// One property of a calendar: `DTSTART;TZID=Asia/Seoul:20261123T090000`.
///
/// - Source: RFC 5545, 3.1.
struct ContentLine: Equatable {
  /// In upper case.
  let name: String
  /// By name in upper case, without quotes.
  let parameters: [String: String]
  let value: String
  /// The line of the text that it starts on.
  let line: Int

  /// - Parameter text: unfolded.
  /// - Returns: nil for what is no property.
  init?(_ text: Substring, line: Int) {
    let name = text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    let rest = text.dropFirst(name.count)
    guard !name.isEmpty, rest.first == ":" || rest.first == ";" else { return nil }
    // A quote that is never closed hides nothing.
    guard
      let head = Self.head(of: rest, heedsQuotes: true) ?? Self.head(of: rest, heedsQuotes: false)
    else { return nil }
    self.name = name.uppercased()
    self.line = line
    value = String(rest.dropFirst(head.length + 1))
    var parameters: [String: String] = [:]
    for part in head.parts {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2 else { continue }
      parameters[pair[0].uppercased()] = pair[1].filter { $0 != "\"" }
    }
    self.parameters = parameters
  }

  /// The parameters before the colon that begins the value, and how many characters they are.
  private static func head(
    of text: Substring, heedsQuotes: Bool
  ) -> (parts: [Substring], length: Int)? {
    var parts: [Substring] = []
    var start = text.startIndex
    var isQuoted = false
    var length = 0
    for index in text.indices {
      switch text[index] {
      case "\"" where heedsQuotes: isQuoted.toggle()
      case ";" where !isQuoted, ":" where !isQuoted:
        if start < index { parts.append(text[start..<index]) }
        if text[index] == ":" { return (parts, length) }
        start = text.index(after: index)
      default: break
      }
      length += 1
    }
    return nil
  }

  /// The value with its escapes resolved: `\n`, `\,`, `\;`, `\\`.
  var text: String {
    guard value.contains("\\") else { return value }
    var text = ""
    var isEscaped = false
    for character in value {
      if isEscaped {
        text.append(character == "n" || character == "N" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        text.append(character)
      }
    }
    return text
  }
}

/// The unfolded lines of a calendar, each with the line that it starts on.
struct UnfoldedLines: Sequence, IteratorProtocol {
  /// Unfolded, a line is at most so long; what is longer is cut.
  static let bytesMax = 1 << 20

  private let bytes: [UInt8]
  private var place = 0
  private var line = 0

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  mutating func next() -> (text: String, line: Int)? {
    guard place < bytes.count else { return nil }
    var whole = physical()
    let first = line
    while place < bytes.count, bytes[place] == 32 || bytes[place] == 9 {
      place += 1
      let more = physical()
      if whole.count + more.count <= Self.bytesMax { whole += more }
    }
    return (String(decoding: whole.prefix(Self.bytesMax), as: UTF8.self), first)
  }

  /// Takes one line without its end.
  private mutating func physical() -> ArraySlice<UInt8> {
    line += 1
    let end = bytes[place...].firstIndex(of: 10) ?? bytes.count
    var content = bytes[place..<end]
    if content.last == 13 { content.removeLast() }
    place = end + 1
    return content
  }
}
