import Quantities
import Records

/// Checks an account book against the time it was made of, by another way than it was made.
package struct Balance {
  private let month: BillingMonth
  private let rates: RateCard
  private var imbalances: [(day: CivilDate, imbalance: Imbalance)] = []
  /// By pool: exact cost, and what its days cost.
  private var exact: [Int128] = []
  private var posted: [Int128] = []
  private var isMet: [Bool] = []

  private static let statesMax = 1 + (State.allCases.map(\.rawValue).max() ?? 0)

  init(month: BillingMonth, rates: RateCard) {
    self.month = month
    self.rates = rates
  }

  /// What a day of a pool sums to.
  private struct Sums {
    var given: Int128 = 0
    var time: Int128 = 0
    var cost: Int128 = 0
    var total: Int128 = 0
    var shared: [Int128]
    var borrowed: [Int128]
    var isMet = false
  }

  /// Checks a day.
  ///
  /// - Parameters:
  ///   - costs: what the pools cost that day, by their numbers.
  ///   - pools: by their numbers.
  /// - Complexity: O(n) in the number of totals and lines.
  mutating func check(
    _ totals: [DayTotal], lines: [PostingLine], costs: [(pool: Int32, day: PoolTotal.Day?)],
    of day: CivilDate, pools: [PoolKey]
  ) {
    let zeros = [Int128](repeating: 0, count: Self.statesMax)
    let none = Sums(shared: zeros, borrowed: zeros)
    var sums = [Sums](repeating: none, count: pools.count)
    for total in totals {
      sums[Int(total.pool)].given += Int128(total.gpuMilliseconds)
      sums[Int(total.pool)].isMet = true
    }
    for line in lines {
      let pool = Int(line.pool)
      sums[pool].cost += Int128(line.costMicros)
      sums[pool].time += Int128(line.gpuMilliseconds ?? 0)
      switch line.kind {
      case .usage: break
      case .shared: sums[pool].shared[line.state.rawValue] += Int128(line.costMicros)
      case .borrowed: sums[pool].borrowed[line.state.rawValue] += Int128(line.costMicros)
      }
      sums[pool].isMet = true
    }
    for (pool, cost) in costs {
      sums[Int(pool)].total += Int128(cost?.costMicros ?? 0)
      sums[Int(pool)].isMet = true
    }
    grow(to: pools.count)
    for (index, sum) in sums.enumerated() where sum.isMet {
      let pool = pools[index]
      expect(sum.time, sum.given, pool, day, .time(day))
      expect(sum.cost, sum.total, pool, day, .day(day))
      for state in State.allCases {
        expect(sum.shared[state.rawValue], 0, pool, day, .shared(day, state))
        expect(sum.borrowed[state.rawValue], 0, pool, day, .borrowed(day, state))
      }
      exact[index] += sum.given * (rates.price(of: pool, day: day)?.picos ?? 0)
      posted[index] += sum.total
      isMet[index] = true
    }
  }

  /// Checks the month.
  ///
  /// - Returns: every sum that isn't what it must be, in the order of pools and days, the month's
  ///   last; empty where all are.
  mutating func close(pools: [PoolKey]) -> [Imbalance] {
    grow(to: pools.count)
    var result = imbalances.enumerated().sorted { left, right in
      let (one, other) = (left.element, right.element)
      if one.imbalance.pool != other.imbalance.pool {
        return one.imbalance.pool < other.imbalance.pool
      }
      return one.day == other.day ? left.offset < right.offset : one.day < other.day
    }.map(\.element.imbalance)
    let inOrder = pools.indices.filter { isMet[$0] }.sorted { pools[$0] < pools[$1] }
    for index in inOrder {
      let expected = ExactCost.micros(exact[index])
      guard posted[index] != expected else { continue }
      result.append(
        Imbalance(
          pool: pools[index], rule: .month(month), found: posted[index], expected: expected))
    }
    return result
  }

  private mutating func grow(to count: Int) {
    while exact.count < count {
      exact.append(0)
      posted.append(0)
      isMet.append(false)
    }
  }

  private mutating func expect(
    _ found: Int128, _ expected: Int128, _ pool: PoolKey, _ day: CivilDate, _ rule: Imbalance.Rule
  ) {
    guard found != expected else { return }
    imbalances.append(
      (day, Imbalance(pool: pool, rule: rule, found: found, expected: expected)))
  }
}

extension Balance {
  /// Every sum of a posted month that isn't what it must be, in the order of pools and days; empty
  /// where all are.
  package static func check(
    _ month: PostedMonth, of times: [StateTime], rates: RateCard
  ) -> [Imbalance] {
    let keys = Set(times.map(\.pool)).union(month.postings.map(\.pool))
      .union(month.pools.map(\.pool))
    let pools = keys.sorted()
    let numbers = Dictionary(
      uniqueKeysWithValues: pools.enumerated().map { ($1, Int32($0)) })
    func number(_ pool: PoolKey) -> Int32 { numbers[pool] ?? 0 }
    let costs = month.pools.flatMap { pool in
      pool.days.map { (day: $0.day, entry: (pool: number(pool.pool), day: Optional($0))) }
    }
    let days = Set(times.map(\.day)).union(month.postings.map(\.day)).union(costs.map(\.day))
    var balance = Balance(month: month.month, rates: rates)
    for day in days.sorted() {
      balance.check(
        times.filter { $0.day == day }.map { DayTotal($0, pool: number($0.pool), owner: nil) },
        lines: month.postings.filter { $0.day == day }.map { posting in
          PostingLine(
            kind: posting.kind, pool: number(posting.pool), payer: 0, state: posting.state,
            gpuMilliseconds: posting.gpuMilliseconds, costMicros: posting.costMicros)
        }, costs: costs.filter { $0.day == day }.map(\.entry), of: day, pools: pools)
    }
    return balance.close(pools: pools)
  }
}
