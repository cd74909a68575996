import Quantities
import Records

/// What storage costs.
extension Costing {
  /// What a pool's volumes cost at rates, and by what they share what cost pools add to it.
  ///
  /// - Parameter pools: the cost pools that cover them that day. Without any and without a rate
  ///   nobody knows what they cost: nothing is charged then, which is no reason to leave the month
  ///   unposted.
  mutating func storageDay(
    of entry: StorageSheet.Pool, _ key: PoolKey, coveredBy pools: [CostPool], on day: CivilDate
  ) -> Day {
    var result = Day()
    let rate = ledger.storageRates.rate(of: key, day: day)
    if pools.contains(where: { $0.recovery == .full }) {
      result.counted = .replicated
    } else {
      result.counted = rate?.counted
    }
    guard let rate else { return result }
    if pools.isEmpty {
      if let cost = rated(entry, key, rate) { result.add(cost, isCharged: true) }
    } else if pools.contains(where: { $0.recovery == .rateCard }) {
      result.charged += charge(entry, key, rate)
    }
    return result
  }

  private func unit(of rate: StorageRates.Rate) -> CostUnit {
    .picoByteHours(rate.span, hours: ledger.plan.hours(of: ledger.month))
  }

  /// The cost of volumes that no cost pool covers.
  private mutating func rated(
    _ entry: StorageSheet.Pool, _ key: PoolKey, _ rate: StorageRates.Rate
  ) -> PoolCost? {
    let item = CostItem(rate: rate)
    let quantity = Int128(rate.counted.byteHours(of: entry.amount))
    return add(
      quantity, times: rate.perGibibyte.picos, of: item, unit: unit(of: rate),
      basis: "\(item.name) x \(StorageTime.text(byteHours: quantity)) GiB-hours", to: entry.pool,
      key)
  }

  /// What is charged at a rate for volumes whose cost cost pools tell.
  private mutating func charge(
    _ entry: StorageSheet.Pool, _ key: PoolKey, _ rate: StorageRates.Rate
  ) -> Int64 {
    let item = CostItem(rate: rate)
    guard let exchange = exchangeRate(of: item) else { return 0 }
    let account = Key(pool: entry.pool, item: item)
    let empty = CostAccount(unit: unit(of: rate), rate: exchange)
    let amount = charges[account, default: empty]
      .add(Int128(rate.counted.byteHours(of: entry.amount)), times: rate.perGibibyte.picos)
    if amount == nil { missing.overflow(key) }
    return amount?.cost ?? 0
  }
}
