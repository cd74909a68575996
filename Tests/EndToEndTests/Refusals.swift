import Foundation
import Testing

extension Program {
  /// Runs the program and expects that it does not do it: one sentence on standard error, word for
  /// word, and nothing on standard output.
  ///
  /// - Parameter sentence: without `gputally:` before and the end of the line after it.
  func expectRefusal(
    _ arguments: [String], status: Int32 = 1, _ sentence: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let result = try await run(arguments)
    let words = arguments.joined(separator: " ")
    #expect(result.status == status, "\(words): \(result.errors)", sourceLocation: sourceLocation)
    #expect(result.errors == "gputally: \(sentence)\n", "\(words)", sourceLocation: sourceLocation)
    #expect(result.output == "", "\(words)", sourceLocation: sourceLocation)
  }

  /// Runs the program and expects that it does all of it.
  @discardableResult
  func expectSuccess(
    _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Result {
    let result = try await run(arguments)
    #expect(
      result.status == 0, "\(arguments.joined(separator: " ")): \(result.errors)",
      sourceLocation: sourceLocation)
    return result
  }

  /// Expects the facts to be `expected`, table by table.
  func expectFacts(
    _ expected: Facts, _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let found = try facts()
    for table in expected.keys.sorted() {
      let isSame = found[table] == expected[table]
      #expect(isSame, "table \(table) \(comment)", sourceLocation: sourceLocation)
    }
  }

  /// Removes a file of the program's folder.
  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: folder.path + "/" + name)
  }

  /// Whether the program's folder has a file.
  func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.path + "/" + name)
  }
}

extension Program.Result {
  /// What is wrong, line by line: what `--quiet` would leave on standard error.
  var complaints: [String] {
    errors.split(separator: "\n").filter { $0.hasPrefix("gputally: ") }.map(String.init)
  }
}
