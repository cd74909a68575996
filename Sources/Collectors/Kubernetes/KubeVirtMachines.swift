import Quantities
import Records

/// Finds the virtual machines of KubeVirt, and so of Harvester and OpenShift Virtualization, that
/// have GPUs.
///
/// A machine runs in a pod of its own, whose requests tell its GPUs; `kubevirt_vmi_info` tells from
/// when to when it ran, and where.
struct KubeVirtMachines: Sendable {
  /// What was found.
  struct Found: Sendable {
    var machines: [Machine] = []
    /// Nodes whose GPUs are for machines, hour by hour.
    var nodes: [Observation] = []
  }

  static let infoMetric = "kubevirt_vmi_info"
  /// Since the middle of 2026.
  private static let gpuMetric = "kubevirt_vmi_gpu_info"
  private static let presenceMetrics = [infoMetric, "kubevirt_info"]
  private static let capacityMetrics = [
    "kube_node_status_allocatable", "kube_node_status_capacity",
  ]
  static let requestMetric = "kube_pod_container_resource_requests"
  /// Pods that machines run in.
  static let launcher = LabelMatcher("pod", .matching, "virt-launcher-.+")
  private static let exportedLauncher = LabelMatcher("exported_pod", .matching, launcher.value)
  /// Unit: milliseconds: what was said before a window may reach into it.
  private static let leadInMilliseconds: Int64 = 600_000

  let fetcher: SampleFetcher

  private var matchers: [LabelMatcher] { fetcher.api.settings.matchers }

