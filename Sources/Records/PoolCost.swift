import Quantities

/// What kind of cost an item is; the texts are stored.
package enum CostKind: String, CaseIterable, Sendable {
  /// GPU-time at a rate.
  case rate
  /// The loss of value of hardware.
  case depreciation
  case power
  case hosting, licence, support, staff, storage, network, other
  /// What a provider bills.
  case bill
}

/// One thing that costs: a rate, or an entry of a cost pool.
package struct CostItem: Hashable, Comparable, Sendable {
  /// The cost pool's name in the configuration, empty for a rate.
  package var costPool: String
  package var kind: CostKind
  /// Which one: its name in the configuration.
  package var name: String
  /// What it is given in.
  package var currency: Currency

  package init(costPool: String = "", kind: CostKind, name: String, currency: Currency) {
    self.costPool = costPool
    self.kind = kind
    self.name = name
    self.currency = currency
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.costPool, left.kind.rawValue, left.name, left.currency.code)
      < (right.costPool, right.kind.rawValue, right.name, right.currency.code)
  }
}

/// What an item costs a pool on a billing day.
package struct PoolCost: Hashable, Sendable {
  /// The number of the pool in the account book.
  package var pool: Int32
  package var item: CostItem
  /// How the amount came about, in words.
  package var basis: String
  /// - Unit: millionths of the item's own currency.
  package var originalMicros: Int64
  /// Units of the reporting currency for one of the item's, as decimal text; nil where both are the
  /// same.
  package var exchangeRate: String?
  /// - Unit: millionths of the reporting currency.
  package var costMicros: Int64

  package init(
    pool: Int32, item: CostItem, basis: String, originalMicros: Int64,
    exchangeRate: String? = nil, costMicros: Int64
  ) {
    self.pool = pool
    self.item = item
    self.basis = basis
    self.originalMicros = originalMicros
    self.exchangeRate = exchangeRate
    self.costMicros = costMicros
  }
}
