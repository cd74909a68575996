import Quantities
import Records

/// One line of `scontrol -o show`: `NodeName=gpu01 Gres=gpu:h100:8(S:0-1) ...`.
struct ScontrolLine {
  let text: Substring

  /// What stands after ` key=`, up to the next space; nil for none, or where nothing is set.
  ///
  /// - Parameter key: of a value that is no free text.
  subscript(_ key: String) -> Substring? {
    var rest = text
    while let range = rest.firstRange(of: key + "=") {
      let isWord =
        range.lowerBound == text.startIndex
        || text[text.index(before: range.lowerBound)] == " "
      if isWord {
        let value = text[range.upperBound...].prefix { $0 != " " }
        return value.isEmpty || value == "(null)" ? nil : value
      }
      rest = rest[range.upperBound...]
    }
    return nil
  }
}

/// What Slurm says of GPUs in the way of its generic resources.
enum GresText {
  /// Counts the GPUs of `gpu:h100:8(S:0-1),shard:4`.
  static func gpus(_ text: Substring) -> SlurmText.GPUs {
    var count = 0
    var types: Set<Substring> = []
    for item in items(text) where item.words[0] == "gpu" {
      guard let number = item.words.last.flatMap({ Int($0) }), (0...1_000).contains(number) else {
        continue
      }
      count += number
      types.insert(item.words.count > 2 ? item.words[1] : "")
    }
    return SlurmText.GPUs(count: count, type: types.count == 1 ? String(types.first ?? "") : "")
  }

  /// The numbers of the GPUs of `gpu:h100:3(IDX:0-1,4)`, rising; nil where they aren't told.
  static func indexes(_ text: Substring) -> [Int]? {
    var indexes: [Int] = []
    for item in items(text) where item.words[0] == "gpu" {
      guard item.note.hasPrefix("IDX:") else { return nil }
      for part in item.note.dropFirst(4).split(separator: ",") where part != "N/A" {
        let ends = part.split(separator: "-").compactMap { Int($0) }
        guard let first = ends.first, let last = ends.last, first <= last, last < 1_000 else {
          return nil
        }
        indexes += first...last
      }
    }
    return indexes.sorted()
  }

  /// `gpu:h100:8(S:0-1),shard:4` as words and what stands in parentheses.
  private static func items(_ text: Substring) -> [(words: [Substring], note: Substring)] {
    var items: [(words: [Substring], note: Substring)] = []
    var rest = text
    while !rest.isEmpty {
      let name = rest.prefix { $0 != "," && $0 != "(" }
      rest = rest[name.endIndex...]
      var note: Substring = ""
      if rest.first == "(" {
        note = rest.dropFirst().prefix { $0 != ")" }
        rest = rest[note.endIndex...].dropFirst()
      }
      items.append((name.split(separator: ":", omittingEmptySubsequences: false), note))
      rest = rest.drop { $0 == "," }
    }
    return items.filter { !$0.words.isEmpty }
  }
}
