import Foundation
import Testing

@Suite struct TidyTests {
  private static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  private static func files() throws -> [(path: String, text: String)] {
    try ["Sources", "Tests", "queries", "exports"].flatMap { folder in
      try FileManager.default.subpathsOfDirectory(atPath: package.path + "/" + folder)
        .map { "\(folder)/\($0)" }
        .filter { path in ["swift", "sql", "yaml", "md"].contains { path.hasSuffix("." + $0) } }
        .map { ($0, try String(contentsOfFile: package.path + "/" + $0, encoding: .utf8)) }
    }
  }

  @Test func `every file keeps the rules of style`() throws {
    let files = try Self.files()
    #expect(files.count > 100)
    for file in files {
      for problem in Tidy.problems(path: file.path, text: file.text) {
        Issue.record("\(problem)")
      }
    }
  }

  @Test(arguments: [
    ("Sources/Ledger/A.swift", "let price: Double = 1"),
    ("Sources/Engine/A.swift", "let now = Date()"),
    ("Sources/Store/A.swift", "let x = try! f()"),
    ("Sources/Store/A.swift", "// TODO later"),
    ("queries/a.sql", "-- see /home/me"),
    ("Sources/Store/A.swift", String(repeating: "a\n", count: 400)),
  ])
  func `a rule that is broken is noticed`(path: String, text: String) {
    #expect(Tidy.problems(path: path, text: text).count == 1)
  }

  @Test func `what is allowed elsewhere is allowed`() {
    #expect(Tidy.problems(path: "Sources/gputally/A.swift", text: "let now = Date()").isEmpty)
    #expect(Tidy.problems(path: "Sources/Engine/A.swift", text: "let a: Double = 1").isEmpty)
  }
}
