import Quantities
import Records

/// One line of the account book, as the table `posting` keeps it.
package struct Posting: Hashable, Sendable {
  package typealias Kind = PostingLine.Kind
  package var day: CivilDate
  package var pool: PoolKey
  package var kind: Kind
  /// Who pays.
  package var team: String
  package var costCenter: String?
  /// The state of the time; of a line that moves cost, the state whose cost it is; nil for a
  /// variance.
  package var state: State?
  /// 0 on all but usage lines, as are the GPU and the workload.
  package var hostID: Int64
  package var gpuID: Int64
  package var workloadID: Int64
  /// The owner of the hardware of a usage line, nil where none is named.
  package var owner: String?
  /// The time of a usage line, nil on other lines.
  package var gpuMilliseconds: Int64?
  /// - Unit: millionths of the currency's major unit.
  package var costMicros: Int64
  /// What moves the cost, nil on usage lines.
  package var policy: MovingPolicy?
  /// Where a usage line's time stands in the list that was posted, nil on other lines: whoever
  /// stores the line finds there what else is known of the time.
  package var timeIndex: Int?

  package init(
    day: CivilDate, pool: PoolKey, kind: Kind, team: String, costCenter: String? = nil,
    state: State?, hostID: Int64 = 0, gpuID: Int64 = 0, workloadID: Int64 = 0,
    owner: String? = nil, gpuMilliseconds: Int64? = nil, costMicros: Int64,
    policy: MovingPolicy? = nil, timeIndex: Int? = nil
  ) {
    self.day = day
    self.pool = pool
    self.kind = kind
    self.team = team
    self.costCenter = costCenter
    self.state = state
    self.hostID = hostID
    self.gpuID = gpuID
    self.workloadID = workloadID
    self.owner = owner
    self.gpuMilliseconds = gpuMilliseconds
    self.costMicros = costMicros
    self.policy = policy
    self.timeIndex = timeIndex
  }
}

/// The account book of one billing month.
package struct PostedMonth: Equatable, Sendable {
  /// What an item costs a pool on a day.
  package struct Cost: Equatable, Sendable {
    package var day: CivilDate
    package var pool: PoolKey
    /// The number of its pool means nothing here.
    package var cost: PoolCost

    package init(day: CivilDate, pool: PoolKey, cost: PoolCost) {
      self.day = day
      self.pool = pool
      self.cost = cost
    }
  }
  package var month: BillingMonth
  package var currency: Currency
  /// In the order of pools and days; on each day usage, then what policies move, then a variance.
  package var postings: [Posting]
  /// In the order of days and pools.
  package var costs: [Cost]
  /// In the order of pools.
  package var pools: [PoolTotal]

  package init(
    month: BillingMonth, currency: Currency, postings: [Posting], costs: [Cost],
    pools: [PoolTotal]
  ) {
    self.month = month
    self.currency = currency
    self.postings = postings
    self.costs = costs
    self.pools = pools
  }

  /// What all pools cost together.
  package var costMicros: Int64 { pools.reduce(0) { $0 + $1.costMicros } }
}

/// What a pool cost in a month, by day.
package struct PoolTotal: Equatable, Sendable {
  /// One billing day of a pool.
  package struct Day: Equatable, Sendable {
    package var day: CivilDate
    package var gpuMilliseconds: Int64
    package var costMicros: Int64

    package init(day: CivilDate, gpuMilliseconds: Int64, costMicros: Int64) {
      self.day = day
      self.gpuMilliseconds = gpuMilliseconds
      self.costMicros = costMicros
    }
  }
  package var pool: PoolKey
  /// The days that have time or cost, in order.
  package var days: [Day]

  package init(pool: PoolKey, days: [Day]) {
    self.pool = pool
    self.days = days
  }

  package var gpuMilliseconds: Int64 { days.reduce(0) { $0 + $1.gpuMilliseconds } }
  package var costMicros: Int64 { days.reduce(0) { $0 + $1.costMicros } }
}
