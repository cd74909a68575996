/// Money as it is charged for one day: what it is of, and how much.
package struct Charge: Hashable, Sendable {
  /// What a charge is of: the columns of `posting` that no two charges of a day have in common.
  package struct Key: Hashable, Sendable {
    package var poolID: Int64
    /// As it is stored: `usage`, `shared`.
    package var kind: String
    package var team: String
    package var costCenter: String?
    /// The number of the state.
    package var state: Int64
    package var hostID: Int64
    package var gpuID: Int64
    package var workloadID: Int64
    package var owner: String?

    package init(
      poolID: Int64, kind: String, team: String, costCenter: String? = nil, state: Int64,
      hostID: Int64 = 0, gpuID: Int64 = 0, workloadID: Int64 = 0, owner: String? = nil
    ) {
      self.poolID = poolID
      self.kind = kind
      self.team = team
      self.costCenter = costCenter
      self.state = state
      self.hostID = hostID
      self.gpuID = gpuID
      self.workloadID = workloadID
      self.owner = owner
    }
  }

  /// Its numbers; what a charge doesn't have is nil.
  package struct Amount: Hashable, Sendable {
    package var gpuMilliseconds: Int64?
    package var measuredMilliseconds: Int64?
    package var activityPPMMilliseconds: Int64?
    package var energyMicrojoules: Int64?
    /// - Unit: millionths of the currency's major unit.
    package var costMicros: Int64

    package init(
      gpuMilliseconds: Int64? = nil, measuredMilliseconds: Int64? = nil,
      activityPPMMilliseconds: Int64? = nil, energyMicrojoules: Int64? = nil,
      costMicros: Int64 = 0
    ) {
      self.gpuMilliseconds = gpuMilliseconds
      self.measuredMilliseconds = measuredMilliseconds
      self.activityPPMMilliseconds = activityPPMMilliseconds
      self.energyMicrojoules = energyMicrojoules
      self.costMicros = costMicros
    }
  }

  package var key: Key
  package var amount: Amount

  package init(key: Key, amount: Amount) {
    self.key = key
    self.amount = amount
  }
}

extension Charge.Amount {
  /// Whether it changes no sum.
  package var isNothing: Bool {
    costMicros == 0 && (gpuMilliseconds ?? 0) == 0 && (measuredMilliseconds ?? 0) == 0
      && (activityPPMMilliseconds ?? 0) == 0 && (energyMicrojoules ?? 0) == 0
  }

  package static prefix func - (amount: Self) -> Self {
    Self(
      gpuMilliseconds: amount.gpuMilliseconds.map(-),
      measuredMilliseconds: amount.measuredMilliseconds.map(-),
      activityPPMMilliseconds: amount.activityPPMMilliseconds.map(-),
      energyMicrojoules: amount.energyMicrojoules.map(-), costMicros: -amount.costMicros)
  }

  /// - Precondition: no sum leaves Int64.
  package static func + (left: Self, right: Self) -> Self {
    func sum(_ one: Int64?, _ other: Int64?) -> Int64? {
      guard let one, let other else { return one ?? other }
      return one + other
    }
    return Self(
      gpuMilliseconds: sum(left.gpuMilliseconds, right.gpuMilliseconds),
      measuredMilliseconds: sum(left.measuredMilliseconds, right.measuredMilliseconds),
      activityPPMMilliseconds: sum(left.activityPPMMilliseconds, right.activityPPMMilliseconds),
      energyMicrojoules: sum(left.energyMicrojoules, right.energyMicrojoules),
      costMicros: left.costMicros + right.costMicros)
  }
}
