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

  /// Takes back what a killed process left half written, which a reader must not see and may not
  /// mend by itself.
  ///
  /// Whoever may not write leaves the store as it is, and is told so by opening it.
  static func mend(_ path: String) {
    var configuration = GRDB.Configuration()
    configuration.busyMode = .timeout(30)
    configuration.readonly = true
    do {
      try look(at: name(of: path), configuration)
    } catch let error as DatabaseError where error.resultCode == .SQLITE_READONLY {
      configuration.readonly = false
      try? look(at: path, configuration)
    } catch {
      return
    }
  }

  /// The first look at a file is what rolls a journal back.
  private static func look(at name: String, _ configuration: GRDB.Configuration) throws {
    let queue = try DatabaseQueue(path: name, configuration: configuration)
    _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
    try queue.close()
  }
}
