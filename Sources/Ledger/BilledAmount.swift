import Quantities
import Records

/// What a bill charges on a billing day.
package struct BilledAmount: Sendable {
  /// The number of the pool.
  package let pool: Int32
  package let item: CostItem
  /// - Unit: 1e-12 of the item's currency; negative for credits.
  package let picos: Int128
  /// The number by which attributes tell whose the charge is.
  package let bearer: Int64
  /// Whether it pays for the pool's GPU-time; else it is its bearer's.
  package let isOfTime: Bool

  package init(pool: Int32, item: CostItem, picos: Int128, bearer: Int64, isOfTime: Bool) {
    self.pool = pool
    self.item = item
    self.picos = picos
    self.bearer = bearer
    self.isOfTime = isOfTime
  }
}

/// What bills charge on a day, by pool and item.
struct BilledDay {
  struct Key: Hashable {
    let pool: Int32
    let item: CostItem
  }

  /// What pays for the time of its pool.
  private(set) var ofTime: [Key: Int128] = [:]
  /// What is its bearers', by bearer.
  private(set) var ofBearers: [Key: [Int64: Int128]] = [:]

  /// - Parameter timed: the pools that have time; what would pay for that of others is its bearers'.
  init(_ amounts: [BilledAmount], timed: Set<Int32>) {
    for amount in amounts {
      let key = Key(pool: amount.pool, item: amount.item)
      if amount.isOfTime, timed.contains(amount.pool) {
        ofTime[key, default: 0] += amount.picos
      } else {
        ofBearers[key, default: [:]][amount.bearer, default: 0] += amount.picos
      }
    }
  }

  static func isBefore(_ left: Key, _ right: Key) -> Bool {
    left.pool != right.pool ? left.pool < right.pool : left.item < right.item
  }

  /// The parts of `micros` by exact amounts, which may be negative; they sum to it.
  ///
  /// - Parameter rate: at which the amounts are exchanged.
  static func parts(
    of micros: Int64, by amounts: [Int128], at rate: ExchangeRates.Rate
  ) -> [Int64] {
    let charges = amounts.map { max(0, $0) }
    let gains = amounts.map { max(0, -$0) }
    // Gains are rounded by themselves; charges have what these leave of the whole.
    let exact = CostUnit.picos.micros(gains.reduce(0, +), at: rate) ?? 0
    let isAllGain = charges.allSatisfy { $0 == 0 }
    let gain = isAllGain ? -Int128(micros) : max(Int128(exact), -Int128(micros))
    guard gain >= 0, let plus = Apportionment.split(Int128(micros) + gain, by: charges),
      let minus = Apportionment.split(gain, by: gains)
    else { return amounts.indices.map { $0 == 0 ? micros : 0 } }
    return zip(plus, minus).map { Int64($0 - $1) }
  }
}
