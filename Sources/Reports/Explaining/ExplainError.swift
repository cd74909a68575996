/// Why a cell can't be explained.
package enum ExplainError: Error, Equatable, CustomStringConvertible {
  case unknownColumn(String, known: [String])
  /// - Parameter option: what it was named with: `--team`.
  case unknownName(option: String, found: String, period: String, known: [String])
  case unknownSection(String, known: [String])
  /// The period has no postings.
  case nothingPosted(String)

  package var description: String {
    switch self {
    case .unknownColumn(let name, let known):
      "--column: the cells of '\(name)' can't be explained; \(Nearest.hint(for: name, among: known))"
    case .unknownName(let option, let name, let period, let known):
      "\(option): nothing of it in \(period) is of '\(name)'; "
        + Nearest.hint(for: name, among: Self.short(known))
    case .unknownSection(let name, let known):
      name == "gpus"
        ? "--section gpus: name a --day or a --gpu to look at"
        : "--section: there is no '\(name)'; \(Nearest.hint(for: name, among: known))"
    case .nothingPosted(let reason): reason
    }
  }

  /// The first of many names: whoever reads a sentence wants to come to its end.
  private static func short(_ names: [String]) -> [String] {
    names.count > namesMax
      ? names.prefix(namesMax) + ["\(names.count - namesMax) more"] : names
  }

  private static let namesMax = 20

  /// Whether another name would do.
  package var isOfRequest: Bool {
    if case .nothingPosted = self { false } else { true }
  }
}
