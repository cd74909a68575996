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
  /// How many names a regular expression takes.
  private static let namesPerQueryMaximum = 300
  private static let podMetrics = [
    "kube_pod_info", "kube_pod_labels", "kube_pod_owner", "kube_pod_status_phase",
  ]
  private static let namespaceMetrics = ["kube_namespace_annotations", "kube_namespace_labels"]
  private static let capacityMetrics = [
    "kube_node_status_allocatable", "kube_node_status_capacity",
  ]

  let fetcher: SampleFetcher

  private var matchers: [LabelMatcher] { fetcher.api.settings.matchers }

  /// What was said of pods, namespaces and nodes in `range`.
  func collect(
    _ range: TimeRange, named: NamedByGPUs
  ) async throws(CollectorError) -> (observations: [Observation], warnings: Set<String>) {
    var facts = HourlyFacts(range: range)
    var warnings: Set<String> = []
    var nodes = named.hosts
    var start = range.start
    while start < range.end {
      let hour = TimeRange(start, start + UTCInstant.millisecondsPerHour)
      let capacities = try await capacities(in: hour, &warnings)
      for (node, gpus) in capacities {
        facts.add(.nodeCapacity, node, ["gpus": String(gpus)], hour: start)
        nodes.insert(node)
      }
      let pods = try await pods(in: hour, holding: named.workloads, &warnings)
      for pod in pods { facts.add(.pod, pod.subject, pod.attributes, hour: start) }
      let namespaces = Set(pods.map(\.namespace)).subtracting([""]).sorted()
      for (name, attributes) in try await self.namespaces(namespaces, in: hour, &warnings) {
        facts.add(.namespace, name, attributes, hour: start)
      }
      start = hour.end
    }
    let outages = try await NodeOutages(fetcher: fetcher).collect(range, nodes: nodes, &warnings)
    return (facts.observations + outages, warnings)
  }

  private func capacities(
    in hour: TimeRange, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [(String, Int)] {
    let selector = Selector(
      names: Self.capacityMetrics, matchers + [GPUResource.matcher])
    let series = try await last(of: [""], in: hour, &warnings) { _, milliseconds in
      "last_over_time(\(selector.text(over: milliseconds)))"
    }
    return NodeCapacities(series).gpusByNode.sorted { $0.key < $1.key }
  }

  private func pods(
    in hour: TimeRange, holding workloads: Set<WorkloadKey>, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [PodFacts] {
    let requests = Selector(
      [LabelMatcher("__name__", .equal, "kube_pod_container_resource_requests")] + matchers
        + [GPUResource.matcher])
    let requesting = try await last(of: [""], in: hour, &warnings) { _, milliseconds in
      "last_over_time(\(requests.text(over: milliseconds)))"
    }
    var merger = PodMerger(holding: workloads)
    merger.wants(requesting)
    let series = try await said(of: merger.names, by: Self.podMetrics, "pod", in: hour, &warnings)
    for one in requesting + series { merger.add(one) }
    return merger.pods
  }

  private func namespaces(
    _ names: [String], in hour: TimeRange, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [(String, [String: String])] {
    let series = try await said(
      of: names, by: Self.namespaceMetrics, "namespace", in: hour, &warnings)
    var attributes: [String: [String: String]] = [:]
    for one in series {
      let said = one.labels.filter { $0.key.hasPrefix("label_") || $0.key.hasPrefix("annotation_") }
      attributes[one.subject("namespace"), default: [:]].merge(said) { _, new in new }
    }
    let wanted = Set(names)
    return attributes.filter { wanted.contains($0.key) }.sorted { $0.key < $1.key }
  }

  /// The series of `metrics` whose `label` is one of `names`, also where kube-state-metrics was
  /// scraped without honor_labels, so that its subject stands in `exported_…`.
  private func said(
    of names: [String], by metrics: [String], _ label: String, in hour: TimeRange,
    _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [RawSeries] {
    var all: [RawSeries] = []
    let matchers = matchers
    for first in stride(from: 0, to: names.count, by: Self.namesPerQueryMaximum) {
      let part = Array(names[first..<min(names.count, first + Self.namesPerQueryMaximum)])
      all += try await last(of: part, in: hour, &warnings) { names, milliseconds in
        let exported = "exported_" + label
        let plain = Selector(
          names: metrics,
          matchers + [LabelMatcher(exported, .equal, ""), Selector.anyOf(names, label: label)])
        let moved = Selector(names: metrics, matchers + [Selector.anyOf(names, label: exported)])
        // All of these metrics are 1 where they hold.
        return "last_over_time(\(plain.text(over: milliseconds))) == 1 or "
          + "last_over_time(\(moved.text(over: milliseconds))) == 1"
      }
    }
    return all
  }

  /// The series in an order that doesn't hang on the server's.
  private func last(
    of names: [String], in hour: TimeRange, _ warnings: inout Set<String>,
    expression: @Sendable ([String], Int64) -> String
  ) async throws(CollectorError) -> [RawSeries] {
    let fetched = try await fetcher.samples(of: names, in: hour, expression: expression)
    warnings.formUnion(fetched.warnings)
    return RawSeries.ordered(fetched.series)
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
