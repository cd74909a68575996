/// Names of teams in a tree: a slash separates the levels of `AI/Perception/Lane`.
package enum TeamPath {
  private static let separator: Character = "/"

  /// What a name must be, in the words of an error.
  package static let expectation =
    "a team's name, or a path of teams such as AI/Perception/Lane, no level empty or with blanks "
    + "around it"

  /// Whether no level of `name` is empty, or starts or ends with a blank.
  package static func isWellFormed(_ name: String) -> Bool {
    levels(of: name).allSatisfy { level in
      guard let first = level.first, let last = level.last else { return false }
      return !first.isWhitespace && !last.isWhitespace
    }
  }

  /// The team at the top of the tree.
  package static func root(of name: String) -> String {
    levels(of: name).first.map(String.init) ?? name
  }

  /// The teams above `name`, the nearest first.
  package static func ancestors(of name: String) -> [String] {
    let levels = levels(of: name)
    return (1..<max(1, levels.count)).reversed().map {
      levels.prefix($0).joined(separator: String(separator))
    }
  }

  /// `name` without a slash at its end.
  package static func withoutEnd(_ name: String) -> String {
    name.count > 1 && name.last == separator ? String(name.dropLast()) : name
  }

  private static func levels(of name: String) -> [Substring] {
    name.split(separator: separator, omittingEmptySubsequences: false)
  }
}
