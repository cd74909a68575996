import GRDB
import Quantities
import Records

/// A file of a bill, as the store has it.
package struct BillFile: Hashable, Sendable {
  package let path: String
  /// The billing period whose manifest lists it, as its paths have it; empty without one.
  package let part: String
  /// Tells it from what the path held before or will hold later: its size and time, or its ETag.
  package let version: String
  /// Which costs it tells: `both`, `billed` or `effective`.
  package let cost: String
  package let rows: Int
  package let rejected: Int

  package init(
    path: String, part: String, version: String, cost: String, rows: Int, rejected: Int
  ) {
    self.path = path
    self.part = part
    self.version = version
    self.cost = cost
    self.rows = rows
    self.rejected = rejected
  }
}

extension Store {
  /// The files of a source that are stored, by path.
  package func billFiles(of source: String) throws(StoreError) -> [BillFile] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT path, part, version, cost, rows, rejected FROM bill_file
          WHERE source = ? ORDER BY path
          """, arguments: [source]
      ).map {
        BillFile(
          path: $0[0], part: $0[1], version: $0[2], cost: $0[3], rows: $0[4], rejected: $0[5])
      }
    }
  }

  /// Puts files of a bill in the place of what the store has of them, in one transaction.
  ///
  /// - Parameters:
  ///   - gone: the paths of files of which nothing is to stay.
  ///   - body: writes the files.
  /// - Throws: what `body` throws, or ``StoreError``; the store is then as it was.
  package func replaceBills(
    of origin: SourceOrigin, gone: [String], _ body: (inout BillWriter) throws -> Void
  ) throws {
    do {
      try pool.write { database in
        var writer = try BillWriter(database, path: self.path, of: origin)
        for path in gone { try writer.forget(path) }
        try body(&writer)
        try writer.finish()
      }
    } catch let error as DatabaseError {
      throw StoreError.from(error, path: path)
    }
  }
}

/// Writes files of a source's bills.
package struct BillWriter {
  private let database: Database
  /// The store's, to be told.
  private let path: String
  private let origin: SourceOrigin
  private let insertItem: RawStatement
  private let add: RawStatement
  /// The items that are written.
  private var items: Set<Int64> = []
  private var file: Int64 = 0
  /// When charges came or went.
  private var changed: Set<Int64> = []

  init(_ database: Database, path: String, of origin: SourceOrigin) throws {
    self.database = database
    self.path = path
    self.origin = origin
    insertItem = try RawStatement(
      """
      INSERT OR IGNORE INTO bill_item
      VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
      """, in: database)
    insertItem.bind(origin.name, at: 2)
    add = try RawStatement(
      """
      INSERT INTO bill_charge VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)
      ON CONFLICT DO UPDATE SET
        billed_micros = billed_micros + excluded.billed_micros,
        billed_rest = billed_rest + excluded.billed_rest,
        effective_micros = effective_micros + excluded.effective_micros,
        effective_rest = effective_rest + excluded.effective_rest,
        list_micros = coalesce(list_micros + excluded.list_micros, list_micros,
          excluded.list_micros),
        list_rest = coalesce(list_rest + excluded.list_rest, list_rest, excluded.list_rest),
        quantity_micros = coalesce(quantity_micros + excluded.quantity_micros, quantity_micros,
          excluded.quantity_micros),
        quantity_rest = coalesce(quantity_rest + excluded.quantity_rest, quantity_rest,
          excluded.quantity_rest),
        rows = rows + excluded.rows
      """, in: database)
  }

  /// Forgets what is stored of a file.
  mutating func forget(_ path: String) throws {
    let id = Self.number(of: path, source: origin.name)
    try noteDays(ofFile: id)
    try database.execute(sql: "DELETE FROM bill_charge WHERE file_id = ?", arguments: [id])
    try database.execute(sql: "DELETE FROM bill_file WHERE id = ?", arguments: [id])
    try database.execute(
      sql:
        "DELETE FROM rejection WHERE source = ? AND substr(place, 1, length(?2) + 1) = ?2 || ':'",
      arguments: [origin.name, path])
  }

  /// Begins a file, in the place of what was stored of it.
  package mutating func begin(_ path: String) throws {
    try forget(path)
    file = Self.number(of: path, source: origin.name)
    add.bind(file, at: 1)
  }

  /// Adds charges of the file; those of a key that is there add up with it.
  ///
  /// - Throws: ``StoreError`` where an amount is too large to be stored.
  package mutating func write(_ charges: [BillCharge]) throws {
    for charge in charges {
      let time = charge.key.bookedTime
      add.bind(time.start.milliseconds, at: 2)
      add.bind(time.end.milliseconds, at: 3)
      add.bind(try number(of: charge.key), at: 4)
      add.bind(charge.key.billingPeriod.description, at: 5)
      try bind(charge.amounts.billedPicos, at: 6)
      try bind(charge.amounts.effectivePicos, at: 8)
      try bind(charge.amounts.listPicos, at: 10)
      try bind(charge.amounts.quantity, at: 12)
      add.bind(Int64(charge.amounts.rows), at: 14)
      try add.run()
    }
  }

  /// Ends the file.
  package mutating func end(_ file: BillFile, _ rejections: [Rejection]) throws {
    try database.execute(
      sql: "INSERT INTO bill_file VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        self.file, origin.name, file.path, file.part, file.version, file.cost, file.rows,
        file.rejected,
      ])
    try RejectionTable.add(rejections, of: origin.name, in: RejectionTable.always, database)
    try noteDays(ofFile: self.file)
  }

  /// Forgets items that no charge has, and lets what changed be posted again.
  mutating func finish() throws {
    try database.execute(
      sql: """
        DELETE FROM bill_item
        WHERE source = ? AND id NOT IN (SELECT item_id FROM bill_charge)
        """, arguments: [origin.name])
    let unpost = try RawStatement("INSERT OR IGNORE INTO unposted_hour VALUES(?)", in: database)
    for hour in changed.sorted() {
      unpost.bind(hour, at: 1)
      try unpost.run()
    }
    try BilledInstances(database, of: origin).renew()
  }

  // MARK: Parts

  private mutating func noteDays(ofFile id: Int64) throws {
    let hour = UTCInstant.millisecondsPerHour
    let times = try Row.fetchAll(
      database, sql: "SELECT DISTINCT start_ms, end_ms FROM bill_charge WHERE file_id = ?",
      arguments: [id])
    for row in times {
      let range = TimeRange(milliseconds: row[0]..<row[1])
      for start in stride(
        from: range.start.startOfHour.milliseconds, to: range.end.milliseconds, by: Int(hour))
      {
        changed.insert(start)
      }
    }
  }

  private static func number(of path: String, source: String) -> Int64 {
    ContentHash.number([source, path])
  }

  private mutating func number(of key: BillCharge.Key) throws -> Int64 {
    let texts: [String?] = [
      key.provider, key.invoiceID, key.billingAccount, key.account, key.accountName, key.service,
      key.region, key.resourceID, key.sku, key.instanceType, key.pricing?.rawValue,
      key.commitmentID, key.commitmentStatus?.rawValue, key.unit, key.tags,
    ]
    let gpu = key.gpu
    let numbers = [gpu?.model, gpu.map { String($0.count) }, gpu.map { String($0.divisor) }]
    let id = ContentHash.number(
      [origin.name, key.currency.code, key.category.rawValue, String(key.isCorrection)]
        // What isn't said is told apart from what is empty.
        + (texts + numbers).map { $0.map { "=" + $0 } ?? "" })
    guard items.insert(id).inserted else { return id }
    insertItem.bind(id, at: 1)
    insertItem.bind(key.currency.code, at: 3)
    insertItem.bind(key.category.rawValue, at: 4)
    insertItem.bind(key.isCorrection ? 1 : 0, at: 5)
    for (index, text) in texts.enumerated() { insertItem.bind(text, at: Int32(6 + index)) }
    insertItem.bind(gpu?.model, at: 21)
    insertItem.bind(gpu.map { Int64($0.count) }, at: 22)
    insertItem.bind(gpu.map { Int64($0.divisor) }, at: 23)
    try insertItem.run()
    return id
  }

  private func bind(_ picos: Int128?, at index: Int32) throws {
    guard let picos else {
      add.bind(Int64?.none, at: index)
      add.bind(Int64?.none, at: index + 1)
      return
    }
    var (micros, rest) = picos.quotientAndRemainder(dividingBy: Money.picosPerMicro)
    if rest < 0 { (micros, rest) = (micros - 1, rest + Money.picosPerMicro) }
    guard let whole = Int64(exactly: micros) else {
      throw StoreError.failed(
        path: path, reason: "an amount of a bill has more than 12 whole digits")
    }
    add.bind(whole, at: index)
    add.bind(Int64(rest), at: index + 1)
  }
}

extension BillCharge.Key {
  /// When a charge counts: when it was incurred; of one that is for longer than a month, the part
  /// of that in its billing period, or all of the billing period.
  fileprivate var bookedTime: TimeRange {
    guard chargePeriod.milliseconds > 31 * UTCInstant.millisecondsPerDay else {
      return chargePeriod.isEmpty
        ? TimeRange(
          chargePeriod.start.startOfHour,
          chargePeriod.start.startOfHour + UTCInstant.millisecondsPerHour) : chargePeriod
    }
    let month = TimeRange(
      billingPeriod.firstDay.startInUTC, billingPeriod.next.firstDay.startInUTC)
    return chargePeriod.intersection(month) ?? month
  }
}
