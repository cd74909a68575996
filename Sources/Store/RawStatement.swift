import GRDB
import GRDBSQLite

/// A statement whose numbers are bound and read one by one, for what has a million rows: boxing
/// each of them costs more than SQLite itself.
///
/// Values stay bound until they are bound again.
struct RawStatement {
  /// Keeps the statement behind `raw` alive.
  private let statement: Statement
  private let raw: SQLiteStatement
  private let connection: OpaquePointer?

  /// Tells SQLite to copy a text that is bound.
  private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  init(_ sql: String, in database: Database) throws {
    statement = try database.makeStatement(sql: sql)
    raw = statement.sqliteStatement
    connection = database.sqliteConnection
  }

  /// Binds the parameter of `index`, counted from one.
  func bind(_ number: Int64, at index: Int32) { sqlite3_bind_int64(raw, index, number) }

  func bind(_ number: Int64?, at index: Int32) {
    if let number { bind(number, at: index) } else { sqlite3_bind_null(raw, index) }
  }

  func bind(_ text: String?, at index: Int32) {
    guard var text else {
      sqlite3_bind_null(raw, index)
      return
    }
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        // A null address would bind null, which an empty text isn't.
        let isEmpty = characters.isEmpty
        _ =
          isEmpty
          ? sqlite3_bind_text(raw, index, "", 0, Self.copied)
          : sqlite3_bind_text(
            raw, index, characters.baseAddress, Int32(characters.count), Self.copied)
      }
    }
  }

  /// Goes to the next row.
  ///
  /// - Returns: whether there is one.
  func step() throws -> Bool {
    switch sqlite3_step(raw) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let message = connection.flatMap(sqlite3_errmsg).map { String(cString: $0) }
      sqlite3_reset(raw)
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
  }

  /// Runs a statement that gives no rows, and makes it ready to run again.
  func run() throws {
    while try step() {}
    sqlite3_reset(raw)
  }

  func reset() { sqlite3_reset(raw) }

  /// The number in a column, counted from zero; 0 for null.
  func number(_ column: Int32) -> Int64 { sqlite3_column_int64(raw, column) }

  func optionalNumber(_ column: Int32) -> Int64? {
    sqlite3_column_type(raw, column) == SQLITE_NULL ? nil : sqlite3_column_int64(raw, column)
  }

  /// The text in a column, empty for null.
  func text(_ column: Int32) -> String {
    guard let bytes = sqlite3_column_text(raw, column) else { return "" }
    let count = Int(sqlite3_column_bytes(raw, column))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  func optionalText(_ column: Int32) -> String? {
    sqlite3_column_type(raw, column) == SQLITE_NULL ? nil : text(column)
  }

  /// The bytes of a BLOB, none for null.
  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(raw, column) else { return [] }
    let count = Int(sqlite3_column_bytes(raw, column))
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }
}
