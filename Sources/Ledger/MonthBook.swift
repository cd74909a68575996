import Quantities
import Records

/// The account book of a billing month while it is written, day by day in order.
///
/// The exact cost of a pool up to and including a day is its time times its price. A day costs what
/// that, rounded half to even, grows by: so the days sum to the month, which is rounded once. A
/// day's cost is split over its time by largest remainder, so that no micro is lost.
package struct MonthBook {
  private let ledger: MonthLedger
  private var payerList: Payers
  private var poolNumbers: [PoolKey: Int32] = [:]
  private var accounts: [Account] = []
  private var missing: [PoolKey: MissingRate] = [:]
  private var tooDear: PoolKey?
  private var balance: Balance
  private var lastDay: CivilDate?

  /// The pools by their numbers.
  package private(set) var pools: [PoolKey] = []

  /// What a pool has cost so far.
  private struct Account {
    var exact: Int128 = 0
    var rounded: Int128 = 0
    var days: [PoolTotal.Day] = []
  }

  init(_ ledger: MonthLedger) {
    self.ledger = ledger
    payerList = Payers(teams: ledger.teams)
    balance = Balance(month: ledger.month, rates: ledger.rates)
  }

  /// Who pays, by their numbers.
  package var payers: [Payer] { payerList.all }

  /// The number of a pool.
  package mutating func number(of pool: PoolKey) -> Int32 {
    if let number = poolNumbers[pool] { return number }
    let number = Int32(pools.count)
    pools.append(pool)
    poolNumbers[pool] = number
    accounts.append(Account())
    return number
  }

  /// The number of a team on a billing day, by its name or an alias.
  package mutating func number(ofTeam name: String, on day: CivilDate) -> Int32 {
    payerList.turn(to: day)
    return payerList.number(of: name)
  }

  /// Posts a day.
  ///
  /// - Parameters:
  ///   - totals: all of the day's state time, in any order, each key once.
  ///   - workloads: what is known of each workload, by its id: the keys of ``TeamMap``. What is
  ///     known of one on the first day that names it decides whose it is, until the rules of teams
  ///     change.
  /// - Returns: pool by pool, usage, then what policies move; nothing once a price is missing, which
  ///   ``close()`` tells.
  /// - Precondition: `day` is of the month, and after the days posted before.
  package mutating func post(
    _ totals: [DayTotal], of day: CivilDate, workloads: [Int64: [String: String]]
  ) -> [PostingLine] {
    let first = ledger.month.firstDay
    precondition(
      day.year == first.year && day.month == first.month, "BUG: time of \(day) posted in \(first)")
    precondition(lastDay.map { $0 < day } ?? true, "BUG: \(day) posted out of order")
    lastDay = day
    payerList.turn(to: day)
    let sheet = DaySheet(totals, poolCount: pools.count)
    var lines: [PostingLine] = []
    lines.reserveCapacity(totals.count + sheet.pools.count * 64)
    for pool in sheet.pools {
      guard let cost = cost(of: pool, on: day) else { continue }
      let start = lines.count
      postUsage(
        of: pool, in: sheet, totals: totals, workloads: workloads, costMicros: cost, to: &lines)
      let sharing = Sharing(
        policies: ledger.policies.policies(of: pools[Int(pool.pool)].site, on: day))
      lines += sharing.lines(
        for: PoolDaySums(lines[start...], totals: totals), pool: pool.pool, payers: &payerList)
    }
    guard missing.isEmpty, tooDear == nil else { return [] }
    balance.check(
      totals, lines: lines, costs: sheet.pools.map { ($0.pool, accounts[Int($0.pool)].days.last) },
      of: day, pools: pools)
    return lines
  }

  /// Ends the book.
  ///
  /// - Returns: what each pool cost, in the order of pools.
  /// - Throws: ``LedgerError`` where a price is missing or a sum isn't what it must be.
  package mutating func close() throws(LedgerError) -> [PoolTotal] {
    guard missing.isEmpty else {
      throw .missingRates(missing.sorted { $0.key < $1.key }.map(\.value))
    }
    if let tooDear { throw .overflow(tooDear) }
    let imbalances = balance.close(pools: pools)
    guard imbalances.isEmpty else { throw .unbalanced(imbalances) }
    return zip(pools, accounts).filter { !$1.days.isEmpty }.map {
      PoolTotal(pool: $0, days: $1.days)
    }.sorted { $0.pool < $1.pool }
  }

  /// What the day costs a pool, nil where that can't be told.
  private mutating func cost(of entry: DaySheet.Pool, on day: CivilDate) -> Int64? {
    let pool = pools[Int(entry.pool)]
    guard let price = ledger.rates.price(of: pool, day: day) else {
      miss(pool, on: day, milliseconds: entry.gpuMilliseconds)
      return nil
    }
    precondition(price.currency == ledger.currency, "BUG: a rate in \(price.currency)")
    var account = accounts[Int(entry.pool)]
    guard let sum = ExactCost.add(entry.gpuMilliseconds, at: price, to: account.exact),
      Int64(exactly: ExactCost.micros(sum)) != nil
    else {
      tooDear = min(tooDear ?? pool, pool)
      return nil
    }
    account.exact = sum
    let cost = Int64(ExactCost.micros(sum) - account.rounded)
    account.rounded += Int128(cost)
    account.days.append(
      PoolTotal.Day(day: day, gpuMilliseconds: entry.gpuMilliseconds, costMicros: cost))
    accounts[Int(entry.pool)] = account
    return cost
  }

  private mutating func miss(_ pool: PoolKey, on day: CivilDate, milliseconds: Int64) {
    // Rates don't know providers, so that one line is told for all of them.
    let key = PoolKey(site: pool.site, cluster: pool.cluster, gpuModel: pool.gpuModel)
    let before = missing[key]
    missing[key] = MissingRate(
      site: key.site, cluster: key.cluster, gpuModel: key.gpuModel, currency: ledger.currency,
      firstDay: min(before?.firstDay ?? day, day),
      time: GPUTime(milliseconds: (before?.time.milliseconds ?? 0) + milliseconds))
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
        "BUG: \(pools[Int(entry.pool)]) costs \(costMicros) micros for no time")
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

/// Cost before it is rounded.
///
/// - Unit: picos times milliseconds per hour: divided once, by 3,600,000, it is picos.
enum ExactCost {
  /// Picos of one micro times the milliseconds of an hour.
  private static let unitsPerMicro =
    Money.picosPerMicro * Int128(UTCInstant.millisecondsPerHour)

  /// `sum` and the cost of some time, or nil where Int128 can't hold it.
  static func add(_ milliseconds: Int64, at price: Money, to sum: Int128) -> Int128? {
    let (cost, isTooLarge) = Int128(milliseconds).multipliedReportingOverflow(by: price.picos)
    let (total, isFull) = sum.addingReportingOverflow(cost)
    return isTooLarge || isFull ? nil : total
  }

  /// Whole micros, rounded half to even.
  static func micros(_ exact: Int128) -> Int128 {
    Rounding.halfEven(exact, dividedBy: unitsPerMicro)
  }
}
