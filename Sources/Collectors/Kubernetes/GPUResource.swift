import Records

/// The names that kube-state-metrics gives to GPUs as a resource: what isn't a letter or a digit is
/// an underscore.
enum GPUResource {
  /// Time-slices under a name of their own: they count turns, not cards.
  private static let shared = "nvidia_com_gpu_shared"

  /// Whole cards, time-slices, MIG instances and AMD's.
  static let matcher = LabelMatcher(
    "resource", .matching, "nvidia_com_gpu|nvidia_com_gpu_shared|nvidia_com_mig_.+|amd_com_gpu")

  /// The compute slices of a card.
  ///
  /// - Source: seven on A100, H100 and H200.
  private static let slicesPerCard = 7

  /// How many cards must at least be there for `countByResource`.
  ///
  /// Whole cards count as they are. Of MIG instances no more of one profile fit on a card than
  /// their slices allow, and all of them together have no more slices than the cards. Nil where
  /// nothing counts cards.
  static func cards(_ countByResource: [String: Int]) -> Int? {
    let counted = countByResource.filter { $0.key != shared }
    if counted.isEmpty { return nil }
    var whole = 0
    var slices = 0
    var cardsOfProfile = 0
    for (resource, count) in counted where count > 0 {
      let prefix = "nvidia_com_mig_"
      guard resource.hasPrefix(prefix) else {
        whole += count
        continue
      }
      let size = Int(resource.dropFirst(prefix.count).prefix { $0.isNumber }) ?? slicesPerCard
      let bounded = min(max(size, 1), slicesPerCard)
      slices += bounded * count
      cardsOfProfile = max(cardsOfProfile, divided(count, by: slicesPerCard / bounded))
    }
    return whole + max(divided(slices, by: slicesPerCard), cardsOfProfile)
  }

  private static func divided(_ count: Int, by size: Int) -> Int { (count + size - 1) / size }
}

/// How many GPUs the cluster counts on each node.
struct NodeCapacities {
  /// The capacity where it is known, else what is allocatable.
  let gpusByNode: [String: Int]

  init(_ series: [RawSeries]) {
    var counts: [String: [String: [String: Int]]] = [:]
    for one in series {
      let node = one.subject("node")
      guard let value = one.values.last, value >= 0, value < 10_000, !node.isEmpty else { continue }
      // The same said twice, by two replicas, is said once.
      let known = counts[node]?[one["__name__"]]?[one["resource"]] ?? 0
      counts[node, default: [:]][one["__name__"], default: [:]][one["resource"]] = max(
        known, Int(value))
    }
    gpusByNode = counts.compactMapValues { byMetric in
      let resources =
        byMetric["kube_node_status_capacity"] ?? byMetric["kube_node_status_allocatable"]
      return resources.flatMap(GPUResource.cards)
    }
  }
}
