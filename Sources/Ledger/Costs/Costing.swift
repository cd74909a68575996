import Quantities
import Records

/// What the pools of an account book cost, day by day in order.
struct Costing {
  /// What a day costs a pool.
  struct Day {
    /// What its items cost.
    private(set) var costs: [PoolCost] = []
    private(set) var costMicros: Int64 = 0
    /// What is charged for its time, or its volumes.
    ///
    /// - Unit: micros.
    var charged: Int64 = 0
    /// What is charged to those that bills name, by their numbers.
    ///
    /// - Unit: micros.
    fileprivate(set) var borne: [Int64: Int64] = [:]
    /// By which bytes volumes share what is charged; nil where nothing says what they cost.
    var counted: StorageRates.Counted?

    /// All that is charged.
    var chargedMicros: Int64 { borne.values.reduce(charged, +) }

    mutating func add(_ cost: PoolCost, isCharged: Bool) {
      costs.append(cost)
      costMicros += cost.costMicros
      if isCharged { charged += cost.costMicros }
    }
  }

  struct Key: Hashable {
    let pool: Int32
    let item: CostItem
  }

  /// What a cost pool's cost is spread over: a pool and its part.
  struct Covered {
    let pool: Int32
    /// - Unit: GPU-milliseconds, or byte-hours.
    let weight: Int64
  }

  let ledger: MonthLedger
  private var accounts: [Key: CostAccount] = [:]
  /// What was charged at rates for the time of cost pools.
  var charges: [Key: CostAccount] = [:]
  /// The cost pools that cover a pool on any day.
  private var covering: [Int32: [Int]] = [:]
  var missing = MissingPrices()
  /// The rates of exchange that were used.
  private(set) var exchangeRates: [Currency: ExchangeRates.Rate] = [:]

  init(_ ledger: MonthLedger) {
    self.ledger = ledger
  }

  /// What a day costs, by the number of the pool; without pools whose cost can't be told.
  ///
  /// - Parameters:
  ///   - entries: the pools that have rows.
  ///   - numbers: the book's; cost without time may need new ones.
  ///   - energy: of all pools, where a cost pool's power depends on it.
  ///   - billed: what bills charge; it prices the time of its pools.
  ///   - storage: the pools that have volumes.
  mutating func days(
    of entries: [DaySheet.Pool], numbers: inout PoolNumbers, energy: [PoolEnergy],
    billed: BilledDay, storage: [StorageSheet.Pool] = [], on day: CivilDate
  ) -> [Int32: Day] {
    var result: [Int32: Day] = [:]
    let priced = Set(billed.ofTime.keys.map(\.pool))
    let plan = ledger.plan
    let holding = plan.pools.indices.filter { plan.pools[$0].holds(on: day) }
    var covered: [Int: [Covered]] = [:]
    for entry in entries {
      let key = numbers.keys[Int(entry.pool)]
      let pools = pools(covering: entry.pool, key).filter(holding.contains)
      let part = Covered(pool: entry.pool, weight: entry.gpuMilliseconds)
      for index in pools { covered[index, default: []].append(part) }
      let isRated = pools.isEmpty && !priced.contains(entry.pool)
      result[entry.pool] = isRated ? rated(entry, key, on: day) : Day()
      if pools.contains(where: { plan.pools[$0].recovery == .rateCard }) {
        result[entry.pool]?.charged += charge(entry, key, on: day)
      }
    }
    for entry in storage {
      let key = numbers.keys[Int(entry.pool)]
      let pools = pools(covering: entry.pool, key).filter(holding.contains)
      let part = Covered(pool: entry.pool, weight: entry.amount.replicated)
      for index in pools { covered[index, default: []].append(part) }
      result[entry.pool] = storageDay(
        of: entry, key, coveredBy: pools.map { plan.pools[$0] }, on: day)
    }
    let milliseconds = plan.milliseconds(of: day)
    let energy = Dictionary(grouping: energy, by: \.pool)
    for index in holding {
      let pool = plan.pools[index]
      let entries = covered[index] ?? []
      for cost in pool.costs {
        let picos = cost.picos(on: day, milliseconds: milliseconds)
        guard picos != 0 else { continue }
        let (item, basis) = (cost.item(of: pool), cost.basis(on: day))
        // Without time nobody can be charged.
        let isCharged = pool.recovery == .full && entries.contains { $0.weight > 0 }
        for (number, part) in Self.parts(of: picos, among: entries, pool, &numbers) {
          let key = numbers.keys[Int(number)]
          guard let amount = add(part, of: item, unit: .picos, basis: basis, to: number, key)
          else { continue }
          result[number, default: Day()].add(amount, isCharged: isCharged)
        }
      }
      guard let power = pool.power else { continue }
      for entry in entries where entry.weight > 0 {
        guard
          let amount = add(
            power, of: pool, hours: energy[entry.pool] ?? [], to: entry.pool,
            numbers.keys[Int(entry.pool)], on: day)
        else { continue }
        result[entry.pool, default: Day()].add(amount, isCharged: pool.recovery == .full)
      }
    }
    add(billed, numbers, to: &result)
    return result
  }

