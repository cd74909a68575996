/// A text pattern: `*` stands for any characters, `?` for exactly one; capitals matter.
package struct Pattern: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The pattern as it was written.
  package let text: String
  private let scalars: [Unicode.Scalar]
  private let modelScalars: [Unicode.Scalar]

  /// Creates the pattern; any text is one.
  package init(_ text: String) {
    self.text = text
    scalars = Array(text.unicodeScalars)
    modelScalars = Self.withoutDashes(scalars)
  }

  package init(stringLiteral text: String) {
    self.init(text)
  }

  /// How many of its characters stand for themselves: the more, the more specific.
  package var literalCount: Int { scalars.count { !Self.isWildcard($0) } }

  /// Whether the pattern can match more than one text.
  package var hasWildcards: Bool { scalars.contains(where: Self.isWildcard) }

  /// Whether all of `value` matches.
  ///
  /// - Complexity: O(pattern × value) at worst, O(value) for most patterns.
  package func matches(_ value: String) -> Bool {
    Self.matches(scalars, Array(value.unicodeScalars))
  }

  /// Whether all of a GPU's model matches, a blank being as good as a dash.
  ///
  /// - Source: dcgm-exporter's `--replace-blanks-in-model-name` writes `NVIDIA-H100-80GB-HBM3`.
  package func matchesModel(_ model: String) -> Bool {
    Self.matches(modelScalars, Self.withoutDashes(Array(model.unicodeScalars)))
  }

  package var description: String { text }

  private static func isWildcard(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "*" || scalar == "?"
  }

  private static func withoutDashes(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    scalars.map { $0 == "-" ? " " : $0 }
  }

  /// Greedy matching that goes back to the last `*` only, which is enough for globs.
  private static func matches(_ pattern: [Unicode.Scalar], _ value: [Unicode.Scalar]) -> Bool {
    var at = 0
    var reading = 0
    var star: (pattern: Int, value: Int)?
    while reading < value.count {
      if at < pattern.count, pattern[at] == "*" {
        star = (at, reading)
        at += 1
      } else if at < pattern.count, pattern[at] == "?" || pattern[at] == value[reading] {
        at += 1
        reading += 1
      } else if let last = star {
        star = (last.pattern, last.value + 1)
        at = last.pattern + 1
        reading = last.value + 1
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == "*" }
  }
}