  func collect(
    _ range: TimeRange, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> Found {
    let presence = Selector(names: Self.presenceMetrics, matchers)
    let names = try await fetcher.api.values(of: "__name__", among: presence, in: range)
    warnings.formUnion(names.warnings)
    if names.texts.isEmpty { return Found() }
    let lasts = HourlyLasts(fetcher: fetcher, range: range)
    let pods = try await pods(lasts, &warnings)
    var found = Found()
    found.nodes = try await nodes(lasts, &warnings)
    if pods.isEmpty { return found }
    let runs = try await runs(of: pods.keys.sorted(), in: range, &warnings)
    found.machines = runs.compactMap { run in
      guard let pod = pods[run.pod] else { return nil }
      return run.machine(pod, in: range)
    }
    let unknown = Set(pods.keys).subtracting(runs.map(\.pod)).sorted()
    if let first = unknown.first {
      warnings.insert(
        "\(first.namespace)/\(first.name) has GPUs, but \(Self.infoMetric) doesn't tell of its "
          + "machine" + (unknown.count > 1 ? ", nor of \(unknown.count - 1) more" : ""))
    }
    return found
  }

  /// A machine's pod.
  struct PodName: Hashable, Comparable {
    let namespace: String
    let name: String

    static func < (left: Self, right: Self) -> Bool {
      (left.namespace, left.name) < (right.namespace, right.name)
    }
  }

  /// What a machine's pod has.
  struct PodGPUs {
    var gpus = GPUShare.none
    /// Of cards that are known to be among them.
    var uuids: Set<String> = []

    /// What the machine has of its host.
    var reach: Claim.Reach {
      guard case .count(let count) = gpus.reach, !uuids.isEmpty else { return gpus.reach }
      return .including(uuids.sorted(), count: count)
    }
  }

  /// What a node has for machines.
  private struct NodeGPUs {
    var gpus = GPUShare.none
    var models: Set<String> = []
  }

  /// The pods of machines that ask for GPUs.
  private func pods(
    _ lasts: HourlyLasts, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [PodName: PodGPUs] {
    let matchers = matchers
    let everything = lasts.hours.map { _ in [""] }
    let said = try await lasts.said(of: everything, &warnings) { _ in
      [Self.launcher, Self.exportedLauncher].flatMap { pod in
        [
          Selector(names: [Self.requestMetric], matchers + [PassthroughResource.matcher, pod]),
          Selector(names: [Self.gpuMetric], matchers + [pod]),
        ]
      }
    }
    // By container and resource; the same said twice, by two replicas, is said once.
    var asked: [PodName: [String: [String: Int]]] = [:]
    var pods: [PodName: PodGPUs] = [:]
    for one in said.joined() {
      let pod = PodName(namespace: one.subject("namespace"), name: one.subject("pod"))
      guard let value = one.values.last, value > 0, value < 10_000, !pod.name.isEmpty else {
        continue
      }
      if one["__name__"] == Self.gpuMetric {
        pods[pod, default: PodGPUs()].uuids.insert(Self.uuid(one["uuid"]))
      } else {
        let known = asked[pod]?[one["resource"]]?[one["container"]] ?? 0
        asked[pod, default: [:]][one["resource"], default: [:]][one["container"]] = max(
          known, Int(value))
      }
    }
    for (pod, resources) in asked {
      for (name, byContainer) in resources.sorted(by: { $0.key < $1.key }) {
        guard let resource = PassthroughResource(name: name) else { continue }
        pods[pod, default: PodGPUs()].gpus.add(resource, count: byContainer.values.reduce(0, +))
      }
    }
    return pods.filter { !$0.value.gpus.isEmpty }
  }

  private static func uuid(_ text: String) -> String {
    text.hasPrefix("GPU-") ? text : "GPU-" + text
  }

  /// Nodes whose GPUs are machines' alone: a node with GPUs for containers has an exporter.
  private func nodes(
    _ lasts: HourlyLasts, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [Observation] {
    let selector = Selector(names: Self.capacityMetrics, matchers + [PassthroughResource.matcher])
    let everything = lasts.hours.map { _ in [""] }
    let said = try await lasts.said(of: everything, &warnings) { _ in [selector] }
    var facts = HourlyFacts()
    for (hour, series) in zip(lasts.hours, said) {
      for (name, node) in Self.capacities(series).sorted(by: { $0.key < $1.key }) {
        facts.add(
          .schedulerNode, name,
          [
            "gpus": String(node.gpus.cards),
            "gpu_type": node.models.sorted().joined(separator: ", "),
          ], hour: hour.start)
      }
    }
    return facts.observations
  }

  private static func capacities(_ series: [RawSeries]) -> [String: NodeGPUs] {
    var counts: [String: [String: [String: Int]]] = [:]
    var mixed: Set<String> = []
    for one in series {
      let node = one.subject("node")
      guard let value = one.values.last, value > 0, value < 10_000, !node.isEmpty else { continue }
      let resource = one["resource"]
      if PassthroughResource(name: resource) == nil {
        if resource.contains("_gpu") || resource.contains("_mig_") { mixed.insert(node) }
        continue
      }
      let known = counts[node]?[one["__name__"]]?[resource] ?? 0
      counts[node, default: [:]][one["__name__"], default: [:]][resource] = max(known, Int(value))
    }
    return counts.filter { !mixed.contains($0.key) }.mapValues { byMetric in
      var node = NodeGPUs()
      let resources =
        byMetric["kube_node_status_capacity"] ?? byMetric["kube_node_status_allocatable"] ?? [:]
      for (name, count) in resources.sorted(by: { $0.key < $1.key }) {
        guard let resource = PassthroughResource(name: name) else { continue }
        node.gpus.add(resource, count: count)
        node.models.insert(resource.model)
      }
      return node
    }
  }

  /// When machines ran in `pods`, in the order of their names.
  private func runs(
    of pods: [PodName], in range: TimeRange, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [MachineRun] {
    let span = TimeRange(range.start - Self.leadInMilliseconds, range.end)
    let matchers = matchers + [LabelMatcher("phase", .matching, "(?i)running")]
    let fetched = try await fetcher.samples(of: pods.map(\.name), in: span) { names in
      Selector(names: [Self.infoMetric], matchers + [Selector.anyOf(names, label: "vmi_pod")])
    }
    warnings.formUnion(fetched.warnings)
    let replicas = Replicas(labels: fetcher.api.settings.replicaLabels)
    return MachineRun.all(
      replicas.deduplicated(RawSeries.ordered(fetched.series)).filter { !$0["node"].isEmpty })
  }
}
