import Quantities

/// The word that was probably meant.
enum Nearest {
  /// The one of `known` that takes the fewest edits from `word`, nil where all are far.
  ///
  /// Far is more than two edits, or more than a third of the letters.
  static func word(to word: String, among known: [String]) -> String? {
    let limit = max(2, word.count / 3)
    var best: (name: String, edits: Int)?
    for name in known {
      let edits = NearestName.distance(word.lowercased(), name.lowercased())
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
}
