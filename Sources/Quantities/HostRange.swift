/// Host names in the way Slurm writes them: `gpu[001-200]`, `a[1-3,7],b`.
package enum HostRange {
  /// How many hosts one text, and one inventory, may name.
  package static let hostsMax = 100_000
  /// A host's name is at most so long.
  ///
  /// - Source: RFC 1035, 2.3.4: 255 octets.
  private static let nameBytesMax = 255
  package static let expectation =
    "host names such as gpu1, gpu[001-200] or a[1-3,7],b, \(hostsMax) at most"

  /// Every host that `text` names, in order, or nil where it is malformed or names too many.
  package static func expand(_ text: String) -> [String]? {
    var hosts: [String] = []
    guard let items = split(text) else { return nil }
    for item in items {
      guard let names = expandItem(item), hosts.count + names.count <= hostsMax else { return nil }
      hosts += names
    }
    return hosts
  }

  /// Splits at commas outside brackets; nil where brackets don't pair.
  private static func split(_ text: String) -> [Substring]? {
    var items: [Substring] = []
    var start = text.startIndex
    var isInside = false
    for index in text.indices {
      switch text[index] {
      case "[" where !isInside: isInside = true
      case "]" where isInside: isInside = false
      case "[", "]": return nil
      case "," where !isInside:
        items.append(text[start..<index])
        start = text.index(after: index)
      default: break
      }
    }
    guard !isInside else { return nil }
    items.append(text[start...])
    return items.map { $0.trimmingBlanks() }
  }

  /// Every name of one item: its texts times the numbers of its brackets.
  private static func expandItem(_ item: Substring) -> [String]? {
    guard !item.isEmpty else { return nil }
    var names = [""]
    var rest = item
    while !rest.isEmpty {
      if rest.first == "[" {
        let inner = rest.dropFirst().prefix { $0 != "]" }
        guard let numbers = expandNumbers(inner), names.count * numbers.count <= hostsMax else {
          return nil
        }
        names = names.flatMap { name in numbers.map { name + $0 } }
        rest = rest.dropFirst(inner.count + 2)
      } else {
        let text = rest.prefix { $0 != "[" }
        guard text.unicodeScalars.allSatisfy({ $0.value > 32 && $0.value != 127 }) else {
          return nil
        }
        names = names.map { $0 + text }
        rest = rest.dropFirst(text.count)
      }
      guard names.allSatisfy({ $0.utf8.count <= nameBytesMax }) else { return nil }
    }
    return names
  }

  /// The numbers of `001-200` or `1-3,7`, as wide as the lower end where that starts with 0.
  private static func expandNumbers(_ text: Substring) -> [String]? {
    var numbers: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.trimmingBlanks().split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, let lowText = ends.first, let highText = ends.last,
        let low = number(lowText), let high = number(highText), low <= high,
        high - low < hostsMax - numbers.count
      else { return nil }
      let width = lowText.hasPrefix("0") ? lowText.count : 0
      for value in low...high {
        let digits = String(value)
        numbers.append(String(repeating: "0", count: max(0, width - digits.count)) + digits)
      }
    }
    return numbers
  }

  private static func number(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.count <= 12, text.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return nil
    }
    return Int(text)
  }
}

extension StringProtocol {
  /// The text without blanks and tabs at its ends.
  package func trimmingBlanks() -> SubSequence {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    let head = drop(while: isBlank)
    let length = head.reversed().drop(while: isBlank).count
    return head.prefix(length)
  }
}
