import Quantities

/// What a source showed when it was looked at.
package struct SourceCheck: Equatable, Sendable {
  /// The server's own word, nil where it doesn't tell.
  package var version: String?
  package var gpuSeries = 0
  package var gpus = 0
  package var targets = 0
  /// When the newest sample was taken, nil where none was found.
  package var newestSample: UTCInstant?
  package var hasKubeStateMetrics = false
  /// One sentence each: what was found.
  package var findings: [String] = []
  /// One sentence each: what may be as it should or not, and where to look.
  package var warnings: [String] = []
  /// One sentence each: what is wrong and what to do.
  package var problems: [String] = []

  package init() {}

  /// Whether the source can be collected from as it is.
  package var isUsable: Bool { problems.isEmpty }
}

extension SourceCheck {
  /// A few names with commas between them, and how many more there are.
  package static func listed(_ names: [String], most: Int = 8) -> String {
    let shown = names.prefix(most).map { $0.isEmpty ? "(none)" : $0 }
    let more = names.count > most ? " and \(names.count - most) more" : ""
    return shown.isEmpty ? "none" : shown.joined(separator: ", ") + more
  }
}
