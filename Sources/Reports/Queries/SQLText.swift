/// What can be said of SQL without running it.
enum SQLText {
  /// A parameter as the SQL names it.
  struct Mention: Hashable {
    let name: String
    /// Counted from one.
    let line: Int
  }

  /// The parameters `:name`, `@name` and `$name` of `sql`, those in strings, quoted names and
  /// comments left out.
  ///
  /// - Complexity: O(n).
  static func parameters(in sql: String) -> [Mention] {
    let bytes = Array(sql.utf8)
    var mentions: [Mention] = []
    var line = 1
    var index = 0
    while index < bytes.count {
      let end = end(ofTokenAt: index, in: bytes)
      if let name = parameter(bytes[index..<end]) {
        mentions.append(Mention(name: name, line: line))
      }
      for byte in bytes[index..<end] where byte == UInt8(ascii: "\n") { line += 1 }
      index = end
    }
    return mentions
  }

  private static func parameter(_ token: ArraySlice<UInt8>) -> String? {
    guard let first = token.first, token.count > 1, Self.sigils.contains(first) else { return nil }
    return String(decoding: token.dropFirst(), as: UTF8.self)
  }

  /// Where the token that starts at `index` ends; always past `index`.
  private static func end(ofTokenAt index: Int, in bytes: [UInt8]) -> Int {
    let first = bytes[index]
    let second = index + 1 < bytes.count ? bytes[index + 1] : 0
    switch first {
    case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
      return end(after: [first], from: index + 1, in: bytes)
    case UInt8(ascii: "["):
      return end(after: [UInt8(ascii: "]")], from: index + 1, in: bytes)
    case UInt8(ascii: "-") where second == UInt8(ascii: "-"):
      return end(after: [UInt8(ascii: "\n")], from: index + 2, in: bytes)
    case UInt8(ascii: "/") where second == UInt8(ascii: "*"):
      return end(after: Array("*/".utf8), from: index + 2, in: bytes)
    default:
      guard isWord(first) || sigils.contains(first) else { return index + 1 }
      var end = index + 1
      while end < bytes.count, isWord(bytes[end]) { end += 1 }
      return end
    }
  }

  private static func end(after mark: [UInt8], from start: Int, in bytes: [UInt8]) -> Int {
    var index = start
    while index + mark.count <= bytes.count {
      if bytes[index..<index + mark.count].elementsEqual(mark) { return index + mark.count }
      index += 1
    }
    return bytes.count
  }

  private static let sigils = Array(":@$".utf8)

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}
