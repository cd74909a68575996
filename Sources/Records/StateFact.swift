import Quantities

/// What one GPU did in one hour, for one workload, in one state.
package struct StateFact: Hashable, Sendable {
  package let hour: UTCInstant
  /// The card's UUID; nil for slots of the host that no GPU was seen in.
  package let uuid: String?
  package let state: State
  package let workload: WorkloadKey?
  /// - Unit: milliseconds of the card.
  package var gpuMilliseconds: Int64
  /// From the first to the last instant of it in the hour.
  package var span: TimeRange
  /// The part of `gpuMilliseconds` with an activity signal.
  package var measuredMilliseconds: Int64
  /// - Unit: millionths of full activity, times milliseconds.
  package var activityPPMMilliseconds: Int64
  /// - Unit: microjoules; nil where neither an energy counter nor power was measured.
  package var energyMicrojoules: Int64?
  /// The part of `gpuMilliseconds` of which only is known how many GPUs the workload held, not
  /// which ones.
  package var sharedMilliseconds: Int64

  package init(
    hour: UTCInstant, uuid: String?, state: State, workload: WorkloadKey?, gpuMilliseconds: Int64,
    span: TimeRange, measuredMilliseconds: Int64, activityPPMMilliseconds: Int64,
    energyMicrojoules: Int64?, sharedMilliseconds: Int64 = 0
  ) {
    self.sharedMilliseconds = sharedMilliseconds
    self.hour = hour
    self.uuid = uuid
    self.state = state
    self.workload = workload
    self.gpuMilliseconds = gpuMilliseconds
    self.span = span
    self.measuredMilliseconds = measuredMilliseconds
    self.activityPPMMilliseconds = activityPPMMilliseconds
    self.energyMicrojoules = energyMicrojoules
  }
}

/// What one reserved GPU did in one hour, for one workload, in one state.
///
/// The same time as in a ``StateFact``, looked at from the reservation.
package struct ReservedTime: Hashable, Sendable {
  package let hour: UTCInstant
  /// The card's UUID; nil for slots of the host that no GPU was seen in.
  package let uuid: String?
  package let reservation: WorkloadKey
  package let state: State
  /// Who holds it; nil for nobody.
  package let workload: WorkloadKey?
  /// - Unit: milliseconds of the card.
  package var gpuMilliseconds: Int64

  package init(
    hour: UTCInstant, uuid: String?, reservation: WorkloadKey, state: State,
    workload: WorkloadKey?, gpuMilliseconds: Int64
  ) {
    self.hour = hour
    self.uuid = uuid
    self.reservation = reservation
    self.state = state
    self.workload = workload
    self.gpuMilliseconds = gpuMilliseconds
  }
}

/// A piece of time in which a workload left a GPU idle, inside one hour.
package struct IdlePiece: Hashable, Sendable {
  package let uuid: String
  package let instance: Int?
  package let workload: WorkloadKey
  package let range: TimeRange
  /// The workload's share of the card: numerator and denominator.
  package let share: Share

  package struct Share: Hashable, Sendable {
    package let numerator: Int64
    package let denominator: Int64

    package init(numerator: Int64, denominator: Int64) {
      self.numerator = numerator
      self.denominator = denominator
    }
  }

  package init(
    uuid: String, instance: Int?, workload: WorkloadKey, range: TimeRange, share: Share
  ) {
    self.uuid = uuid
    self.instance = instance
    self.workload = workload
    self.range = range
    self.share = share
  }
}
