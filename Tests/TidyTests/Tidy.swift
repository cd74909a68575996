import Foundation

/// Rules of style that no compiler knows, and what breaks them.
struct Tidy {
  /// A word that must not stand in some folders, and what to write instead.
  struct BannedWord {
    let pattern: String
    let folders: [String]
    let instead: String
    /// Whether comments may have it.
    var isOfCode = true
  }

  static let linesMax = 300
  static let words: [BannedWord] = [
    BannedWord(
      pattern: #"\bDouble\b|\bFloat\b|\bDecimal\b"#,
      folders: ["Sources/Ledger", "Sources/Quantities/Money", "Sources/Quantities/Apportionment"],
      instead: "Money and Int128"),
    BannedWord(
      pattern: #"\bDate\(\)"#, folders: Self.allBut(["gputally"]),
      instead: "an instant that the caller passes"),
    BannedWord(
      pattern: #"\btry!|\bfatalError\("#, folders: ["Sources"],
      instead: "a thrown error, or a precondition for a bug"),
    BannedWord(
      pattern: #"\bFIXME\b|\bTODO\b"#, folders: ["Sources", "Tests"], instead: "doing it",
      isOfCode: false),
    BannedWord(
      pattern: #"/root/|/home/|/work/"#, folders: ["Sources", "queries", "exports"],
      instead: "a path that the user gives", isOfCode: false),
  ]

  private static func allBut(_ rooms: [String]) -> [String] {
    [
      "Collectors", "Columnar", "Configuration", "Engine", "Ledger", "Pipeline", "Records",
      "Reports", "Simulator", "Store", "Transport",
    ].filter { !rooms.contains($0) }.map { "Sources/" + $0 }
  }

  /// What is wrong with a file, one sentence each.
  ///
  /// - Parameter path: relative to the package.
  static func problems(path: String, text: String) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var problems: [String] = []
    if path.hasPrefix("Sources/"), path.hasSuffix(".swift"), lines.count > linesMax + 1 {
      problems.append(
        "\(path): \(lines.count) lines, at most \(linesMax); give it two purposes' files")
    }
    for word in words where word.folders.contains(where: { path.hasPrefix($0) }) {
      guard let expression = try? Regex(word.pattern) else { continue }
      for (index, line) in lines.enumerated() where line.contains(expression) {
        // The rules themselves name what they forbid, and comments may explain it.
        if path.hasPrefix("Tests/TidyTests/") { continue }
        if word.isOfCode, line.drop(while: \.isWhitespace).hasPrefix("//") { continue }
        problems.append("\(path):\(index + 1): write \(word.instead) instead: \(line)")
      }
    }
    return problems
  }
}
