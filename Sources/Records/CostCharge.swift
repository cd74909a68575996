/// What an item costs a pool on a day, as it is charged.
package struct CostCharge: Hashable, Sendable {
  /// What it is of: the columns of `pool_cost` that no two items of a day have in common.
  package struct Key: Hashable, Sendable {
    package var poolID: Int64
    /// Empty for a rate.
    package var costPool: String
    /// As it is stored: `rate`, `power`.
    package var kind: String
    package var item: String

    package init(poolID: Int64, costPool: String, kind: String, item: String) {
      self.poolID = poolID
      self.costPool = costPool
      self.kind = kind
      self.item = item
    }
  }

  package var key: Key
  /// - Unit: millionths of the currency's major unit.
  package var costMicros: Int64

  package init(key: Key, costMicros: Int64) {
    self.key = key
    self.costMicros = costMicros
  }
}
