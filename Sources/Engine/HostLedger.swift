import Quantities
import Records

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
