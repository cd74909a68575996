import Foundation
import GRDB
import Quantities
import Records

/// The one file that holds samples, facts and postings.
package final class Store: Sendable {
  package let path: String
  let pool: DatabasePool
  private let lock: SendableLock?

  /// How the store is opened.
  package enum Access: Sendable {
    /// To read; a store that isn't there is an error.
    case read
    /// To write, made if it isn't there; `holder` is told to whoever else wants to write.
    case write(holder: String)
  }

  private struct SendableLock: @unchecked Sendable { let lock: StoreLock }

  /// Opens the store at `path`.
  package init(path: String, access: Access) throws(StoreError) {
    self.path = path
    let exists = FileManager.default.fileExists(atPath: path)
    switch access {
    case .read:
      guard exists else { throw .missing(path: path) }
      ReadOnlyAccess.rollBack(path)
      lock = nil
      pool = try Self.opened(path: path, isReadOnly: true)
    case .write(let holder):
      if exists {
        if !isWritable(path) { throw .readOnly(path: path) }
        try Self.checkIsOurs(path)
      }
      lock = SendableLock(lock: try StoreLock(store: path, holder: holder))
      pool = try Self.opened(path: path, isReadOnly: false)
    }
    do {
      switch access {
      case .read:
        let version = try pool.read { try Migrations.check($0, path: path) }
        guard version > 0 else { throw StoreError.missing(path: path) }
      case .write: try pool.write { try Migrations.apply(to: $0, path: path) }
      }
    } catch {
      throw StoreError.from(error, path: path)
    }
  }

  /// Looks at the file before anything is written beside or into it: opening it to write would
  /// already change how another application's database keeps its journal.
  ///
  /// - Throws: ``StoreError`` for what no writer may touch; what else is wrong, a writer will meet,
  ///   and a journal left by a killed process it will mend.
  private static func checkIsOurs(_ path: String) throws(StoreError) {
    var configuration = GRDB.Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(30)
    do {
      let queue = try DatabaseQueue(
        path: ReadOnlyAccess.name(of: path), configuration: configuration)
      _ = try queue.read { try Migrations.check($0, path: path) }
    } catch {
      let found = StoreError.from(error, path: path)
      switch found {
      case .notAStore, .tooNew, .broken: throw found
      default: return
      }
    }
  }

  private static func opened(path: String, isReadOnly: Bool) throws(StoreError) -> DatabasePool {
    var configuration = GRDB.Configuration()
    configuration.readonly = isReadOnly
    configuration.busyMode = .timeout(30)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { database in
      if !isReadOnly { try database.execute(sql: "PRAGMA synchronous = NORMAL") }
      try database.execute(sql: "PRAGMA temp_store = MEMORY")
      if isReadOnly { try Migrations.standIn(on: database) }
    }
    do {
      let name = isReadOnly ? ReadOnlyAccess.name(of: path) : path
      return try DatabasePool(path: name, configuration: configuration)
    } catch {
      throw StoreError.from(error, path: path)
    }
  }

  /// Runs `work` in one transaction: all of it is stored, or nothing.
  func write<T>(_ work: (Database) throws -> T) throws(StoreError) -> T {
    do {
      return try pool.write(work)
    } catch {
      throw StoreError.from(error, path: path)
    }
  }

  /// Runs `work` on one unchanging state of the store.
  func read<T>(_ work: (Database) throws -> T) throws(StoreError) -> T {
    do {
      return try pool.read(work)
    } catch {
      throw StoreError.from(error, path: path)
    }
  }

  /// Moves what the write-ahead log holds into the store's file and closes it, so that whoever
  /// copies that file alone has everything.
  ///
  /// What readers of an older state or a full disk keep from being moved stays in the log, where
  /// the next one to open the store finds it.
  package func close() {
    _ = try? pool.writeWithoutTransaction { database in
      try database.checkpoint(.passive)
      // Emptying the log needs that nobody reads just now: that is not waited for.
      try database.execute(sql: "PRAGMA busy_timeout = 0")
      try database.checkpoint(.truncate)
    }
    try? pool.close()
  }

  /// A setting that the program keeps for itself, nil where it was never set.
  package func setting(_ name: String) throws(StoreError) -> String? {
    try read {
      try String.fetchOne($0, sql: "SELECT value FROM setting WHERE name = ?", arguments: [name])
    }
  }

  package func set(_ name: String, to value: String) throws(StoreError) {
    try write { try Self.set(name, to: value, in: $0) }
  }

  static func set(_ name: String, to value: String, in database: Database) throws {
    try database.execute(
      sql:
        "INSERT INTO setting VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
      arguments: [name, value])
  }
}

/// Whether this process may write the file.
private func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }
