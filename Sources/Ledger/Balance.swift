import Quantities
import Records

/// Checks an account book against the time it was made of, by another way than it was made.
package struct Balance {
  private let ledger: MonthLedger
  private var imbalances: [(day: CivilDate, imbalance: Imbalance)] = []
  /// What each pool's time costs exactly, by its price.
  private var exact: [Int32: [Price: Int128]] = [:]
  /// What the rates of each pool were posted with.
  private var rated: [Int32: Int128] = [:]
  /// What each planned item costs exactly, in picos of its currency, and what it was posted with.
  private var planned: [CostItem: Int128] = [:]
  private var posted: [CostItem: Int128] = [:]
  /// How often an item was rounded: once for each pool.
  private var pools: [CostItem: Set<Int32>] = [:]

  /// What one of a unit costs.
  private struct Price: Hashable {
    let money: Money
    let unit: CostUnit
  }

  private static let statesMax = 1 + (State.allCases.map(\.rawValue).max() ?? 0)

  init(_ ledger: MonthLedger) {
    self.ledger = ledger
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
  ///   - storage: the volumes that lines charge for.
  ///   - pools: by their numbers.
  /// - Complexity: O(n) in the number of totals and lines.
  mutating func check(
    _ totals: [DayTotal], lines: [PostingLine], costs: [PoolCost], billed: [BilledAmount] = [],
    storage: [StorageSheet.Pool] = [], of day: CivilDate, pools: [PoolKey]
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
      let state = line.state?.rawValue ?? 0
      switch line.kind {
      case .usage, .charge, .variance: break
      case .shared: sums[pool].shared[state] += Int128(line.costMicros)
      case .borrowed: sums[pool].borrowed[state] += Int128(line.costMicros)
      }
      sums[pool].isMet = true
    }
    for cost in costs {
      sums[Int(cost.pool)].total += Int128(cost.costMicros)
      sums[Int(cost.pool)].isMet = true
    }
    for (index, sum) in sums.enumerated() where sum.isMet {
      let pool = pools[index]
      expect(sum.time, sum.given, pool, day, .time(day))
      expect(sum.cost, sum.total, pool, day, .day(day))
      for state in State.allCases {
        expect(sum.shared[state.rawValue], 0, pool, day, .shared(day, state))
        expect(sum.borrowed[state.rawValue], 0, pool, day, .borrowed(day, state))
      }
    }
    for amount in billed { planned[amount.item, default: 0] += amount.picos }
    let stored = Dictionary(storage.map { ($0.pool, $0.amount) }) { first, _ in first }
    add(costs, of: day, given: sums.map(\.given), stored: stored, pools: pools)
  }

  /// Sums what items cost, and what they must.
  private mutating func add(
    _ costs: [PoolCost], of day: CivilDate, given: [Int128], stored: [Int32: StorageAmount],
    pools: [PoolKey]
  ) {
    for cost in costs where cost.item.kind == .rate {
      rated[cost.pool, default: 0] += Int128(cost.costMicros)
      let pool = pools[Int(cost.pool)]
      if pool.resource == PoolKey.storageResource {
        guard let rate = ledger.storageRates.rate(of: pool, day: day) else { continue }
        let unit = CostUnit.picoByteHours(rate.span, hours: ledger.plan.hours(of: ledger.month))
        let amount = stored[cost.pool] ?? StorageAmount()
        exact[cost.pool, default: [:]][Price(money: rate.perGibibyte, unit: unit), default: 0] +=
          Int128(rate.counted.byteHours(of: amount)) * rate.perGibibyte.picos
        continue
      }
      guard let price = ledger.rates.price(of: pool, day: day) else { continue }
      exact[cost.pool, default: [:]][Price(money: price, unit: .picoMilliseconds), default: 0] +=
        given[Int(cost.pool)] * price.picos
    }
    for cost in costs where cost.item.kind != .rate && cost.item.kind != .power {
      posted[cost.item, default: 0] += Int128(cost.costMicros)
      self.pools[cost.item, default: []].insert(cost.pool)
    }
    let milliseconds = ledger.plan.milliseconds(of: day)
    for pool in ledger.plan.pools where pool.holds(on: day) {
      for cost in pool.costs {
        let picos = cost.picos(on: day, milliseconds: milliseconds)
        if picos != 0 { planned[cost.item(of: pool), default: 0] += picos }
      }
    }
  }

  /// Checks the month.
  ///
  /// - Returns: every sum that isn't what it must be, in the order of pools and days, the month's
  ///   last; empty where all are.
  mutating func close(pools: [PoolKey]) -> [Imbalance] {
    var result = imbalances.enumerated().sorted { left, right in
      let (one, other) = (left.element, right.element)
      if one.imbalance.pool != other.imbalance.pool {
        return one.imbalance.pool < other.imbalance.pool
      }
      return one.day == other.day ? left.offset < right.offset : one.day < other.day
    }.map(\.element.imbalance)
    for (number, pool) in pools.enumerated().sorted(by: { $0.element < $1.element }) {
      let sums = exact[Int32(number)] ?? [:]
      let expected = sums.reduce(0) { sum, entry in
        sum + micros(entry.value, of: entry.key.unit, in: entry.key.money.currency)
      }
      let found = rated[Int32(number)] ?? 0
      guard found != expected else { continue }
      result.append(
        Imbalance(pool: pool, rule: .month(ledger.month), found: found, expected: expected))
    }
    for item in Set(planned.keys).union(posted.keys).sorted() {
      let expected = micros(planned[item] ?? 0, of: .picos, in: item.currency)
      let found = posted[item] ?? 0
      // Each pool's part is rounded by itself.
      guard (found - expected).magnitude > (self.pools[item]?.count ?? 0) else { continue }
      let site = ledger.plan.pools.first { $0.name == item.costPool }?.withoutTime
      result.append(
        Imbalance(
          pool: site ?? PoolKey(site: "", cluster: "", gpuModel: ""),
          rule: .item(ledger.month, item), found: found, expected: expected))
    }
    return result
  }

  private func micros(_ sum: Int128, of unit: CostUnit, in currency: Currency) -> Int128 {
    let rate =
      currency == ledger.currency
      ? .one : ledger.plan.exchange.rate(of: currency, in: ledger.month) ?? .one
    return Int128(unit.micros(sum, at: rate) ?? .max)
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
    _ month: PostedMonth, of times: [StateTime], by ledger: MonthLedger
  ) -> [Imbalance] {
    let keys = Set(times.map(\.pool)).union(month.postings.map(\.pool))
      .union(month.costs.map(\.pool))
    let pools = keys.sorted()
    let numbers = Dictionary(
      uniqueKeysWithValues: pools.enumerated().map { ($1, Int32($0)) })
    func number(_ pool: PoolKey) -> Int32 { numbers[pool] ?? 0 }
    let days = Set(times.map(\.day)).union(month.postings.map(\.day))
      .union(month.costs.map(\.day))
    var balance = Balance(ledger)
    for day in days.sorted() {
      balance.check(
        times.filter { $0.day == day }.map { DayTotal($0, pool: number($0.pool), owner: nil) },
        lines: month.postings.filter { $0.day == day }.map { posting in
          PostingLine(
            kind: posting.kind, pool: number(posting.pool), payer: 0, state: posting.state,
            gpuMilliseconds: posting.gpuMilliseconds, costMicros: posting.costMicros)
        },
        costs: month.costs.filter { $0.day == day }.map { entry in
          var cost = entry.cost
          cost.pool = number(entry.pool)
          return cost
        }, of: day, pools: pools)
    }
    return balance.close(pools: pools)
  }
}
