import GRDB
import Quantities
import Records

/// Puts a month's postings and their sums in the place of those that the store has, day by day.
package struct PostingWriter {
  let database: Database
  private let month: BillingMonth
  private let currency: Currency
  private let insert: RawStatement
  private let insertByDay: RawStatement
  private let costWriter: PoolCostWriter
  private let storageWriter: StorageUseWriter
  /// What the days in the store were, by day.
  private var digests: [String: String]
  /// The days in the store that the month no longer has.
  private var oldDays: Set<String>
  private var monthSums = PostingSums()
  private var poolsKnown = 0

  /// The tables that hold a day.
  private static let dayTables = ["posting", "posting_by_day", "pool_cost", "posted_day"]
  /// Rows of a day that its own month bears.
  private static let storageOfDay = "DELETE FROM storage_use WHERE day = ? AND month = ?"

  /// How many postings the month has.
  package private(set) var count = 0
  /// How many days were written, the others being as they were.
  package private(set) var daysWritten = 0

  /// - Parameter isRenewing: whether days are written that are the same as in the store.
  init(
    _ database: Database, month: BillingMonth, currency: Currency, isRenewing: Bool
  ) throws {
    try ClosedMonths.refuse(month, in: database)
    self.database = database
    self.month = month
    self.currency = currency
    let days: StatementArguments = [month.firstDay.description, month.next.firstDay.description]
    if isRenewing {
      for table in Self.dayTables {
        try database.execute(
          sql: "DELETE FROM \(table) WHERE day >= ? AND day < ?", arguments: days)
      }
      try database.execute(
        sql: "DELETE FROM storage_use WHERE day >= ? AND day < ? AND month = ?",
        arguments: days + [month.description])
    }
    digests = [:]
    for row in try Row.fetchAll(
      database, sql: "SELECT day, digest FROM posted_day WHERE day >= ? AND day < ?",
      arguments: days)
    {
      digests[row[0]] = row[1]
    }
    let stored = try String.fetchAll(
      database, sql: "SELECT DISTINCT day FROM posting_by_day WHERE day >= ? AND day < ?",
      arguments: days)
    oldDays = Set(stored).union(digests.keys)
    insert = try RawStatement(
      "INSERT INTO posting VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", in: database)
    insertByDay = try RawStatement(
      "INSERT INTO posting_by_day VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", in: database)
    insert.bind(month.description, at: 1)
    insert.bind(currency.code, at: 19)
    insertByDay.bind(month.description, at: 1)
    costWriter = try PoolCostWriter(database, month: month, currency: currency)
    storageWriter = try StorageUseWriter(database, month: month)
  }

  /// Posts a day.
  ///
  /// - Parameters:
  ///   - lines: the day's, usage lines of one pool and state in the order of host, GPU, workload.
  ///   - costs: what the pools cost that day, by item: as much as the lines.
  ///   - storage: what volumes hold.
  ///   - pools: by the numbers that `lines` have. - payers: the same.
  package mutating func add(
    _ lines: [PostingLine], costs: [PoolCost], storage: [StorageUse] = [], totals: [DayTotal],
    of day: CivilDate, pools: [PoolKey], payers: [Payer]
  ) throws {
    let order = PostingOrder(pools: pools, payers: payers)
    try register(order)
    let runs = order.runs(of: lines)
    let costs = PoolCostWriter.sorted(costs, poolIDs: order.poolIDs)
    let storage = StorageUseWriter.sums(of: storage, order)
    let (sums, digest) = summed(runs, lines, totals, costs, storage, order)
    monthSums.add(sums)
    count += lines.count
    let name = day.description
    oldDays.remove(name)
    if digests[name] == digest { return }
    try forget(name)
    try write(runs, lines, totals, order, day: name)
    insertByDay.bind(name, at: 2)
    try write(sums, order, with: insertByDay, from: 3)
    try costWriter.write(costs, poolIDs: order.poolIDs, day: name)
    try storageWriter.write(storage, on: day)
    try database.execute(
      sql: "INSERT INTO posted_day VALUES(?, ?, ?)",
      arguments: [name, month.description, digest])
    daysWritten += 1
  }

  /// Ends the month: forgets days that it no longer has, and writes its sums and rates of exchange.
  mutating func finish(_ book: PostedBook) throws {
    for day in oldDays.sorted() { try forget(day) }
    try database.execute(
      sql: "DELETE FROM posting_by_month WHERE month = ?", arguments: [month.description])
    let insertByMonth = try RawStatement(
      "INSERT INTO posting_by_month VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", in: database)
    insertByMonth.bind(month.description, at: 1)
    let order = PostingOrder(pools: book.pools, payers: book.payers)
    try PoolCostWriter.write(book.exchangeRates, of: month, to: currency, in: database)
    try write(monthSums, order, with: insertByMonth, from: 2)
  }

  private func forget(_ day: String) throws {
    for table in Self.dayTables {
      try database.execute(sql: "DELETE FROM \(table) WHERE day = ?", arguments: [day])
    }
    try database.execute(sql: Self.storageOfDay, arguments: [day, month.description])
  }

  private mutating func register(_ order: PostingOrder) throws {
    try order.register(from: poolsKnown, in: database)
    poolsKnown = max(poolsKnown, order.pools.count)
  }
}

