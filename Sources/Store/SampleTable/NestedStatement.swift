import GRDBSQLite

/// Why a scan of samples can't go on.
enum SampleScanError: Error {
  /// SQLite refused a statement that the scan runs; its code and its words.
  case sqlite(code: Int32, message: String)
  case store(StoreError)
}

/// A statement that runs inside another one, on the same connection and so on the same snapshot.
final class NestedStatement {
  private let connection: OpaquePointer
  private var statement: OpaquePointer?

  init(_ sql: String, on connection: OpaquePointer) throws(SampleScanError) {
    self.connection = connection
    try check(sqlite3_prepare_v2(connection, sql, -1, &statement, nil))
  }

  deinit { sqlite3_finalize(statement) }

  private func check(_ code: Int32) throws(SampleScanError) {
    guard code == SQLITE_OK else {
      throw .sqlite(code: code, message: String(cString: sqlite3_errmsg(connection)))
    }
  }

  /// Takes new values for all parameters, in their order.
  func restart(_ values: [Cell]) throws(SampleScanError) {
    sqlite3_reset(statement)
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      switch value {
      case .null: try check(sqlite3_bind_null(statement, place))
      case .integer(let number): try check(sqlite3_bind_int64(statement, place, number))
      case .real(let number): try check(sqlite3_bind_double(statement, place, number))
      case .text(let text):
        try check(
          sqlite3_bind_text(statement, place, text, Int32(text.utf8.count), .copied))
      }
    }
  }

  /// Goes to the next row; false after the last one.
  func step() throws(SampleScanError) -> Bool {
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      throw .sqlite(code: code, message: String(cString: sqlite3_errmsg(connection)))
    }
  }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

  func text(_ column: Int32) -> String {
    guard let bytes = sqlite3_column_text(statement, column) else { return "" }
    let count = Int(sqlite3_column_bytes(statement, column))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let bytes = sqlite3_column_blob(statement, column) else { return [] }
    let count = Int(sqlite3_column_bytes(statement, column))
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }
}

extension sqlite3_destructor_type? {
  /// Tells SQLite to copy what it is given: the macro `SQLITE_TRANSIENT`, which Swift doesn't see.
  static var copied: Self { unsafeBitCast(-1, to: Self.self) }
}
