/// One line of one day of an account book, by numbers.
package struct PostingLine: Hashable, Sendable {
  /// What a line is; the texts are stored.
  package enum Kind: String, Sendable {
    /// State time at its price.
    case usage
    /// Cost that a policy moves, from one of our own names or to a payer.
    case shared
    /// Cost of time that a team holds on another one's hardware, moved to the owner.
    case borrowed
    /// What a pool's items cost beyond what is charged for its time, or less.
    case variance
    /// What a bill charges for anything but GPU-time, or what storage costs.
    case charge
  }
  package var kind: Kind
  /// The number of the pool in the account book.
  package var pool: Int32
  /// The number of who pays.
  package var payer: Int32
  /// The state of the time; of a line that moves cost, the state whose cost it is; nil for a
  /// variance or a bill's charge.
  package var state: State?
  /// Where a usage line's time stands among the day's totals, nil on other lines.
  package var total: Int32?
  /// The volume of a charge for storage, 0 on other lines: those with a total have its workload.
  package var workload: Int64
  /// The time of a usage line, nil on other lines.
  package var gpuMilliseconds: Int64?
  /// - Unit: millionths of the currency's major unit.
  package var costMicros: Int64
  /// What moves the cost, nil on usage lines.
  package var policy: MovingPolicy?

  package init(
    kind: Kind, pool: Int32, payer: Int32, state: State?, total: Int32? = nil,
    workload: Int64 = 0, gpuMilliseconds: Int64? = nil, costMicros: Int64,
    policy: MovingPolicy? = nil
  ) {
    self.kind = kind
    self.pool = pool
    self.payer = payer
    self.state = state
    self.total = total
    self.workload = workload
    self.gpuMilliseconds = gpuMilliseconds
    self.costMicros = costMicros
    self.policy = policy
  }
}

/// Who pays.
package struct Payer: Hashable, Sendable {
  package let name: String
  package let costCenter: String?

  package init(name: String, costCenter: String?) {
    self.name = name
    self.costCenter = costCenter
  }
}
