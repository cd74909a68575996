import Quantities
import Records

/// How long one GPU was in one state on one billing day, and for whom.
///
/// - Shape: one for each day, pool, state, host, GPU and workload.
package struct StateTime: Hashable, Sendable {
  package var day: CivilDate
  package var pool: PoolKey
  package var hostID: Int64
  /// 0 for a slot never seen.
  package var gpuID: Int64
  /// 0 where no workload holds it.
  package var workloadID: Int64
  package var state: State
  /// The team that owns the hardware, nil where none is named.
  package var owner: String?
  /// - Unit: milliseconds of one GPU. - Range: 0 or more.
  package var gpuMilliseconds: Int64

  package init(
    day: CivilDate, pool: PoolKey, hostID: Int64, gpuID: Int64, workloadID: Int64 = 0,
    state: State, owner: String? = nil, gpuMilliseconds: Int64
  ) {
    self.day = day
    self.pool = pool
    self.hostID = hostID
    self.gpuID = gpuID
    self.workloadID = workloadID
    self.state = state
    self.owner = owner
    self.gpuMilliseconds = gpuMilliseconds
  }
}
