import Quantities
import Records

/// GPUs that cost the same: one model of one cluster.
package struct PoolKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The resource of GPUs; others come with bills.
  package static let gpuResource = "gpu"

  package let site: String
  /// Who sells it, empty for hardware of one's own.
  package let provider: String
  package let cluster: String
  package let resource: String
  package let gpuModel: String

  package init(
    site: String, provider: String = "", cluster: String, resource: String = Self.gpuResource,
    gpuModel: String
  ) {
    self.site = site
    self.provider = provider
    self.cluster = cluster
    self.resource = resource
    self.gpuModel = gpuModel
  }

  package static func < (left: Self, right: Self) -> Bool {
    if left.site != right.site { return left.site < right.site }
    return (left.provider, left.cluster, left.resource, left.gpuModel)
      < (right.provider, right.cluster, right.resource, right.gpuModel)
  }

  package var description: String { "\(site)/\(cluster)/\(gpuModel)" }
}

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
