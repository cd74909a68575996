import Quantities
import Records

/// The account book of a billing month while it is written, day by day in order.
///
/// What a day costs a pool is the sum of its items, each rounded cumulatively, so that an item's days
/// sum to its month, which is rounded once. What is charged for a pool's time is split over it by
/// largest remainder, so that no micro is lost; what its items cost beyond that is a variance.
package struct MonthBook {
  /// A day as it was posted.
  package struct Day: Sendable {
    /// Pool by pool usage, then what policies move; then the variances.
    package var lines: [PostingLine] = []
    /// What the pools' items cost.
    package var costs: [PoolCost] = []
    /// What volumes hold, priced or not.
    package var storage: [StorageUse] = []
  }

  private let ledger: MonthLedger
  private var payerList: Payers
  private var numbers = PoolNumbers()
  private var costing: Costing
  /// By the number of the pool.
  private var days: [Int32: [PoolTotal.Day]] = [:]
  private var balance: Balance
  private var lastDay: CivilDate?

  init(_ ledger: MonthLedger) {
    self.ledger = ledger
    payerList = Payers(teams: ledger.teams)
    costing = Costing(ledger)
    balance = Balance(ledger)
  }

  /// Who pays, by their numbers.
  package var payers: [Payer] { payerList.all }

  /// The pools by their numbers.
  package var pools: [PoolKey] { numbers.keys }

  /// The rates of exchange that were used, as decimal text.
  package var exchangeRates: [Currency: String] {
    costing.exchangeRates.mapValues(\.description)
  }

  /// The number of a pool.
  package mutating func number(of pool: PoolKey) -> Int32 { numbers.number(of: pool) }

  /// The number of a team on a billing day, by its name or an alias.
  package mutating func number(ofTeam name: String, on day: CivilDate) -> Int32 {
    payerList.turn(to: day)
    return payerList.number(of: name)
  }

  /// Posts a day.
  ///
  /// - Parameters:
  ///   - totals: all of the day's state time, in any order, each key once; none is fine.
  ///   - workloads: what is known of each workload, by its id: the keys of ``TeamMap``. What is
  ///     known of one on the first day that names it decides whose it is, until the rules of teams
  ///     change.
  ///   - energy: of every pool that has time and whose power costs something.
  ///   - billed: what bills charge; `workloads` has the attributes of its bearers too.
  ///   - volumes: the day's storage; `workloads` has the attributes of those of a claim too.
  /// - Returns: nothing once a price is missing, which ``close()`` tells.
  /// - Precondition: `day` is of the month, and after the days posted before.
  package mutating func post(
    _ totals: [DayTotal], of day: CivilDate, workloads: [Int64: [String: String]],
    energy: [PoolEnergy] = [], billed: [BilledAmount] = [], volumes: [StoredVolume] = []
  ) -> Day {
    let first = ledger.month.firstDay
    precondition(
      day.year == first.year && day.month == first.month, "BUG: time of \(day) posted in \(first)")
    precondition(lastDay.map { $0 < day } ?? true, "BUG: \(day) posted out of order")
    lastDay = day
    payerList.turn(to: day)
    let sheet = DaySheet(totals, poolCount: pools.count)
    let timed = Set(sheet.pools.filter { $0.gpuMilliseconds > 0 }.map(\.pool))
    let storage = StorageSheet(volumes).pools
    let costs = costing.days(
      of: sheet.pools, numbers: &numbers, energy: energy,
      billed: BilledDay(billed, timed: timed), storage: storage, on: day)
    guard costing.missing.isEmpty else { return Day() }
    var result = Day()
    result.lines.reserveCapacity(totals.count + sheet.pools.count * 64)
    for pool in sheet.pools {
      let start = result.lines.count
      postUsage(
        of: pool, in: sheet, totals: totals, workloads: workloads,
        costMicros: costs[pool.pool]?.charged ?? 0, to: &result.lines)
      let sharing = Sharing(
        policies: ledger.policies.policies(of: pools[Int(pool.pool)].site, on: day))
      result.lines += sharing.lines(
        for: PoolDaySums(result.lines[start...], totals: totals), pool: pool.pool,
        payers: &payerList)
    }
    for pool in storage {
      postStorage(of: pool, costs[pool.pool], workloads: workloads, to: &result)
    }
    var times: [Int32: Int64] = [:]
    for pool in sheet.pools { times[pool.pool] = pool.gpuMilliseconds }
    for (pool, cost) in costs.sorted(by: { $0.key < $1.key }) {
      result.costs += cost.costs
      days[pool, default: []].append(
        PoolTotal.Day(
          day: day, gpuMilliseconds: times[pool] ?? 0, costMicros: cost.costMicros))
      postCharges(cost.borne, pool: pool, workloads: workloads, to: &result.lines)
      guard cost.costMicros != cost.chargedMicros else { continue }
      result.lines.append(
        PostingLine(
          kind: .variance, pool: pool, payer: payerList.number(of: OwnName.variance), state: nil,
          costMicros: cost.costMicros - cost.chargedMicros))
    }
    balance.check(
      totals, lines: result.lines, costs: result.costs, billed: billed, storage: storage, of: day,
      pools: pools)
    return result
  }

  /// Ends the book.
  ///
  /// - Returns: what each pool cost, in the order of pools.
  /// - Throws: ``LedgerError`` where a price is missing or a sum isn't what it must be.
  package mutating func close() throws(LedgerError) -> [PoolTotal] {
    if let error = costing.missing.error { throw error }
    let imbalances = balance.close(pools: pools)
    guard imbalances.isEmpty else { throw .unbalanced(imbalances) }
    return days.map { PoolTotal(pool: pools[Int($0.key)], days: $0.value) }
      .sorted { $0.pool < $1.pool }
  }

  /// The lines of what bills charge to their bearers, one a payer.
  private mutating func postCharges(
    _ borne: [Int64: Int64], pool: Int32, workloads: [Int64: [String: String]],
    to lines: inout [PostingLine]
  ) {
    var sums: [Int32: Int64] = [:]
    for (bearer, micros) in borne.sorted(by: { $0.key < $1.key }) {
      sums[payerList.holder(of: bearer, attributes: workloads), default: 0] += micros
    }
    for (payer, micros) in sums.sorted(by: { $0.key < $1.key }) where micros != 0 {
      lines.append(
        PostingLine(kind: .charge, pool: pool, payer: payer, state: nil, costMicros: micros))
    }
  }

  /// The lines of one pool's volumes, which share what is charged for them by what they hold.
  private mutating func postStorage(
    of entry: StorageSheet.Pool, _ cost: Costing.Day?, workloads: [Int64: [String: String]],
    to result: inout Day
  ) {
    let counted = cost?.counted
    let weights = entry.volumes.map { (counted ?? .provisioned).byteHours(of: $0.amount) }
    let micros = Apportionment.split(cost?.charged ?? 0, by: weights)
    guard let micros else {
      preconditionFailure(
        "BUG: \(pools[Int(entry.pool)]) is charged \(cost?.charged ?? 0) micros for no storage")
    }
    for (volume, part) in zip(entry.volumes, micros) {
      let payer =
        volume.bearer.map { payerList.number(of: $0) }
        ?? payerList.holder(of: volume.workload, attributes: workloads)
      result.storage.append(
        StorageUse(
          pool: entry.pool, payer: payer, workload: volume.workload, amount: volume.amount,
          isPriced: counted != nil))
      guard part != 0 else { continue }
      result.lines.append(
        PostingLine(
          kind: .charge, pool: entry.pool, payer: payer, state: nil, workload: volume.workload,
          costMicros: part))
    }
  }

  /// The usage lines of one pool. The price is the same for all of its time, so that the cost is
  /// split by time alone.
  private mutating func postUsage(
    of entry: DaySheet.Pool, in sheet: DaySheet, totals: [DayTotal],
    workloads: [Int64: [String: String]], costMicros: Int64, to lines: inout [PostingLine]
  ) {
    let rows = sheet.order[entry.rows]
    let weights = rows.map { totals[Int($0)].gpuMilliseconds }
    guard let costs = Apportionment.split(costMicros, by: weights) else {
      preconditionFailure(
        "BUG: \(pools[Int(entry.pool)]) is charged \(costMicros) micros for no time")
    }
    for (row, cost) in zip(rows, costs) {
      let total = totals[Int(row)]
      lines.append(
        PostingLine(
          kind: .usage, pool: entry.pool,
          payer: payerList.bearer(of: total, attributes: workloads), state: total.state, total: row,
          gpuMilliseconds: total.gpuMilliseconds, costMicros: cost))
    }
  }
}