  /// Adds what bills charge.
  private mutating func add(
    _ billed: BilledDay, _ numbers: PoolNumbers, to result: inout [Int32: Day]
  ) {
    for (key, picos) in billed.ofTime.sorted(by: { BilledDay.isBefore($0.key, $1.key) }) {
      let pool = numbers.keys[Int(key.pool)]
      guard
        let cost = add(
          picos, of: key.item, unit: .picos, basis: Self.basis(picos, key.item), to: key.pool, pool)
      else { continue }
      result[key.pool, default: Day()].add(cost, isCharged: true)
    }
    for (key, amounts) in billed.ofBearers.sorted(by: { BilledDay.isBefore($0.key, $1.key) }) {
      let pool = numbers.keys[Int(key.pool)]
      let picos = amounts.values.reduce(0, +)
      guard let rate = exchangeRate(of: key.item),
        let cost = add(
          picos, of: key.item, unit: .picos, basis: Self.basis(picos, key.item), to: key.pool, pool)
      else { continue }
      result[key.pool, default: Day()].add(cost, isCharged: false)
      let bearers = amounts.sorted { $0.key < $1.key }
      let parts = BilledDay.parts(of: cost.costMicros, by: bearers.map(\.value), at: rate)
      for (bearer, part) in zip(bearers, parts) {
        result[key.pool]?.borne[bearer.key, default: 0] += part
      }
    }
  }

  private static func basis(_ picos: Int128, _ item: CostItem) -> String {
    "billed \(Money(picos: picos, currency: item.currency))"
  }

  /// The bits that a product of a cost and a sum of weights may have, so that it fits Int128.
  private static let productBitsMax = 126

  /// The parts of a cost pool's cost, by the GPU-time or storage of the pools it covers; all of it
  /// where they have none.
  private static func parts(
    of picos: Int128, among entries: [Covered], _ pool: CostPool, _ numbers: inout PoolNumbers
  ) -> [(Int32, Int128)] {
    let whole = entries.reduce(Int128(0)) { $0 + Int128($1.weight) }
    let bits = [whole, picos].reduce(0) { $0 + Int128.bitWidth - $1.magnitude.leadingZeroBitCount }
    let excess = max(0, bits - productBitsMax)
    let weights = entries.map { Int128($0.weight) >> Int128(excess) }
    guard let parts = Apportionment.split(picos, by: weights) else {
      return [(numbers.number(of: pool.withoutTime), picos)]
    }
    return zip(entries, parts).filter { $1 != 0 }.map { ($0.pool, $1) }
  }

  private mutating func pools(covering number: Int32, _ key: PoolKey) -> [Int] {
    if let known = covering[number] { return known }
    let found = ledger.plan.pools.indices.filter { ledger.plan.pools[$0].covers(key) }
    covering[number] = found
    return found
  }

  // MARK: Rates

