import GRDB

/// The layouts of the store, oldest first.
enum Migrations {
  /// What marks a file as a store: `PRAGMA application_id`, the letters GTLY.
  static let applicationID = 0x4754_4c59
  /// What brings an empty file to each layout in turn.
  static let layouts = [
    Schema1.sql, Schema2.sql, Schema3.sql, Schema4.sql, Schema5.sql, Schema6.sql,
    Schema7.sql,
  ]
  static var latest: Int { layouts.count }

  /// Brings `database` to the latest layout.
  ///
  /// - Throws: ``StoreError`` for a file of somebody else, or of a later version.
  static func apply(to database: Database, path: String) throws {
    let version = try check(database, path: path)
    guard version < latest else { return }
    for sql in layouts[version...] { try database.execute(sql: sql) }
    try database.execute(sql: "PRAGMA application_id = \(applicationID)")
    try database.execute(sql: "PRAGMA user_version = \(latest)")
  }

  /// Makes up for what a store of an earlier layout lacks on a connection that only reads: it
  /// answers the same, only slower.
  static func standIn(on database: Database) throws {
    let mark = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard mark == applicationID, version > 0 else { return }
    if version < 2 { try database.execute(sql: Schema2.views) }
    if version < 3 { try database.execute(sql: Schema3.views) }
    if version < 4 { try database.execute(sql: Schema4.views) }
    if version < 5 { try database.execute(sql: Schema5.views) }
    if version < 6 { try database.execute(sql: Schema6.views) }
    if (5..<7).contains(version) { try database.execute(sql: Schema7.views) }
    if version < 7 { try database.execute(sql: Schema7.emptyViews) }
  }

  /// The layout that `database` has, 0 for an empty file.
  @discardableResult
  static func check(_ database: Database, path: String) throws -> Int {
    let mark = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
    if mark == 0, version == 0, tables == 0 { return 0 }
    guard mark == applicationID else { throw StoreError.notAStore(path: path) }
    guard version <= latest else { throw StoreError.tooNew(path: path, version: version) }
    return version
  }
}
