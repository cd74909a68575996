import Quantities
import Records

/// Something about a host that people should look into.
package enum Finding: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// More GPUs were seen than the inventory has.
  case moreGPUsThanSlots(seen: Int, slots: Int)
  /// Jobs or assignments claim more GPUs than are left for them.
  case moreClaimedThanGPUs(asked: Int, left: Int)
  /// MIG instances cover more slices than the card has.
  case tooManySlices(uuid: String, slices: Int, of: Int)

  package var description: String {
    switch self {
    case .moreGPUsThanSlots(let seen, let slots):
      "\(seen) GPUs were seen at once, the inventory has \(slots); all are counted, correct 'gpus' or "
        + "the dates of its entry"
    case .moreClaimedThanGPUs(let asked, let left):
      "\(asked) GPUs are claimed where \(left) are left; those share them, correct 'gpus' of the "
        + "host's inventory entry, or ask the scheduler why"
    case .tooManySlices(let uuid, let slices, let of):
      "GPU \(uuid): its MIG instances cover \(slices) compute slices, the card has \(of); what is "
        + "over is not counted"
    }
  }
}

/// The ledger of one host for a range of hours.
package struct HostLedger: Hashable, Sendable {
  /// By hour, GPU, state and workload.
  package var facts: [StateFact]
  package var idlePieces: [IdlePiece]
  /// What reserved GPUs did.
  package var reserved: [ReservedTime] = []
  package var findings: Set<Finding>
}
