/// One condition on a label, as PromQL has it: `job!~"x.*"`.
package struct LabelCondition: Hashable, Sendable {
  package let label: String
  /// `=`, `!=`, `=~` or `!~`.
  package let sign: String
  package let value: String
}

/// Label matchers as PromQL has them inside braces: `namespace="ml",job!~"x.*"`.
package enum LabelMatchers {
  /// The conditions of `text`, nil where it is no list of matchers.
  package static func parse(_ text: String) -> [LabelCondition]? {
    var rest = text.trimmingBlanks()
    var conditions: [LabelCondition] = []
    guard !rest.isEmpty else { return nil }
    while true {
      let name = String(rest.prefix { $0 != "=" && $0 != "!" }.trimmingBlanks())
      guard isLabelName(name) else { return nil }
      rest = rest.drop { $0 != "=" && $0 != "!" }
      guard let sign = ["=~", "!=", "!~", "="].first(where: { rest.hasPrefix($0) }) else {
        return nil
      }
      rest = rest.dropFirst(sign.count).trimmingBlanks()
      guard let (value, after) = quoted(rest) else { return nil }
      conditions.append(LabelCondition(label: name, sign: sign, value: value))
      rest = after.trimmingBlanks()
      if rest.isEmpty { return conditions }
      guard rest.first == "," else { return nil }
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

  /// The text in quotes that `text` starts with, and what follows it.
  private static func quoted(_ text: Substring) -> (value: String, rest: Substring)? {
    guard let quote = text.first, quote == "\"" || quote == "'" else { return nil }
    var value = ""
    var isEscaped = false
    for index in text.indices.dropFirst() {
      let character = text[index]
      if isEscaped {
        value.append(character == "n" ? "\n" : character == "t" ? "\t" : character)
        isEscaped = false
      } else if character == quote {
        return (value, text[text.index(after: index)...])
      } else if character == "\\" {
        isEscaped = true
      } else {
        value.append(character)
      }
    }
    return nil
  }
}
