import Quantities
import Records

/// What pools cost more or less than was charged, by item.
extension CorrectionWriter {
  /// What pools were charged for a day: its items, and corrections that closed months bear.
  package func chargedCosts(on day: CivilDate) throws -> [CostCharge] {
    chargedCosts.bind(day.description, at: 1)
    defer { chargedCosts.reset() }
    var charges: [CostCharge] = []
    while try chargedCosts.step() {
      charges.append(
        CostCharge(
          key: CostCharge.Key(
            poolID: chargedCosts.number(0), costPool: chargedCosts.text(1),
            kind: chargedCosts.text(2), item: chargedCosts.text(3)),
          costMicros: chargedCosts.number(4)))
    }
    return charges
  }

  /// What an account book's items cost, as the store would keep them.
  package func charges(of costs: [PoolCost], pools: [PoolKey]) -> [CostCharge] {
    costs.map { cost in
      CostCharge(
        key: CostCharge.Key(
          poolID: Identifier.of(pools[Int(cost.pool)]), costPool: cost.item.costPool,
          kind: cost.item.kind.rawValue, item: cost.item.name), costMicros: cost.costMicros)
    }
  }

  /// Writes a day's corrections of costs.
  package func write(_ corrections: [CostCharge], on day: CivilDate) throws {
    insertCost.bind(day.description, at: 3)
    for correction in corrections {
      insertCost.bind(correction.key.poolID, at: 4)
      insertCost.bind(correction.key.costPool, at: 5)
      insertCost.bind(correction.key.kind, at: 6)
      insertCost.bind(correction.key.item, at: 7)
      insertCost.bind(correction.costMicros, at: 8)
      try insertCost.run()
    }
  }
}
