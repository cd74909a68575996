import Foundation
import Testing

/// Where the tests find the project's files.
enum Place {
  /// The folder of Package.swift.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// Compares `text` to the file of `name` in Expected/; with RECORD=1 writes it.
  static func expect(
    _ text: String, in name: String, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let path = root + "/Tests/ReportsTests/Expected/" + name
    if ProcessInfo.processInfo.environment["RECORD"] == "1" {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let expected = try #require(
      try? String(contentsOfFile: path, encoding: .utf8), "there is no Expected/\(name)",
      sourceLocation: location)
    #expect(text == expected, sourceLocation: location)
  }

  /// An empty folder of its own.
  static func folder() throws -> String {
    let path = NSTemporaryDirectory() + "gputally-reports-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
