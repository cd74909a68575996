import Foundation
import GRDB
import Testing

@testable import Store

@Suite struct `A store whose writer was killed in its first moments` {
  /// A copy of a store taken while a transaction is half written and its journal still there.
  private static func halfWritten(in folder: String) throws -> String {
    let (path, copy) = (folder + "/a.sqlite", folder + "/b.sqlite")
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: Schema1.sql)
      try database.execute(sql: "PRAGMA application_id = \(Migrations.applicationID)")
      try database.execute(sql: "PRAGMA user_version = \(Migrations.latest)")
      try database.execute(sql: "PRAGMA cache_size = 5; BEGIN IMMEDIATE")
      for number in 0..<2_000 {
        try database.execute(
          sql: "INSERT INTO setting VALUES(?, ?)",
          arguments: ["name \(number)", String(repeating: "x", count: 500)])
      }
      for end in ["", "-journal"] {
        try FileManager.default.copyItem(atPath: path + end, toPath: copy + end)
      }
      try database.execute(sql: "ROLLBACK")
    }
    return copy
  }

  @Test func `is read as it was before`() throws {
    let folder = try TemporaryFolder()
    let path = try Self.halfWritten(in: folder.path)
    let store = try Store(path: path, access: .read)
    #expect(try store.setting("name 1") == nil)
    #expect(try store.gaps().isEmpty)
  }
}
