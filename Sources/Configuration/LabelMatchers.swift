/// Label matchers as PromQL has them inside braces: `namespace="ml",job!~"x.*"`.
enum LabelMatchers {
  /// Whether `text` is a list of matchers that can be put between braces.
  static func isValid(_ text: String) -> Bool {
    var rest = text.trimmingBlanks()
    guard !rest.isEmpty else { return false }
    while true {
      let name = rest.prefix { $0 != "=" && $0 != "!" }.trimmingBlanks()
      guard isLabelName(String(name)) else { return false }
      rest = rest.drop { $0 != "=" && $0 != "!" }
      guard let sign = ["=~", "!=", "!~", "="].first(where: { rest.hasPrefix($0) }) else {
        return false
      }
      rest = rest.dropFirst(sign.count).trimmingBlanks()
      guard let end = endOfQuoted(rest) else { return false }
      rest = rest[end...].trimmingBlanks()
      if rest.isEmpty { return true }
      guard rest.first == "," else { return false }
      rest = rest.dropFirst().trimmingBlanks()
    }
  }

  /// Whether `text` can be a label's name.
  static func isLabelName(_ text: String) -> Bool {
    guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
    return text.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || byte == UInt8(ascii: "_")
    }
  }

  /// The index after the text in quotes that `text` starts with.
  private static func endOfQuoted(_ text: Substring) -> Substring.Index? {
    guard let quote = text.first, quote == "\"" || quote == "'" else { return nil }
    var index = text.index(after: text.startIndex)
    while index < text.endIndex {
      let character = text[index]
      index = text.index(after: index)
      if character == quote { return index }
      if character == "\\" {
        guard index < text.endIndex else { return nil }
        index = text.index(after: index)
      }
    }
    return nil
  }
}
