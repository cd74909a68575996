import Quantities
import Records

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
  /// - Unit: microjoules; nil where no power was measured.
  package var energyMicrojoules: Int64?
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
  }
}

/// Something about a host that people should look into.
package enum Finding: Hashable, Sendable, Comparable {
  /// More GPUs were seen than the inventory has.
  case moreGPUsThanSlots(seen: Int, slots: Int)
  /// MIG instances cover more slices than the card has.
  case tooManySlices(uuid: String, slices: Int, of: Int)
}

/// The ledger of one host for a range of hours.
package struct HostLedger: Hashable, Sendable {
  /// By hour, GPU, state and workload.
  package var facts: [StateFact]
  package var idlePieces: [IdlePiece]
  package var findings: Set<Finding>
}
