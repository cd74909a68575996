import Quantities

/// PromQL as text.
struct Selector {
  /// The conditions in braces.
  let matchers: [LabelMatcher]

  init(_ matchers: [LabelMatcher]) { self.matchers = matchers }

  /// Series of any of `names` that meet `others`.
  init(names: [String], _ others: [LabelMatcher]) {
    matchers = [LabelMatcher("__name__", .matching, names.joined(separator: "|"))] + others
  }

  /// The series as of one instant.
  var text: String {
    let conditions = matchers.map {
      $0.label + $0.operation.rawValue + Self.quoted($0.value)
    }
    return "{" + conditions.joined(separator: ",") + "}"
  }

  /// The raw samples of the last `milliseconds`.
  func text(over milliseconds: Int64) -> String { text + "[\(milliseconds)ms]" }

  /// A condition that any of `values` meets, taken literally.
  static func anyOf(_ values: [String], label: String) -> LabelMatcher {
    if values.count == 1, let only = values.first { return LabelMatcher(label, .equal, only) }
    return LabelMatcher(label, .matching, values.map(escaped).joined(separator: "|"))
  }

  /// `text` as a regular expression that matches nothing else.
  ///
  /// - Source: RE2 syntax; the characters of Go's `regexp.QuoteMeta`.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      if "\\.+*?()|[]{}^$".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }

  /// `text` as a string of PromQL.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for character in text {
      switch character {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
    return result + "\""
  }
}
