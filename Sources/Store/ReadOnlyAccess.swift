import Foundation

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
}
