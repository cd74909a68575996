import Records

/// What has to be charged besides what was charged already.
package enum Corrections {
  /// The charges that make `due` of `charged`, in a fixed order; those that are the same leave
  /// nothing.
  ///
  /// - Parameters:
  ///   - charged: what was charged for a day so far: first postings, and corrections since; a key
  ///     may be there several times.
  ///   - due: what had to be charged for the day, as it is known now.
  /// - Complexity: O(n) in the number of charges, and O(d log d) in that of differences.
  package static func differences(charged: [Charge], due: [Charge]) -> [Charge] {
    var left: [Charge.Key: Charge.Amount] = [:]
    left.reserveCapacity(max(charged.count, due.count))
    for charge in due {
      left[charge.key] = left[charge.key].map { $0 + charge.amount } ?? charge.amount
    }
    for charge in charged {
      left[charge.key] = left[charge.key].map { $0 + -charge.amount } ?? -charge.amount
    }
    return left.filter { !$0.value.isNothing }.map { Charge(key: $0.key, amount: $0.value) }
      .sorted { isBefore($0.key, $1.key) }
  }

  /// The same of what pools cost, by item.
  package static func differences(charged: [CostCharge], due: [CostCharge]) -> [CostCharge] {
    var left: [CostCharge.Key: Int64] = [:]
    for cost in due { left[cost.key, default: 0] += cost.costMicros }
    for cost in charged { left[cost.key, default: 0] -= cost.costMicros }
    return left.filter { $0.value != 0 }.map { CostCharge(key: $0.key, costMicros: $0.value) }
      .sorted {
        ($0.key.poolID, $0.key.costPool, $0.key.kind, $0.key.item)
          < ($1.key.poolID, $1.key.costPool, $1.key.kind, $1.key.item)
      }
  }

  private static func isBefore(_ left: Charge.Key, _ right: Charge.Key) -> Bool {
    if left.poolID != right.poolID { return left.poolID < right.poolID }
    if left.kind != right.kind { return left.kind < right.kind }
    if left.team != right.team { return left.team < right.team }
    let numbers = (
      (left.state, left.hostID, left.gpuID, left.workloadID),
      (right.state, right.hostID, right.gpuID, right.workloadID)
    )
    if numbers.0 != numbers.1 { return numbers.0 < numbers.1 }
    // What isn't named comes first.
    let names = [(left.costCenter, right.costCenter), (left.owner, right.owner)]
    for (one, other) in names where one != other {
      guard let one else { return true }
      return other.map { one < $0 } ?? false
    }
    return false
  }
}
