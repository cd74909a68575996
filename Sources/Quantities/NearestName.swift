/// Finding the name that was meant.
package enum NearestName {
  /// The name of `names` that is nearest to `name`, or nil where none is near.
  ///
  /// Near is up to a third of its letters, or one where it has two or more: `scrap_interval` is
  /// near `scrape_interval`.
  package static func find(_ name: String, among names: [String]) -> String? {
    let lowered = name.lowercased()
    var best: (name: String, distance: Int)?
    for candidate in names {
      let distance = distance(lowered, candidate.lowercased())
      if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    guard let best, best.distance <= max(1, name.count / 3), best.distance < name.count else {
      return nil
    }
    return best.name
  }

  /// How many letters must be put in, taken away, changed or swapped with their neighbour.
  ///
  /// - Complexity: O(one × other); texts are cut at 64 letters.
  package static func distance(_ one: String, _ other: String) -> Int {
    let left = Array(one.prefix(64))
    let right = Array(other.prefix(64))
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for i in left.indices {
      var row = [i + 1]
      for j in right.indices {
        var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
        if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
          best = min(best, beforeLast[j - 1] + 1)
        }
        row.append(best)
      }
      beforeLast = last
      last = row
    }
    return last[right.count]
  }
}
