import Quantities
import Records

/// Which pods and hosts the GPU series of a window name.
struct NamedByGPUs: Sendable {
  var workloads: Set<WorkloadKey> = []
  var hosts: Set<String> = []
}

/// Reads what kube-state-metrics left in a Prometheus. Where there is none, nothing is said.
///
/// Only pods that hold or ask for GPUs, their namespaces, and nodes with GPUs are asked for, so
/// that a big cluster stays small. What is like a label is taken hour by hour, the last value in
/// it.
struct KubernetesCollector: Sendable {
  private static let podMetrics = [
    "kube_pod_info", "kube_pod_labels", "kube_pod_owner", "kube_pod_status_phase",
    "kube_pod_status_reason",
  ]
  private static let namespaceMetrics = ["kube_namespace_annotations", "kube_namespace_labels"]
  private static let capacityMetrics = [
    "kube_node_status_allocatable", "kube_node_status_capacity",
  ]
  private static let requestMetric = "kube_pod_container_resource_requests"

  /// All that is read hour by hour.
  static let metrics = podMetrics + namespaceMetrics + capacityMetrics + [requestMetric]

  let fetcher: SampleFetcher

  private var matchers: [LabelMatcher] { fetcher.api.settings.matchers }

  /// What was said in a window.
  struct Said: Sendable {
    /// Of pods, namespaces and nodes.
    var observations: [Observation] = []
    var machines: [Machine] = []
    var warnings: Set<String> = []
  }

  /// What was said of pods, machines, namespaces and nodes in `range`.
  func collect(_ range: TimeRange, named: NamedByGPUs) async throws(CollectorError) -> Said {
    var facts = HourlyFacts()
    var warnings: Set<String> = []
    let virtual = try await KubeVirtMachines(fetcher: fetcher).collect(range, &warnings)
    var nodes = named.hosts.union(virtual.nodes.map(\.subject))
    let lasts = HourlyLasts(fetcher: fetcher, range: range)
    let resources = try await resources(lasts, &warnings)
    for (hour, series) in zip(lasts.hours, resources) {
      let capacities = series.filter { $0["__name__"] != Self.requestMetric }
      for (node, gpus) in NodeCapacities(capacities).gpusByNode.sorted(by: { $0.key < $1.key }) {
        facts.add(.nodeCapacity, node, ["gpus": String(gpus)], hour: hour.start)
        nodes.insert(node)
      }
    }
    let requests = resources.map { $0.filter { $0["__name__"] == Self.requestMetric } }
    let pods = try await pods(requests, holding: named.workloads, lasts, &warnings)
    for (hour, pods) in zip(lasts.hours, pods) {
      for pod in pods { facts.add(.pod, pod.subject, pod.attributes, hour: hour.start) }
    }
    let volumes = try await volumes(lasts, &warnings)
    for (hour, volumes) in zip(lasts.hours, volumes) {
      for volume in volumes {
        facts.add(.volume, volume.subject, volume.attributes, hour: hour.start)
      }
    }
    let names = lasts.hours.indices.map { number in
      let machines = virtual.machines.filter { $0.range.overlaps(lasts.hours[number]) }
      let all =
        pods[number].map(\.namespace) + volumes[number].map(\.namespace) + machines.map(\.project)
      return Set(all).subtracting([""]).sorted()
    }
    let namespaces = try await namespaces(names, lasts, &warnings)
    for (hour, namespaces) in zip(lasts.hours, namespaces) {
      for (name, attributes) in namespaces {
        facts.add(.namespace, name, attributes, hour: hour.start)
      }
    }
    let outages = try await NodeOutages(fetcher: fetcher).collect(range, nodes: nodes, &warnings)
    return Said(
      observations: facts.observations + virtual.nodes + outages, machines: virtual.machines,
      warnings: warnings)
  }

  /// The series that speak of GPUs as a resource, for each hour.
  private func resources(
    _ lasts: HourlyLasts, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [[RawSeries]] {
    let selector = Selector(
      names: Self.capacityMetrics + [Self.requestMetric], matchers + [GPUResource.matcher])
    let everything = lasts.hours.map { _ in [""] }
    return try await lasts.said(of: everything, &warnings) { _ in [selector] }
  }

  private func pods(
    _ requesting: [[RawSeries]], holding workloads: Set<WorkloadKey>, _ lasts: HourlyLasts,
    _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [[PodFacts]] {
    var mergers = requesting.map { series in
      var merger = PodMerger(holding: workloads)
      merger.wants(series)
      return merger
    }
    let said = try await said(
      of: mergers.map(\.names), by: Self.podMetrics, "pod", lasts, &warnings)
    for hour in mergers.indices {
      for one in requesting[hour] + said[hour] { mergers[hour].add(one) }
    }
    return mergers.map(\.pods)
  }

  /// The persistent volumes of each hour; none where they aren't asked for.
  ///
  /// They are asked for by queries, of which each gives one value a series: remote read would send
  /// every sample of every volume of a cluster.
  private func volumes(
    _ lasts: HourlyLasts, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [[VolumeFacts]] {
    guard fetcher.api.settings.hasStorage else { return lasts.hours.map { _ in [] } }
    let matchers = matchers
    let asking = lasts.byQueries
    let metrics = lasts.hours.map { _ in VolumeMerger.metrics }
    return try await asking.said(of: metrics, &warnings) { metrics in
      [Selector(names: metrics, matchers)]
    }.map { series in
      var merger = VolumeMerger()
      for one in series { merger.add(one) }
      return merger.facts
    }
  }

  private func namespaces(
    _ names: [[String]], _ lasts: HourlyLasts, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [[(String, [String: String])]] {
    let said = try await said(
      of: names, by: Self.namespaceMetrics, "namespace", lasts, &warnings)
    return zip(names, said).map { names, series in
      var attributes: [String: [String: String]] = [:]
      for one in series {
        let said = one.labels.filter {
          $0.key.hasPrefix("label_") || $0.key.hasPrefix("annotation_")
        }
        attributes[one.subject("namespace"), default: [:]].merge(said) { _, new in new }
      }
      let wanted = Set(names)
      return attributes.filter { wanted.contains($0.key) }.sorted { $0.key < $1.key }
    }
  }

  /// The series of `metrics` whose `label` is one of an hour's names, also where
  /// kube-state-metrics was scraped without honor_labels, so that its subject stands in
  /// `exported_…`.
  private func said(
    of names: [[String]], by metrics: [String], _ label: String, _ lasts: HourlyLasts,
    _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [[RawSeries]] {
    let matchers = matchers
    // All of these metrics are 1 where they hold.
    var lasts = lasts
    lasts.isOnes = true
    return try await lasts.said(of: names, &warnings) { names in
      let exported = "exported_" + label
      return [
        Selector(
          names: metrics,
          matchers + [LabelMatcher(exported, .equal, ""), Selector.anyOf(names, label: label)]),
        Selector(names: metrics, matchers + [Selector.anyOf(names, label: exported)]),
      ]
    }
  }
}

extension RawSeries {
  /// What kube-state-metrics says under `label`: without honor_labels the server has moved it to
  /// `exported_…` and put the target's own in its place.
  func subject(_ label: String) -> String {
    let exported = self["exported_" + label]
    return exported.isEmpty ? self[label] : exported
  }
}
