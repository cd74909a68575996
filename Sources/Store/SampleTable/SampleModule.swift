import GRDBSQLite

/// The functions by which SQLite reads `gpu_sample`.
///
/// SQLite passes what it was given: memory that starts with a structure of its own.
enum SampleModule {
  /// What SQLite keeps for the table on one connection.
  private struct TableHandle {
    var base = sqlite3_vtab()
    let connection: OpaquePointer
    let table: Unmanaged<SampleTable>
  }

  /// What SQLite keeps for one scan.
  private struct CursorHandle {
    var base = sqlite3_vtab_cursor()
    let cursor: Unmanaged<SampleCursor>
  }

  private typealias Table = UnsafeMutablePointer<sqlite3_vtab>
  private typealias Cursor = UnsafeMutablePointer<sqlite3_vtab_cursor>

  /// Never changed once it is made, and kept for as long as the process runs.
  nonisolated(unsafe) static let functions: UnsafePointer<sqlite3_module> = {
    let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
    var functions = sqlite3_module()
    functions.iVersion = 2
    // Without a function to create it, the table is there by its name alone.
    functions.xConnect = { connect($0, $1, $4, $5) }
    functions.xDisconnect = { handle in
      UnsafeMutableRawPointer(handle)?.assumingMemoryBound(to: TableHandle.self).deallocate()
      return SQLITE_OK
    }
    functions.xBestIndex = { _, info in
      guard let info else { return SQLITE_MISUSE }
      SamplePlan.choose(info)
      return SQLITE_OK
    }
    functions.xOpen = { open($0, $1) }
    functions.xClose = { handle in
      if let handle {
        let memory = raw(handle)
        memory.pointee.cursor.release()
        memory.deallocate()
      }
      return SQLITE_OK
    }
    functions.xFilter = {
      filter($0, plan: $2, values: UnsafeBufferPointer(start: $4, count: Int($3)))
    }
    functions.xNext = { handle in
      attempt(handle) { cursor throws(SampleScanError) in try cursor.advance() }
    }
    functions.xEof = { handle in
      guard let handle else { return 1 }
      return raw(handle).pointee.cursor._withUnsafeGuaranteedRef { $0.isAtEnd } ? 1 : 0
    }
    functions.xColumn = { handle, context, number in
      guard let handle, let context, let column = SampleTable.Column(rawValue: number) else {
        return SQLITE_MISUSE
      }
      raw(handle).pointee.cursor._withUnsafeGuaranteedRef { $0.tell(column, to: context) }
      return SQLITE_OK
    }
    functions.xRowid = { handle, number in
      guard let handle, let number else { return SQLITE_MISUSE }
      number.pointee = raw(handle).pointee.cursor._withUnsafeGuaranteedRef { $0.rowNumber }
      return SQLITE_OK
    }
    module.initialize(to: functions)
    return UnsafePointer(module)
  }()

  private static func raw(_ handle: Cursor) -> UnsafeMutablePointer<CursorHandle> {
    UnsafeMutableRawPointer(handle).assumingMemoryBound(to: CursorHandle.self)
  }

  private static func connect(
    _ connection: OpaquePointer?, _ context: UnsafeMutableRawPointer?,
    _ result: UnsafeMutablePointer<Table?>?,
    _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  ) -> Int32 {
    guard let connection, let context, let result else { return SQLITE_MISUSE }
    let code = sqlite3_declare_vtab(connection, SampleTable.declaration)
    guard code == SQLITE_OK else {
      message?.pointee = copied(String(cString: sqlite3_errmsg(connection)))
      return code
    }
    let handle = UnsafeMutablePointer<TableHandle>.allocate(capacity: 1)
    handle.initialize(
      to: TableHandle(
        connection: connection, table: Unmanaged<SampleTable>.fromOpaque(context)))
    result.pointee = UnsafeMutableRawPointer(handle).assumingMemoryBound(to: sqlite3_vtab.self)
    return SQLITE_OK
  }

  private static func open(_ table: Table?, _ result: UnsafeMutablePointer<Cursor?>?) -> Int32 {
    guard let table, let result else { return SQLITE_MISUSE }
    let known = UnsafeMutableRawPointer(table).assumingMemoryBound(to: TableHandle.self).pointee
    do {
      let cursor = try SampleCursor(
        connection: known.connection, table: known.table.takeUnretainedValue())
      let handle = UnsafeMutablePointer<CursorHandle>.allocate(capacity: 1)
      handle.initialize(to: CursorHandle(cursor: Unmanaged.passRetained(cursor)))
      result.pointee = UnsafeMutableRawPointer(handle)
        .assumingMemoryBound(to: sqlite3_vtab_cursor.self)
      return SQLITE_OK
    } catch {
      return fail(error, table)
    }
  }

  private static func filter(
    _ handle: Cursor?, plan: UnsafePointer<CChar>?, values: UnsafeBufferPointer<OpaquePointer?>
  ) -> Int32 {
    let plan = SamplePlan(text: plan.map { String(cString: $0) } ?? "")
    guard plan.terms.count == values.count else { return SQLITE_MISUSE }
    var filter = SampleFilter()
    for (term, value) in zip(plan.terms, values) {
      filter.narrow(term, SampleFilter.Operand.all(in: value))
    }
    return attempt(handle) { cursor throws(SampleScanError) in try cursor.restart(filter) }
  }

  private static func attempt(
    _ handle: Cursor?, _ work: (SampleCursor) throws(SampleScanError) -> Void
  ) -> Int32 {
    guard let handle else { return SQLITE_MISUSE }
    do {
      try work(raw(handle).pointee.cursor.takeUnretainedValue())
      return SQLITE_OK
    } catch {
      return fail(error, handle.pointee.pVtab)
    }
  }

  /// Leaves SQLite the words of an error, and the table the error itself.
  private static func fail(_ error: SampleScanError, _ handle: Table?) -> Int32 {
    guard let handle else { return SQLITE_ERROR }
    let table = UnsafeMutableRawPointer(handle).assumingMemoryBound(to: TableHandle.self)
      .pointee.table.takeUnretainedValue()
    sqlite3_free(handle.pointee.zErrMsg)
    switch error {
    case .sqlite(let code, let message):
      handle.pointee.zErrMsg = copied(message)
      return code
    case .store(let failure):
      table.note(failure)
      handle.pointee.zErrMsg = copied("\(failure)")
      return SQLITE_ERROR
    }
  }

  /// A text in memory that SQLite frees.
  static func copied(_ text: String) -> UnsafeMutablePointer<CChar>? {
    let bytes = text.utf8CString
    guard let memory = sqlite3_malloc64(UInt64(bytes.count)) else { return nil }
    bytes.withUnsafeBytes { source in
      UnsafeMutableRawBufferPointer(start: memory, count: source.count).copyMemory(from: source)
    }
    return memory.assumingMemoryBound(to: CChar.self)
  }
}
