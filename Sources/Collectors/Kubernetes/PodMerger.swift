import Records

/// What was said of one pod in one hour.
struct PodFacts: Sendable {
  let namespace: String
  let subject: String
  let attributes: [String: String]
}

/// Merges what several metrics say of the same pods in one hour.
struct PodMerger {
  private struct Name: Hashable {
    let namespace: String
    let pod: String
  }

  /// A pod's phases only go this way; a series of a phase that has passed may linger in the hour.
  private static let phases = ["Pending", "Unknown", "Running", "Succeeded", "Failed"]

  private var wanted: Set<Name>
  private var attributes: [Name: [String: [String: String]]] = [:]

  /// - Parameter workloads: those seen on a GPU.
  init(holding workloads: Set<WorkloadKey>) {
    wanted = Set(
      workloads.filter { $0.kind == .pod }.map { Name(namespace: $0.namespace, pod: $0.name) })
  }

  /// Wants the pods too that ask for GPUs.
  mutating func wants(_ requests: [RawSeries]) {
    for one in requests where one.values.last ?? 0 > 0 { wanted.insert(Self.name(one)) }
  }

  /// The names of all pods that are wanted, sorted.
  var names: [String] { Set(wanted.map(\.pod)).subtracting([""]).sorted() }

  /// Takes what one series says, if it is of a pod that is wanted.
  mutating func add(_ series: RawSeries) {
    let name = Self.name(series)
    guard wanted.contains(name) || wanted.contains(Name(namespace: "", pod: name.pod)),
      !name.pod.isEmpty
    else { return }
    let uid = series["uid"]
    let known = attributes[name]?[uid] ?? [:]
    attributes[name, default: [:]][uid] = Self.merged(known, series)
  }

  private static func name(_ series: RawSeries) -> Name {
    Name(namespace: series.subject("namespace"), pod: series.subject("pod"))
  }

  private static func merged(_ known: [String: String], _ series: RawSeries) -> [String: String] {
    var all = known
    switch series["__name__"] {
    case "kube_pod_labels":
      all.merge(series.labels.filter { $0.key.hasPrefix("label_") }) { _, new in new }
    case "kube_pod_owner":
      let isController = series["owner_is_controller"] == "true"
      guard all["owner_kind"] == nil || isController else { break }
      set("owner_kind", series["owner_kind"], in: &all)
      set("owner_name", series["owner_name"], in: &all)
    case "kube_pod_info":
      set("node", series.subject("node"), in: &all)
    case "kube_pod_status_phase":
      let phase = series["phase"]
      if rank(phase) >= rank(all["phase"] ?? "") { set("phase", phase, in: &all) }
    case "kube_pod_status_reason":
      set("reason", series["reason"], in: &all)
    default:
      // A request: it names the node too, once there is one.
      if all["node"] == nil { set("node", series.subject("node"), in: &all) }
      if series.values.last ?? 0 > 0 {
        let known = all["containers"]?.split(separator: ",").map(String.init) ?? []
        let container = series.subject("container")
        set("containers", Set(known + [container]).sorted().joined(separator: ","), in: &all)
      }
    }
    return all
  }

  private static func rank(_ phase: String) -> Int { phases.firstIndex(of: phase) ?? -1 }

  /// kube-state-metrics writes `<none>` for what there is none of.
  private static func set(_ key: String, _ value: String, in all: inout [String: String]) {
    if !value.isEmpty && value != "<none>" { all[key] = value }
  }

  /// All pods, in the order of their subjects.
  var pods: [PodFacts] {
    var pods: [PodFacts] = []
    for (name, byUID) in attributes {
      let uids = byUID.keys.filter { !$0.isEmpty }.sorted()
      let anonymous = byUID[""] ?? [:]
      let base = "\(name.namespace)/\(name.pod)"
      if uids.isEmpty {
        pods.append(PodFacts(namespace: name.namespace, subject: base, attributes: anonymous))
      }
      for uid in uids {
        // What old versions say without a UID belongs to the one pod there was, if there was one.
        var all = uids.count == 1 ? anonymous : [:]
        all.merge(byUID[uid] ?? [:]) { _, new in new }
        all["uid"] = uid
        pods.append(
          PodFacts(namespace: name.namespace, subject: base + "/" + uid, attributes: all))
      }
    }
    return pods.sorted { $0.subject < $1.subject }
  }
}