  /// The cost of a pool that no cost pool covers, nil where it has no price.
  private mutating func rated(_ entry: DaySheet.Pool, _ key: PoolKey, on day: CivilDate) -> Day? {
    guard let price = price(of: entry, key, on: day) else { return nil }
    let item = CostItem(rate: price)
    let time = GPUTime(milliseconds: entry.gpuMilliseconds)
    guard
      let cost = add(
        Int128(entry.gpuMilliseconds), times: price.picos, of: item, unit: .picoMilliseconds,
        basis: "\(item.name) x \(time)", to: entry.pool, key)
    else { return nil }
    var result = Day()
    result.add(cost, isCharged: true)
    return result
  }

  /// What is charged for the time of a pool at its rate, 0 where it has no price, which is noted.
  private mutating func charge(_ entry: DaySheet.Pool, _ key: PoolKey, on day: CivilDate) -> Int64 {
    guard let price = price(of: entry, key, on: day) else { return 0 }
    let item = CostItem(rate: price)
    guard let rate = exchangeRate(of: item) else { return 0 }
    let account = Key(pool: entry.pool, item: item)
    let amount = charges[account, default: CostAccount(unit: .picoMilliseconds, rate: rate)]
      .add(Int128(entry.gpuMilliseconds), times: price.picos)
    if amount == nil { missing.overflow(key) }
    return amount?.cost ?? 0
  }

  private mutating func price(
    of entry: DaySheet.Pool, _ key: PoolKey, on day: CivilDate
  ) -> Money? {
    if let price = ledger.rates.price(of: key, day: day) { return price }
    missing.add(key, on: day, milliseconds: entry.gpuMilliseconds, currency: ledger.currency)
    return nil
  }

  // MARK: Power

  /// What the energy of a pool's day costs, nil where that can't be told, which is noted.
  private mutating func add(
    _ power: PowerCost, of pool: CostPool, hours: [PoolEnergy], to number: Int32, _ key: PoolKey,
    on day: CivilDate
  ) -> PoolCost? {
    precondition(!hours.isEmpty, "BUG: time of \(key) without energy on \(day)")
    var (measured, nameplate, price): (Int128, Int128, Int128) = (0, 0, 0)
    for entry in hours {
      let hour = ledger.plan.hourOfDay(of: entry.hour)
      guard let tariff = power.tariff(on: day, hour: hour) else {
        missing.add(MissingTariff(costPool: pool.name, day: day, hour: hour))
        return nil
      }
      let unmeasured = power.nameplateMicrojoules(entry.unmeasuredMilliseconds)
      measured += Int128(entry.measuredMicrojoules)
      nameplate += unmeasured
      price += (Int128(entry.measuredMicrojoules) + unmeasured) * tariff.perKilowattHour
    }
    return add(
      price, of: power.item(of: pool), unit: power.unit,
      basis: power.basis(measured: measured, nameplate: nameplate), to: number, key)
  }

  // MARK: Accounts

  /// Adds to an item's account; nil where that fails, which is noted.
  mutating func add(
    _ quantity: Int128, times price: Int128 = 1, of item: CostItem, unit: CostUnit, basis: String,
    to number: Int32, _ key: PoolKey
  ) -> PoolCost? {
    let account = Key(pool: number, item: item)
    guard let rate = exchangeRate(of: item) else { return nil }
    let amount = accounts[account, default: CostAccount(unit: unit, rate: rate)]
      .add(quantity, times: price)
    guard let amount else {
      missing.overflow(key)
      return nil
    }
    return PoolCost(
      pool: number, item: item, basis: basis, originalMicros: amount.original,
      exchangeRate: item.currency == ledger.currency ? nil : rate.description,
      costMicros: amount.cost)
  }

  mutating func exchangeRate(of item: CostItem) -> ExchangeRates.Rate? {
    if item.currency == ledger.currency { return .one }
    guard let rate = ledger.plan.exchange.rate(of: item.currency, in: ledger.month) else {
      missing.add(
        MissingExchangeRate(
          month: ledger.month, original: item.currency, currency: ledger.currency, item: item,
          place: ledger.plan.exchange.place))
      return nil
    }
    exchangeRates[item.currency] = rate
    return rate
  }
}

extension CostItem {
  /// GPU-time at a price.
  init(rate price: Money) {
    self.init(kind: .rate, name: "\(price) per GPU-hour", currency: price.currency)
  }
}
