import Quantities
import Records

/// How the state time of one billing month becomes money.
package struct MonthLedger: Sendable {
  let month: BillingMonth
  let currency: Currency
  let rates: RateCard
  let storageRates: StorageRates
  let teams: TeamMap
  let policies: PolicyBook
  package let plan: CostPlan

  package init(
    month: BillingMonth, currency: Currency, rates: RateCard, teams: TeamMap, policies: PolicyBook,
    plan: CostPlan = CostPlan(), storageRates: StorageRates = StorageRates()
  ) {
    self.month = month
    self.currency = currency
    self.rates = rates
    self.storageRates = storageRates
    self.teams = teams
    self.policies = policies
    self.plan = plan
  }

  /// An account book to write day by day.
  package func open() -> MonthBook { MonthBook(self) }

  /// Posts a month that is at hand as a whole.
  ///
  /// - Parameters:
  ///   - times: all of the month's state time, in any order, each key once.
  ///   - workloads: what is known of each workload, by its id: the keys of ``TeamMap``.
  ///   - otherDays: those that have no time, yet cost something.
  ///   - energy: of the pools that use power, by day.
  /// - Complexity: O(n log n) in the number of times.
  package func post(
    _ times: [StateTime], workloads: [Int64: [String: String]] = [:], otherDays: [CivilDate] = [],
    energy: [CivilDate: [(pool: PoolKey, energy: PoolEnergy)]] = [:]
  ) throws(LedgerError) -> PostedMonth {
    var book = open()
    var days: [(pool: PoolKey, postings: [Posting])] = []
    var costs: [PostedMonth.Cost] = []
    var byDay = Dictionary(grouping: times.indices) { times[$0].day }
    for day in otherDays where byDay[day] == nil { byDay[day] = [] }
    for (day, indexes) in byDay.sorted(by: { $0.key < $1.key }) {
      let totals = indexes.map { index in
        let time = times[index]
        return DayTotal(
          time, pool: book.number(of: time.pool),
          owner: time.owner.map { book.number(ofTeam: $0, on: day) })
      }
      let used = (energy[day] ?? []).map { entry in
        var result = entry.energy
        result.pool = book.number(of: entry.pool)
        return result
      }
      let posted = book.post(totals, of: day, workloads: workloads, energy: used)
      costs += posted.costs.map { cost in
        let pool = book.pools[Int(cost.pool)]
        var cost = cost
        cost.pool = 0
        return PostedMonth.Cost(day: day, pool: pool, cost: cost)
      }.sorted { $0.pool < $1.pool }
      for line in posted.lines {
        let posting = Posting(
          line, of: day, pool: book.pools[Int(line.pool)], payer: book.payers[Int(line.payer)],
          owner: line.total.flatMap { totals[Int($0)].owner }.map { book.payers[Int($0)].name },
          time: line.total.map { (indexes[Int($0)], times[indexes[Int($0)]]) })
        if let last = days.last?.postings.last, last.day == day, last.pool == posting.pool {
          days[days.count - 1].postings.append(posting)
        } else {
          days.append((posting.pool, [posting]))
        }
      }
    }
    let pools = try book.close()
    let inOrder = days.enumerated().sorted { left, right in
      left.element.pool == right.element.pool
        ? left.offset < right.offset : left.element.pool < right.element.pool
    }
    return PostedMonth(
      month: month, currency: currency, postings: inOrder.flatMap(\.element.postings),
      costs: costs, pools: pools)
  }
}

extension DayTotal {
  init(_ time: StateTime, pool: Int32, owner: Int32?) {
    self.init(
      host: time.hostID, gpu: time.gpuID, workload: time.workloadID, state: time.state,
      pool: pool, owner: owner, gpuMilliseconds: time.gpuMilliseconds)
  }
}

extension Posting {
  fileprivate init(
    _ line: PostingLine, of day: CivilDate, pool: PoolKey, payer: Payer,
    owner: String?, time: (index: Int, time: StateTime)?
  ) {
    self.init(
      day: day, pool: pool, kind: line.kind, team: payer.name, costCenter: payer.costCenter,
      state: line.state, hostID: time?.time.hostID ?? 0, gpuID: time?.time.gpuID ?? 0,
      workloadID: time?.time.workloadID ?? 0, owner: owner,
      gpuMilliseconds: line.gpuMilliseconds, costMicros: line.costMicros, policy: line.policy,
      timeIndex: time?.index)
  }
}
