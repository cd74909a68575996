import Quantities
import Records

/// Turns the state time of one billing month into money.
///
/// The exact cost of a pool up to and including a day is its time times its price. A day costs what
/// that, rounded half to even, grows by: so the days sum to the month, which is rounded once. A
/// day's cost is split over its time by largest remainder, so that no micro is lost.
package struct MonthLedger: Sendable {
  private let month: BillingMonth
  private let currency: Currency
  private let rates: RateCard
  private let teams: TeamMap
  private let policies: PolicySet

  package init(
    month: BillingMonth, currency: Currency, rates: RateCard, teams: TeamMap, policies: PolicySet
  ) {
    self.month = month
    self.currency = currency
    self.rates = rates
    self.teams = teams
    self.policies = policies
  }

  /// Posts the month.
  ///
  /// - Parameters:
  ///   - times: all of the month's state time, in any order, each key once.
  ///   - workloads: what is known of each workload, by its id: the keys of ``TeamMap``.
  /// - Complexity: O(n log n) in the number of times.
  package func post(
    _ times: [StateTime], workloads: [Int64: [String: String]] = [:]
  ) throws(LedgerError) -> PostedMonth {
    let sheet = TimeSheet(times, month: month)
    let prices = try prices(of: sheet.poolDays)
    let pools = try totals(of: sheet.poolDays, prices: prices)
    var holders = Holders(teams: teams, workloads: workloads)
    var postings: [Posting] = []
    postings.reserveCapacity(times.count + sheet.poolDays.count * 8)
    let days = pools.lazy.flatMap(\.days)
    for (poolDay, total) in zip(sheet.poolDays, days) {
      let usage = postUsage(
        of: poolDay, in: sheet, times: times, costMicros: total.costMicros, holders: &holders)
      postings += usage
      postings += Sharing(policies: policies, teams: teams).postings(for: usage)
    }
    let posted = PostedMonth(month: month, currency: currency, postings: postings, pools: pools)
    let imbalances = Balance.check(posted, of: times, rates: rates)
    guard imbalances.isEmpty else { throw .unbalanced(imbalances) }
    return posted
  }

  /// The price of each day of each pool.
  private func prices(of poolDays: [TimeSheet.PoolDay]) throws(LedgerError) -> [Money] {
    var prices: [Money] = []
    var missing: [PoolKey: MissingRate] = [:]
    for poolDay in poolDays {
      let pool = poolDay.pool
      if let price = rates.price(of: pool, day: poolDay.day) {
        precondition(price.currency == currency, "BUG: a rate in \(price.currency)")
        prices.append(price)
        continue
      }
      // Rates don't know providers, so that one line is told for all of them.
      let key = PoolKey(site: pool.site, cluster: pool.cluster, gpuModel: pool.gpuModel)
      let before = missing[key]
      missing[key] = MissingRate(
        site: key.site, cluster: key.cluster, gpuModel: key.gpuModel, currency: currency,
        firstDay: min(before?.firstDay ?? poolDay.day, poolDay.day),
        time: GPUTime(milliseconds: (before?.time.milliseconds ?? 0) + poolDay.gpuMilliseconds))
    }
    guard missing.isEmpty else {
      throw .missingRates(missing.sorted { $0.key < $1.key }.map(\.value))
    }
    return prices
  }

  /// What each pool costs each day.
  private func totals(
    of poolDays: [TimeSheet.PoolDay], prices: [Money]
  ) throws(LedgerError) -> [PoolTotal] {
    var totals: [PoolTotal] = []
    var exact: Int128 = 0
    var rounded: Int128 = 0
    for (poolDay, price) in zip(poolDays, prices) {
      if totals.last?.pool != poolDay.pool {
        totals.append(PoolTotal(pool: poolDay.pool, days: []))
        (exact, rounded) = (0, 0)
      }
      guard let sum = ExactCost.add(poolDay.gpuMilliseconds, at: price, to: exact),
        Int64(exactly: ExactCost.micros(sum)) != nil
      else { throw .overflow(poolDay.pool) }
      exact = sum
      let cost = ExactCost.micros(exact) - rounded
      rounded += cost
      totals[totals.count - 1].days.append(
        PoolTotal.Day(
          day: poolDay.day, gpuMilliseconds: poolDay.gpuMilliseconds, costMicros: Int64(cost)))
    }
    return totals
  }

  /// The usage lines of one day of one pool. The price is the same for all of its time, so that the
  /// cost is split by time alone.
  private func postUsage(
    of poolDay: TimeSheet.PoolDay, in sheet: TimeSheet, times: [StateTime], costMicros: Int64,
    holders: inout Holders
  ) -> [Posting] {
    let rows = sheet.rows[poolDay.rows]
    let weights = rows.map { Int128(times[Int($0.index)].gpuMilliseconds) }
    guard let costs = Apportionment.split(Int128(costMicros), by: weights) else {
      preconditionFailure("BUG: \(poolDay.pool) costs \(costMicros) micros for no time")
    }
    var postings: [Posting] = []
    postings.reserveCapacity(rows.count)
    for (row, cost) in zip(rows, costs) {
      let time = times[Int(row.index)]
      let team = OwnName.bearing(time.state) ?? holders.team(of: time.workloadID)
      postings.append(
        Posting(
          day: poolDay.day, pool: poolDay.pool, kind: .usage, team: team,
          costCenter: teams.costCenter(of: team), state: time.state, hostID: time.hostID,
          gpuID: time.gpuID, workloadID: time.workloadID, owner: time.owner,
          gpuMilliseconds: time.gpuMilliseconds, costMicros: Int64(cost),
          timeIndex: Int(row.index)))
    }
    return postings
  }
}

/// The teams of workloads, each found once.
private struct Holders {
  let teams: TeamMap
  let workloads: [Int64: [String: String]]
  private var found: [Int64: String] = [:]

  init(teams: TeamMap, workloads: [Int64: [String: String]]) {
    self.teams = teams
    self.workloads = workloads
  }

  /// The team of a workload; `unassigned` where nothing is known of it.
  mutating func team(of workloadID: Int64) -> String {
    if let team = found[workloadID] { return team }
    let team = workloads[workloadID].map(teams.team) ?? OwnName.unassigned
    found[workloadID] = team
    return team
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
