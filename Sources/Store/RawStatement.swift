import GRDB
import GRDBSQLite

/// A prepared statement of whole numbers only, for rows that come by the hundred thousand.
///
/// Lives within one transaction; what goes wrong is thrown as GRDB would throw it.
final class RawStatement {
  private let statement: OpaquePointer
  private let connection: OpaquePointer?

  init(_ database: Database, _ sql: String) throws {
    connection = database.sqliteConnection
    var prepared: OpaquePointer?
    let code = sqlite3_prepare_v2(connection, sql, -1, &prepared, nil)
    guard code == SQLITE_OK, let prepared else {
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: Self.words(connection))
    }
    statement = prepared
  }

  deinit { sqlite3_finalize(statement) }

  /// Binds the parameter `index`, counted from 1.
  func bind(_ index: Int32, _ value: Int64?) {
    if let value {
      sqlite3_bind_int64(statement, index, value)
    } else {
      sqlite3_bind_null(statement, index)
    }
  }

  /// Binds the text parameter `index`; the statement keeps a copy.
  func bind(_ index: Int32, _ text: String) {
    let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    sqlite3_bind_text(statement, index, text, -1, copied)
  }

  /// Runs a statement that returns nothing, and makes it ready again.
  func run() throws {
    _ = try step()
    reset()
  }

  /// Goes to the next row; false after the last one.
  func step() throws -> Bool {
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let words = Self.words(connection)
      reset()
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: words)
    }
  }

  func reset() { sqlite3_reset(statement) }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

  func optionalInteger(_ column: Int32) -> Int64? {
    sqlite3_column_type(statement, column) == SQLITE_NULL
      ? nil : sqlite3_column_int64(statement, column)
  }

  func text(_ column: Int32) -> String {
    sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
  }

  /// The bytes of a BLOB.
  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(statement, column) else { return [] }
    let count = Int(sqlite3_column_bytes(statement, column))
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  private static func words(_ connection: OpaquePointer?) -> String {
    connection.flatMap { sqlite3_errmsg($0) }.map { String(cString: $0) } ?? ""
  }
}
