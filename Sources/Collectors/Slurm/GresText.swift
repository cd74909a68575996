/// What Slurm says of GPUs in the way of its generic resources.
enum GresText {
  /// A node has at most so many GPUs.
  static let gpusMax = 1_000

  /// Which GPUs of a node a job has.
  enum Numbers: Equatable {
    /// Rising.
    case told([Int])
    /// GPUs without files of their own have no numbers: `gpu:4(CNT:4)`.
    case notTold
  }

  /// Counts the GPUs of `gpu:h100:8(S:0-1),shard:4`; nil where their number can't be read.
  static func gpus(_ text: Substring) -> SlurmText.GPUs? {
    var count = 0
    var types: Set<Substring> = []
    for item in items(text) where item.words[0] == "gpu" {
      guard item.words.count > 1, let number = item.words.last.flatMap({ Int($0) }),
        (0...gpusMax).contains(number), count + number <= gpusMax
      else { return nil }
      count += number
      types.insert(item.words.count > 2 ? item.words[1] : "")
    }
    return SlurmText.GPUs(count: count, type: types.count == 1 ? String(types.first ?? "") : "")
  }

  /// The numbers of the GPUs of `gpu:h100:3(IDX:0-1,4)`; nil where they can't be read.
  static func numbers(_ text: Substring) -> Numbers? {
    var numbers: [Int] = []
    for item in items(text) where item.words[0] == "gpu" {
      if item.note.hasPrefix("CNT:") { return .notTold }
      guard item.note.hasPrefix("IDX:") else { return nil }
      for part in item.note.dropFirst(4).split(separator: ",") where part != "N/A" {
        let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil,
          first >= 0, first <= last, last < gpusMax, numbers.count + last - first < gpusMax
        else { return nil }
        numbers += first...last
      }
    }
    return .told(numbers.sorted())
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
