/// The problems of one configuration, as they are found.
final class ProblemList {
  private(set) var problems: [ConfigurationProblem] = []

  /// Notes what is wrong at `place`.
  func add(_ fault: ConfigurationProblem.Fault, at place: Place) {
    problems.append(
      ConfigurationProblem(file: place.file, line: place.line, key: place.key, fault: fault))
  }

  /// The problems by line, those of the first file first; equal lines as they were found.
  func inOrder(of files: [String]) -> [ConfigurationProblem] {
    let ranks = Dictionary(zip(files, files.indices)) { first, _ in first }
    return problems.enumerated().sorted { left, right in
      let one = (ranks[left.element.file] ?? files.count, left.element.line, left.offset)
      let other = (ranks[right.element.file] ?? files.count, right.element.line, right.offset)
      return one < other
    }.map(\.element)
  }
}

/// Where something stands.
struct Place: Hashable {
  let file: String
  let line: Int
  /// The path of keys to it.
  let key: String
}

/// A value and where it stands.
struct Placed<Value> {
  let value: Value
  let place: Place
}