extension PostingWriter {
  /// What the day sums to, and a digest of all that is stored of it.
  private func summed(
    _ runs: [[Int32]], _ lines: [PostingLine], _ totals: [DayTotal], _ costs: [PoolCost],
    _ storage: [StorageUseRow], _ order: PostingOrder
  ) -> (sums: PostingSums, digest: String) {
    var sums = PostingSums()
    var digest = PostingDigest()
    digest.mix(currency.code)
    for run in runs {
      guard let first = run.first.map({ lines[Int($0)] }) else { continue }
      let payer = order.payers[Int(first.payer)]
      digest.mix(order.poolIDs[Int(first.pool)])
      digest.mix(first.kind.rawValue)
      digest.mix(payer.name)
      digest.mix(payer.costCenter)
      digest.mix(Int64(first.state?.rawValue ?? 0))
      if let policy = first.policy { digest.mix(policy.description) }
      var owner: Int32?
      var sum: PostingSums.Sum?
      func key() -> PostingSums.Key {
        PostingSums.Key(
          pool: first.pool, kind: first.kind, payer: first.payer, state: first.state, owner: owner)
      }
      for index in run {
        let line = lines[Int(index)]
        let total = line.total.map { totals[Int($0)] }
        digest.mix(line.costMicros)
        if let total { Self.mix(total, to: &digest) }
        if line.workload != 0 { digest.mix(line.workload) }
        let own = PostingSums.Sum(line, total)
        if let old = sum, total?.owner == owner, let both = old + own {
          sum = both
          continue
        }
        if let sum { sums.add(sum, to: key()) }
        owner = total?.owner
        digest.mix(owner.map { order.payers[Int($0)].name })
        sum = own
      }
      if let sum { sums.add(sum, to: key()) }
    }
    PoolCostWriter.mix(costs, poolIDs: order.poolIDs, to: &digest)
    StorageUseWriter.mix(storage, to: &digest)
    return (sums, digest.text)
  }

  private static func mix(_ total: DayTotal, to digest: inout PostingDigest) {
    digest.mix(total.host)
    digest.mix(total.gpu)
    digest.mix(total.workload)
    digest.mix(total.gpuMilliseconds)
    digest.mix(total.firstMilliseconds)
    digest.mix(total.lastMilliseconds)
    digest.mix(total.measuredMilliseconds)
    digest.mix(total.activityPPMMilliseconds)
    digest.mix(total.energyMicrojoules)
  }

  private func write(
    _ runs: [[Int32]], _ lines: [PostingLine], _ totals: [DayTotal], _ order: PostingOrder,
    day: String
  ) throws {
    insert.bind(day, at: 2)
    for run in runs {
      guard let first = run.first.map({ lines[Int($0)] }) else { continue }
      insert.bind(order.poolIDs[Int(first.pool)], at: 3)
      insert.bind(first.kind.rawValue, at: 4)
      insert.bind(order.payers[Int(first.payer)].name, at: 5)
      insert.bind(order.payers[Int(first.payer)].costCenter, at: 6)
      insert.bind(Int64(first.state?.rawValue ?? 0), at: 7)
      insert.bind(first.policy?.description, at: 21)
      var owner: Int32?
      insert.bind(String?.none, at: 11)
      for index in run {
        let line = lines[Int(index)]
        let total = line.total.map { totals[Int($0)] }
        if total?.owner != owner {
          owner = total?.owner
          insert.bind(owner.map { order.payers[Int($0)].name }, at: 11)
        }
        insert.bind(total?.host ?? 0, at: 8)
        insert.bind(total?.gpu ?? 0, at: 9)
        insert.bind(total?.workload ?? line.workload, at: 10)
        insert.bind(total?.gpuMilliseconds, at: 12)
        insert.bind(total?.firstMilliseconds, at: 13)
        insert.bind(total?.lastMilliseconds, at: 14)
        insert.bind(total?.measuredMilliseconds, at: 15)
        insert.bind(total?.activityPPMMilliseconds, at: 16)
        insert.bind(total.flatMap(\.energyMicrojoules), at: 17)
        insert.bind(line.costMicros, at: 18)
        try insert.run()
      }
    }
  }

  /// Writes rows of sums.
  ///
  /// - Parameter start: which parameter takes the number of the row, the others following it.
  private func write(
    _ sums: PostingSums, _ order: PostingOrder, with statement: RawStatement, from start: Int32
  ) throws {
    var line: Int64 = 0
    for (key, rows) in order.sorted(sums) {
      for sum in rows {
        line += 1
        statement.bind(line, at: start)
        statement.bind(order.poolIDs[Int(key.pool)], at: start + 1)
        statement.bind(key.kind.rawValue, at: start + 2)
        statement.bind(order.payers[Int(key.payer)].name, at: start + 3)
        statement.bind(order.payers[Int(key.payer)].costCenter, at: start + 4)
        statement.bind(Int64(key.state?.rawValue ?? 0), at: start + 5)
        statement.bind(key.owner.map { order.payers[Int($0)].name }, at: start + 6)
        statement.bind(sum.gpuMilliseconds, at: start + 7)
        statement.bind(sum.measuredMilliseconds, at: start + 8)
        statement.bind(sum.activityPPMMilliseconds, at: start + 9)
        statement.bind(sum.energyMicrojoules, at: start + 10)
        statement.bind(sum.costMicros, at: start + 11)
        statement.bind(currency.code, at: start + 12)
        try statement.run()
      }
    }
  }
}

extension PostingSums.Sum {
  fileprivate init(_ line: PostingLine, _ total: DayTotal?) {
    self.init(
      gpuMilliseconds: total?.gpuMilliseconds, measuredMilliseconds: total?.measuredMilliseconds,
      activityPPMMilliseconds: total?.activityPPMMilliseconds,
      energyMicrojoules: total.flatMap(\.energyMicrojoules), costMicros: line.costMicros)
  }
}
