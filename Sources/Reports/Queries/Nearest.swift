/// The word that was probably meant.
enum Nearest {
  /// The one of `known` that takes the fewest edits from `word`, nil where all are far.
  ///
  /// Far is more than two edits, or more than a third of the letters.
  static func word(to word: String, among known: [String]) -> String? {
    let limit = max(2, word.count / 3)
    var best: (name: String, edits: Int)?
    for name in known {
      let edits = edits(from: word.lowercased(), to: name.lowercased())
      if edits <= limit, edits < (best?.edits ?? .max) { best = (name, edits) }
    }
    return best?.name
  }

  /// The words of an error that lead on: the nearest and the whole list.
  static func hint(for word: String, among known: [String]) -> String {
    let list = known.isEmpty ? "there is none" : "known: " + known.joined(separator: ", ")
    guard let nearest = Self.word(to: word, among: known) else { return list }
    return "did you mean '\(nearest)'? (\(list))"
  }

  /// Insertions, deletions and replacements from `left` to `right`.
  ///
  /// - Complexity: O(n m).
  private static func edits(from left: String, to right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (index, letter) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let replaced = diagonal + (letter == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
      }
    }
    return row[right.count]
  }
}
