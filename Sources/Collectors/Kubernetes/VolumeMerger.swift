import Records

/// What was said of one persistent volume in one hour.
struct VolumeFacts: Sendable {
  /// Empty where nobody claims it.
  let namespace: String
  let subject: String
  let attributes: [String: String]
}

/// Merges what kube-state-metrics and Longhorn say of the same volumes in one hour.
///
/// Where two series tell one number, the larger counts: a volume that moved to another node, or a
/// kube-state-metrics that was restarted, has two within the hour.
struct VolumeMerger {
  /// All that is read of volumes.
  ///
  /// A volume's state isn't: what is detached or degraded fills its disks all the same.
  static let metrics = [
    "kube_persistentvolume_capacity_bytes", "kube_persistentvolume_claim_ref",
    "kube_persistentvolume_info", "kube_persistentvolumeclaim_info",
    "kube_persistentvolumeclaim_resource_requests_storage_bytes",
    "longhorn_volume_capacity_bytes", "longhorn_volume_actual_size_bytes",
    "longhorn_replica_info",
  ]
  /// The name by which Longhorn's volumes are known to Kubernetes.
  private static let longhornDriver = "driver.longhorn.io"
  /// The class of volumes of which Longhorn alone tells.
  private static let longhornClass = "longhorn"
  /// What is used is told in so many parts of what is provisioned, or else each hour would say
  /// something else.
  private static let usedSteps: Int64 = 32

  private struct Claim: Hashable, Comparable {
    let namespace: String
    let name: String

    static func < (left: Self, right: Self) -> Bool {
      (left.namespace, left.name) < (right.namespace, right.name)
    }
  }
  private struct Volume {
    var bytes: Int64?
    var claim: Claim?
    var storageClass = ""
    var handle = ""
  }
  private struct Request {
    var bytes: Int64?
    var storageClass = ""
    var volume = ""
  }
  private struct LonghornVolume {
    var bytes: Int64?
    var used: Int64?
    var claim: Claim?
    var replicas: Set<String> = []
  }
  private var volumes: [String: Volume] = [:]
  private var requests: [Claim: Request] = [:]
  private var longhorn: [String: LonghornVolume] = [:]

  /// Takes what one series says in the hour.
  mutating func add(_ series: RawSeries) {
    let metric = series["__name__"]
    if metric.hasPrefix("kube_persistentvolumeclaim") {
      addClaim(series, metric)
    } else if metric.hasPrefix("longhorn") {
      addLonghorn(series, metric)
    } else {
      addVolume(series, metric)
    }
  }

  private mutating func addVolume(_ series: RawSeries, _ metric: String) {
    let name = series.subject("persistentvolume")
    guard !name.isEmpty else { return }
    var volume = volumes[name] ?? Volume()
    switch metric {
    case "kube_persistentvolume_capacity_bytes":
      volume.bytes = Self.larger(volume.bytes, series)
    case "kube_persistentvolume_claim_ref":
      let claim = Self.claim(series.subject("claim_namespace"), series.subject("name"))
      volume.claim = Self.last(volume.claim, claim)
    default:
      volume.storageClass = max(volume.storageClass, Self.known(series["storageclass"]))
      if series["csi_driver"] == Self.longhornDriver { volume.handle = series["csi_volume_handle"] }
    }
    volumes[name] = volume
  }

  private mutating func addClaim(_ series: RawSeries, _ metric: String) {
    guard
      let claim = Self.claim(
        series.subject("namespace"), series.subject("persistentvolumeclaim"))
    else { return }
    var request = requests[claim] ?? Request()
    if metric == "kube_persistentvolumeclaim_info" {
      request.storageClass = max(request.storageClass, Self.known(series["storageclass"]))
      request.volume = max(request.volume, series["volumename"])
    } else {
      request.bytes = Self.larger(request.bytes, series)
    }
    requests[claim] = request
  }

  private mutating func addLonghorn(_ series: RawSeries, _ metric: String) {
    let name = series.subject("volume")
    guard !name.isEmpty else { return }
    var volume = longhorn[name] ?? LonghornVolume()
    switch metric {
    case "longhorn_volume_capacity_bytes":
      volume.bytes = Self.larger(volume.bytes, series)
      let claim = Self.claim(series["pvc_namespace"], series["pvc"])
      volume.claim = Self.last(volume.claim, claim)
    case "longhorn_volume_actual_size_bytes":
      volume.used = Self.larger(volume.used, series, least: 0)
    case "longhorn_replica_info" where series.values.last == 1:
      volume.replicas.insert(series["replica"])
    default: break
    }
    longhorn[name] = volume
  }

  private static func claim(_ namespace: String, _ name: String) -> Claim? {
    namespace.isEmpty || name.isEmpty ? nil : Claim(namespace: namespace, name: name)
  }

  private static func last(_ one: Claim?, _ other: Claim?) -> Claim? {
    guard let one, let other else { return one ?? other }
    return max(one, other)
  }

  /// kube-state-metrics writes `<none>` for what there is none of.
  private static func known(_ text: String) -> String { text == "<none>" ? "" : text }

  private static func larger(_ known: Int64?, _ series: RawSeries, least: Double = 1) -> Int64? {
    guard let value = series.values.last, value >= least, value < 0x1p60 else { return known }
    return max(known ?? 0, Int64(value))
  }

  /// All volumes whose size is told, in the order of their names.
  var facts: [VolumeFacts] {
    var all = volumes
    var claims: [String: Claim] = [:]
    for (claim, request) in requests where !request.volume.isEmpty {
      all[request.volume] = all[request.volume] ?? Volume()
      claims[request.volume] = Self.last(claims[request.volume], claim)
    }
    var backing: [String: LonghornVolume] = [:]
    let byHandle = Dictionary(
      volumes.filter { !$0.value.handle.isEmpty }.map { ($0.value.handle, $0.key) },
      uniquingKeysWith: max)
    for (name, volume) in longhorn {
      let known = byHandle[name] ?? name
      backing[known] = volume
      if all[known] == nil {
        all[known] = Volume(storageClass: volume.bytes == nil ? "" : Self.longhornClass)
      }
    }
    return all.sorted { $0.key < $1.key }.compactMap { name, volume in
      facts(name, volume, claimed: claims[name], backing[name])
    }
  }

  private func facts(
    _ name: String, _ volume: Volume, claimed: Claim?, _ backing: LonghornVolume?
  ) -> VolumeFacts? {
    let claim = volume.claim ?? claimed ?? backing?.claim
    let request = claim.flatMap { requests[$0] }
    guard let bytes = volume.bytes ?? backing?.bytes ?? request?.bytes else { return nil }
    let storageClass = request?.storageClass ?? ""
    var attributes = [
      "bytes": String(bytes),
      "class": volume.storageClass.isEmpty
        || volume.storageClass == Self.longhornClass
          && !storageClass.isEmpty
        ? storageClass : volume.storageClass,
    ]
    if let claim {
      attributes["namespace"] = claim.namespace
      attributes["claim"] = claim.name
    }
    if let backing, !backing.replicas.isEmpty {
      attributes["replicas"] = String(backing.replicas.count)
    }
    if let used = backing?.used {
      let step = max(1, bytes / Self.usedSteps)
      attributes["used"] = String((used + step / 2) / step * step)
    }
    return VolumeFacts(namespace: claim?.namespace ?? "", subject: name, attributes: attributes)
  }
}
