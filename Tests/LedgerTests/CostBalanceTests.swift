import Ledger
import Quantities
import Records
import Testing

/// A month of random time, random cost pools and random rates of exchange.
private struct RandomCosts {
  let times: [StateTime]
  let pools: [CostPool]
  let ledger: MonthLedger
  let days: [CivilDate]

  private static let currencies = ["KRW", "USD", "EUR"]
  private static let prices = ["3250", "2.49", "0.000000000001", "0", "98.32765"]

  init(seed: UInt64, recovery: CostPool.Recovery?, policy: Policy) throws {
    var random = SeededGenerator(seed: seed)
    let first = try #require(CivilDate("2026-11-01"))
    days = (0..<30).map { first.adding(days: $0) }
    times = try Self.times(days, &random)
    var rates: [(month: BillingMonth, currency: Currency, rate: ExchangeRates.Rate)] = []
    for code in ["USD", "EUR"] {
      let picos = Int128.random(in: 1...2_000_000_000_000_000, using: &random)
      rates.append(
        (
          BillingMonth(containing: first), try #require(Currency(code)),
          ExchangeRates.Rate(picos: picos)
        ))
    }
    var pools: [CostPool] = []
    for number in 0..<Int.random(in: 0...3, using: &random) {
      pools.append(try Self.pool(number, recovery: recovery, &random))
    }
    self.pools = pools
    let price = Self.prices.randomElement(using: &random) ?? "0"
    let currency = try #require(Currency(Self.currencies.randomElement(using: &random) ?? "KRW"))
    ledger = try Book.ledger(
      rates: RateCard([
        RateCard.Rate(perGPUHour: try #require(Money(price, currency: currency)))
      ]),
      policies: PolicySet(unallocated: policy, outOfService: policy, unattributed: policy),
      plan: CostPlan(pools: pools, exchange: ExchangeRates(rates)))
  }

  private static func times(
    _ days: [CivilDate], _ random: inout SeededGenerator
  ) throws -> [StateTime] {
    var times: [StateTime] = []
    for cluster in 0..<Int.random(in: 1...3, using: &random) {
      let pool = PoolKey(site: "s", cluster: "c\(cluster)", gpuModel: "m")
      for day in days where Int.random(in: 0..<4, using: &random) > 0 {
        for gpu in 1...3 as ClosedRange<Int64> {
          for state in State.allCases where Bool.random(using: &random) {
            let name = state.isHeld ? ["alpha", "beta"].randomElement(using: &random) ?? "" : ""
            times.append(
              StateTime(
                day: day, pool: pool, hostID: Int64(cluster), gpuID: gpu,
                workloadID: name.isEmpty ? 0 : Book.id(name), state: state,
                gpuMilliseconds: Int64.random(in: 0...10_800_000, using: &random)))
          }
        }
      }
    }
    return times.shuffled(using: &random)
  }

  private static func pool(
    _ number: Int, recovery: CostPool.Recovery?, _ random: inout SeededGenerator
  ) throws -> CostPool {
    var costs: [PlannedCost] = []
    let start = try #require(CivilDate("2026-10-15"))
    for index in 0..<Int.random(in: 1...3, using: &random) {
      let amount = Int128.random(in: 0...90_000_000_000_000_000, using: &random)
      let from = start.adding(days: Int.random(in: 0..<40, using: &random))
      let schedule: PlannedCost.Schedule =
        Bool.random(using: &random)
        ? .straightLine(
          StraightLine(
            price: amount, residual: amount / 10, inService: from,
            usefulLifeMonths: Int.random(in: 1...60, using: &random)))
        : .recurring(
          RecurringCost(
            amount: amount,
            span: RecurringCost.Span.allCases.randomElement(using: &random) ?? .month,
            counts: [RecurringCost.Count(number: Int.random(in: 0...9, using: &random))],
            from: from))
      let code = currencies.randomElement(using: &random) ?? "KRW"
      costs.append(
        PlannedCost(
          name: "\(index)", kind: .other, currency: try #require(Currency(code)),
          schedule: schedule))
    }
    return CostPool(
      name: "p\(number)", site: "s",
      cluster: Bool.random(using: &random) ? nil : Pattern("c\(number)"),
      recovery: recovery ?? (Bool.random(using: &random) ? .full : .rateCard),
      from: Bool.random(using: &random) ? nil : start.adding(days: 20), costs: costs)
  }

  /// What each item costs each pool in the month, by hand: days one after the other.
  func expected() throws -> [[String]: Int64] {
    var exact: [[String]: (sum: Int128, currency: Currency)] = [:]
    for day in days {
      for pool in pools where pool.from.map({ $0 <= day }) ?? true {
        let shares = Dictionary(
          grouping: times.filter {
            $0.day == day && (pool.cluster?.matches($0.pool.cluster) ?? true)
          }, by: \.pool.cluster
        ).mapValues { $0.reduce(Int128(0)) { $0 + Int128($1.gpuMilliseconds) } }
        for cost in pool.costs {
          let picos = cost.picos(on: day, milliseconds: 86_400_000)
          let (names, weights) = try order(shares)
          let parts =
            weights.reduce(0, +) == 0
            ? ["": picos]
            : Dictionary(
              uniqueKeysWithValues: zip(
                names, try #require(Apportionment.split(picos, by: weights))))
          for (cluster, part) in parts where part != 0 {
            exact[[cluster, pool.name, cost.name], default: (0, cost.currency)].sum += part
          }
        }
      }
    }
    return try exact.mapValues { entry in
      let rate = try rate(of: entry.currency)
      return Int64(
        Rounding.halfEven(
          entry.sum * rate, dividedBy: Money.picosPerUnit * Money.picosPerMicro))
    }
  }

  /// Clusters in the order in which the account book meets them: as the days' time does.
  private func order(_ shares: [String: Int128]) throws -> ([String], [Int128]) {
    var met: [String] = []
    for day in days {
      for time in times where time.day == day && !met.contains(time.pool.cluster) {
        met.append(time.pool.cluster)
      }
    }
    let names = met.filter { shares[$0] != nil }
    return (names, names.map { shares[$0] ?? 0 })
  }

  private func rate(of currency: Currency) throws -> Int128 {
    if currency == Book.won { return Money.picosPerUnit }
    let month = try #require(BillingMonth("2026-11"))
    return try #require(ledger.plan.exchange.rate(of: currency, in: month)).picos
  }
}

@Suite struct CostBalanceTests {
  @Test(arguments: [CostPool.Recovery.full, .rateCard, nil], 1...12 as ClosedRange<UInt64>)
  func `random months agree to the micro with what pools cost`(
    recovery: CostPool.Recovery?, seed: UInt64
  ) throws {
    let policy = Policy.allCases[Int(seed) % Policy.allCases.count]
    let month = try RandomCosts(seed: seed, recovery: recovery, policy: policy)
    let posted = try month.ledger.post(
      month.times, workloads: Book.workloads, otherDays: month.days)

    // Debits are credits, for each day and pool.
    var debits: [String: Int64] = [:]
    var credits: [String: Int64] = [:]
    for line in posted.postings {
      debits["\(line.day) \(line.pool)", default: 0] += line.costMicros
    }
    for entry in posted.costs {
      credits["\(entry.day) \(entry.pool)", default: 0] += entry.cost.costMicros
    }
    #expect(debits.filter { $0.value != 0 } == credits.filter { $0.value != 0 }, "seed \(seed)")
    #expect(posted.costMicros == credits.values.reduce(0, +))

    // Items of cost pools cost what they must, in each pool.
    var found: [[String]: Int64] = [:]
    for entry in posted.costs where entry.cost.item.kind != .rate {
      let item = entry.cost.item
      found[[entry.pool.cluster, item.costPool, item.name], default: 0] += entry.cost.costMicros
    }
    let expected = try month.expected()
    #expect(found.filter { $0.value != 0 } == expected.filter { $0.value != 0 }, "seed \(seed)")
    #expect(posted.postings.filter { $0.kind == .shared }.reduce(0) { $0 + $1.costMicros } == 0)
    if recovery == .full {
      let variances = posted.postings.filter { $0.kind == .variance }
      #expect(variances.allSatisfy { $0.pool.cluster.isEmpty })
    }
    #expect(Balance.check(posted, of: month.times, by: month.ledger) == [])
  }

  /// What a deliberate fault does to a sound book.
  enum Damage: CaseIterable {
    case changedItem, lostItem, lostVariance, movedTogether
  }

  @Test(arguments: Damage.allCases)
  func `a deliberate fault in what a pool costs is caught`(damage: Damage) throws {
    let won = try #require(Book.won)
    let day = try #require(CivilDate("2026-11-01"))
    let cost = PlannedCost(
      name: "colo", kind: .hosting, currency: won,
      schedule: .recurring(RecurringCost(amount: 30_000_000_000_000, span: .month)))
    let plan = CostPlan(pools: [
      CostPool(name: "p", site: "pangyo", recovery: .rateCard, costs: [cost])
    ])
    let ledger = try Book.ledger(rates: Book.rates("0.25"), plan: plan)
    let times = try Book.times("01 busy 1 1 alpha - 2")
    var book = try ledger.post(times, workloads: Book.workloads)
    #expect(Book.text(book.postings) == "01 usage alpha busy 0.5\n01 variance variance - 0.5")
    #expect(Balance.check(book, of: times, by: ledger) == [])
    let onDay = { (found: Int128, expected: Int128) in
      Imbalance(pool: Book.h100, rule: .day(day), found: found, expected: expected)
    }
    let onItem = { (found: Int128) in
      Imbalance(
        pool: PoolKey(site: "pangyo", cluster: "", gpuModel: ""),
        rule: .item(book.month, cost.item(of: plan.pools[0])), found: found, expected: 1_000_000)
    }
    let expected: [Imbalance]
    switch damage {
    case .changedItem:
      book.costs[0].cost.costMicros += 2
      expected = [onDay(1_000_000, 1_000_002), onItem(1_000_002)]
    case .lostItem:
      book.costs = []
      expected = [onDay(1_000_000, 0), onItem(0)]
    case .lostVariance:
      book.postings.removeLast()
      expected = [onDay(500_000, 1_000_000)]
    case .movedTogether:
      book.costs[0].cost.costMicros += 2
      book.postings[0].costMicros += 2
      expected = [onItem(1_000_002)]
    }
    #expect(Balance.check(book, of: times, by: ledger) == expected)
  }
}
