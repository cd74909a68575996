/// Tags in one form, whatever form the bill has them in.
enum TagText {
  /// The JSON object of a cell's tags: texts in the order of their keys, without blanks.
  ///
  /// Of a key that comes twice the last value counts; tags without a value have the empty text;
  /// nulls are left out. Google's lists of `key` and `value` are tags as well.
  ///
  /// - Returns: empty for no tags at all, nil for what can't be read.
  static func canonical(cell: [UInt8]) -> String? {
    guard let value = LooseValue(cell: cell) else { return nil }
    var tags: [String: String] = [:]
    switch value {
    case .object(let members):
      for (key, value) in members { tags[key] = text(of: value) }
    case .list(let elements):
      for element in elements {
        guard let key = element["key"]?.scalar, let value = element["value"] else { return nil }
        tags[key] = text(of: value)
      }
    case .word("null"), .word("None"): break
    case .text, .word: return nil
    }
    return canonical(tags)
  }

  /// The JSON object of `tags`; empty for none.
  static func canonical(_ tags: [String: String]) -> String {
    guard !tags.isEmpty else { return "" }
    let members = tags.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return "{" + members.map { quoted($0.key) + ":" + quoted($0.value) }.joined(separator: ",")
      + "}"
  }

  /// What a tag's value says; what is an object itself is kept as its JSON.
  private static func text(of value: LooseValue) -> String? {
    switch value {
    case .text, .word: value.scalar
    case .object, .list: json(value)
    }
  }

  private static func json(_ value: LooseValue) -> String {
    switch value {
    case .text(let text), .word(let text): quoted(text)
    case .object(let members):
      "{" + members.map { quoted($0.key) + ":" + json($0.value) }.joined(separator: ",") + "}"
    case .list(let elements): "[" + elements.map(json).joined(separator: ",") + "]"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
