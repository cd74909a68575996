import Foundation

/// A folder that lives as long as this object.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() {
    path = NSTemporaryDirectory() + "gputally-" + UUID().uuidString
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    Leftovers.add(folder: path)
  }

  deinit { Leftovers.remove(folder: path) }
}
