import Foundation

/// Real inputs and recordings beside the project, in `../shared/data`.
package enum SharedData {
  private static let folder: String = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return package.deletingLastPathComponent().appendingPathComponent("shared/data").path
  }()

  /// Why tests that need it are left out.
  package static let absence: String = "the folder ../shared/data is not there"

  package static var isPresent: Bool { FileManager.default.fileExists(atPath: folder) }

  /// The bytes of one file.
  package static func bytes(_ path: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(fileURLWithPath: folder + "/" + path)))
  }

  /// The names in one folder, sorted.
  package static func names(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder + "/" + path).sorted()
  }
}

/// A file that lives as long as this object.
package final class TemporaryFile: Sendable {
  package let path: String

  package init(_ text: String) throws {
    path = NSTemporaryDirectory() + "gputally-test-" + UUID().uuidString
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
