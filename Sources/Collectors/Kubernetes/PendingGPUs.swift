import Quantities
import Records

/// Finds who waited for GPUs: pods without a node, and what Kueue holds back.
///
/// kube-state-metrics names no node in what a pod asks for until the pod has one. Of what Kueue
/// holds back there are no pods yet, or pods that no scheduler looks at; so where it counts, only
/// pods that a scheduler found no place for wait by themselves. Init containers are left aside.
struct PendingGPUs: Sendable {
  static let requestMetric = "kube_pod_container_resource_requests"
  static let unschedulableMetric = "kube_pod_status_unschedulable"
  static let queueMetric = "kueue_cluster_queue_resource_pending"
  static let metrics = [requestMetric, unschedulableMetric, queueMetric]

  /// Unit: milliseconds: what was said before a window may reach into it.
  private static let leadInMilliseconds: Int64 = 600_000

  let fetcher: SampleFetcher

  private var matchers: [LabelMatcher] { fetcher.api.settings.matchers }

  /// Who waited in `range`, in the order of their names.
  func collect(
    _ range: TimeRange, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [Demand] {
    let span = TimeRange(range.start - Self.leadInMilliseconds, range.end)
    let queues = try await samples(
      [
        Selector(
          names: [Self.queueMetric],
          matchers + [
            LabelMatcher("resource", .matching, "nvidia.com/gpu|nvidia.com/mig-.+|amd.com/gpu")
          ])
      ], in: span, &warnings)
    // Without honor_labels `node` is that of kube-state-metrics itself.
    let unplaced = [
      [LabelMatcher("node", .equal, ""), LabelMatcher("exported_pod", .equal, "")],
      [LabelMatcher("exported_node", .equal, ""), LabelMatcher("exported_pod", .unequal, "")],
    ].map { unnamed in
      Selector(names: [Self.requestMetric], matchers + [GPUResource.matcher] + unnamed)
    }
    var pods = try await samples(unplaced, in: span, &warnings)
    if !queues.isEmpty, !pods.isEmpty {
      let unschedulable = try await samples(
        [Selector(names: [Self.unschedulableMetric], matchers)], in: span, &warnings)
      let names = Set(unschedulable.map(Self.pod))
      pods.removeAll { !names.contains(Self.pod($0)) }
    }
    let waits =
      waits(pods, of: Self.pod, in: range)
      + waits(
        queues,
        of: {
          WorkloadKey(
            kind: .pod, namespace: "", name: "cluster-queue/" + $0["cluster_queue"], uid: "")
        }, in: range)
    return waits.sorted {
      ($0.workload, $0.range.start, $0.gpuCount) < ($1.workload, $1.range.start, $1.gpuCount)
    }
  }

  private static func pod(_ series: RawSeries) -> WorkloadKey {
    WorkloadKey(
      kind: .pod, namespace: series.subject("namespace"), name: series.subject("pod"),
      uid: series["uid"])
  }

  private func samples(
    _ selectors: [Selector], in span: TimeRange, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [RawSeries] {
    var all: [RawSeries] = []
    for selector in selectors {
      let fetched = try await fetcher.samples(of: [""], in: span) { _ in selector }
      warnings.formUnion(fetched.warnings)
      all += fetched.series
    }
    return RawSeries.ordered(all)
  }

  private func waits(
    _ series: [RawSeries], of workload: (RawSeries) -> WorkloadKey, in range: TimeRange
  ) -> [Demand] {
    let replicas = Replicas(labels: fetcher.api.settings.replicaLabels)
    let counts = Dictionary(grouping: series, by: workload).mapValues { series in
      GPUCounts(replicas.deduplicated(series))
    }
    let interval = GPUCounts.interval(of: counts.values)
    return counts.flatMap { workload, counts in
      counts.waits(interval: interval).compactMap { span, gpus in
        span.intersection(range).map { Demand(workload: workload, range: $0, gpuCount: gpus) }
      }
    }
  }
}

/// How many GPUs one workload was said to wait for, and when.
struct GPUCounts {
  /// Unit: milliseconds, where one sample alone tells no interval.
  private static let intervalMillisecondsAssumed: Int64 = 30_000

  /// By time, in order.
  private let samples: [(time: Int64, gpus: Int)]

  init(_ series: [RawSeries]) {
    // The same said twice of a container, by two targets, is said once.
    var counts: [Int64: [String: [String: Int]]] = [:]
    for one in series {
      let resource = String(one["resource"].map { $0.isLetter || $0.isNumber ? $0 : "_" })
      for (time, value) in zip(one.timestamps, one.values) where value >= 0 && value < 1_000_000 {
        let known = counts[time]?[resource]?[one["container"]] ?? 0
        counts[time, default: [:]][resource, default: [:]][one["container"]] = max(
          known, Int(value))
      }
    }
    samples = counts.sorted { $0.key < $1.key }.map { time, resources in
      (time, GPUResource.cards(resources.mapValues { $0.values.reduce(0, +) }) ?? 0)
    }
  }

  /// The median time between two samples of one workload.
  static func interval(of counts: some Sequence<GPUCounts>) -> Int64 {
    let steps = counts.flatMap { counts in
      zip(counts.samples.dropFirst(), counts.samples).map { $0.time - $1.time }
    }.sorted()
    return steps.isEmpty ? intervalMillisecondsAssumed : steps[(steps.count - 1) / 2]
  }

  /// A sample speaks until the next one, if that comes within two intervals, else for one: who is
  /// not said to wait any more got its GPUs some time before the next sample.
  func waits(interval: Int64) -> [(range: TimeRange, gpus: Int)] {
    var waits: [(range: Range<Int64>, gpus: Int)] = []
    for (index, sample) in samples.enumerated() where sample.gpus > 0 {
      let next = index + 1 < samples.count ? samples[index + 1].time : .max
      let isFollowed = next <= sample.time + 2 * interval
      let end = isFollowed ? next : sample.time + interval
      if let last = waits.last, last.range.upperBound == sample.time, last.gpus == sample.gpus {
        waits[waits.count - 1].range = last.range.lowerBound..<end
      } else {
        waits.append((sample.time..<end, sample.gpus))
      }
    }
    return waits.map { (TimeRange(milliseconds: $0.range), $0.gpus) }
  }
}
