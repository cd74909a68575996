import Foundation
import GRDB

/// How SQLite is told of a store that is only read.
enum ReadOnlyAccess {
  /// The name to open the store at `path` by.
  ///
  /// A store in a folder that can't be written and without a log beside it is read as unchanging:
  /// SQLite would want to make a log there.
  static func name(of path: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    let isFixed =
      access(folder.isEmpty ? "." : folder, W_OK) != 0
      && !FileManager.default.fileExists(atPath: path + "-wal")
    guard isFixed else { return path }
    let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
    return "file:\(escaped)?immutable=1"
  }

  /// Rolls back what a process left that was killed while it made the store at `path`: until then
  /// whoever only reads is kept out.
  ///
  /// Only before its first table does a store have such a journal, and where rolling back fails,
  /// opening the store says why.
  static func rollBack(_ path: String) {
    guard FileManager.default.fileExists(atPath: path + "-journal") else { return }
    _ = try? DatabaseQueue(path: path).read {
      try Int.fetchOne($0, sql: "PRAGMA schema_version")
    }
  }
}
