/// What costs the same: GPUs of one model in one cluster, or its storage of one class.
package struct PoolKey: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The resource of GPUs; others come with bills.
  package static let gpuResource = "gpu"
  /// The resource of volumes.
  package static let storageResource = "storage"

  package let site: String
  /// Who sells it, empty for hardware of one's own.
  package let provider: String
  package let cluster: String
  package let resource: String
  /// Of storage its class.
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
