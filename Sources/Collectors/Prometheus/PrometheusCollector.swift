import Logging
import Quantities
import Records
import Transport

/// Collects GPU samples, and what kube-state-metrics says, out of a Prometheus or its like.
package struct PrometheusCollector: Sendable {
  let api: PrometheusAPI
  private let route: SampleRoute

  package init(settings: PrometheusSettings, client: HTTPClient, log: Logger) {
    api = PrometheusAPI(settings: settings, client: client, log: log)
    route = SampleRoute(api: api)
  }

  /// Collects `range`, handing on one frame a target, in the order of the targets.
  ///
  /// - Parameters:
  ///   - range: whole UTC hours, a day at most.
  ///   - each: called once at a time. What it throws ends the collection.
  /// - Returns: the window without its frames.
  /// - Throws: ``CollectorError``; nothing of the window is to be kept then.
  package func collect(
    _ range: TimeRange, each: @Sendable (SampleFrame) async throws -> Void
  ) async throws(CollectorError) -> CollectedWindow {
    precondition(
      range.start.startOfHour == range.start && range.end.startOfHour == range.end
        && !range.isEmpty && range.milliseconds <= UTCInstant.millisecondsPerDay,
      "BUG: a window must be whole hours, a day at most, got \(range)")
    let plan = try await TargetPlan(for: range, over: api)
    api.log.debug("\(plan.batches.joined().count) targets in \(plan.batches.count) requests")
    let fetcher = try await route.fetcher(for: plan.batches.flatMap(\.self), in: range)
    var gathered = GatheredWindow(warnings: plan.warnings)
    do {
      try await gather(plan.batches, in: range, by: fetcher, into: &gathered, each: each)
    } catch let error as CollectorError {
      throw error
    } catch is CancellationError {
      throw .cancelled
    } catch {
      throw .receiver(reason: "\(error)")
    }
    let kubernetes = KubernetesCollector(fetcher: fetcher)
    let said = try await kubernetes.collect(range, named: gathered.named)
    var warnings = gathered.warnings.union(said.warnings)
    let demands = try await PendingGPUs(fetcher: fetcher).collect(range, &warnings)
    var window = CollectedWindow(
      range: range, observations: said.observations + gathered.numbers.observations(in: range),
      demands: demands, machines: said.machines)
    window.rejections = gathered.rejections.all
    window.shortfalls = warnings.sorted().map { "\(api.shownURL) warns: \($0)" }
    return window
  }

  /// Fetches some batches at once, and takes them in their order: at most `requestsInFlight` of
  /// them are in memory.
  private func gather(
    _ batches: [[String]], in range: TimeRange, by fetcher: SampleFetcher,
    into gathered: inout GatheredWindow, each: @Sendable (SampleFrame) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: (Int, BatchResult).self) { group in
      var finished: [Int: BatchResult] = [:]
      var started = 0
      for next in batches.indices {
        while started < min(batches.count, next + api.settings.requestsInFlight) {
          let number = started
          group.addTask { (number, try await self.fetch(batches[number], in: range, by: fetcher)) }
          started += 1
        }
        while finished[next] == nil, let (number, result) = try await group.next() {
          finished[number] = result
        }
        guard let result = finished.removeValue(forKey: next) else { continue }
        for frame in result.frames where !frame.isEmpty {
          gathered.note(frame)
          try await each(frame)
        }
        gathered.rejections.add(result.rejections)
        gathered.numbers.add(result.numbers)
        gathered.warnings.formUnion(result.warnings)
      }
    }
  }

  /// Fetches and normalises the targets of one batch.
  private func fetch(
    _ targets: [String], in range: TimeRange, by fetcher: SampleFetcher
  ) async throws(CollectorError) -> BatchResult {
    let matchers = api.settings.matchers
    let fetched = try await fetcher.samples(of: targets, in: range) { targets in
      Selector(names: GPUField.names, matchers + [Selector.anyOf(targets, label: "instance")])
    }
    let reachable = try await fetcher.samples(of: targets, in: range) { targets, milliseconds in
      let selector = Selector(
        [
          LabelMatcher("__name__", .equal, "up"), Selector.anyOf(targets, label: "instance"),
        ] + matchers)
      return "last_over_time(\(selector.text(over: milliseconds)))"
    }
    let upByTarget = Dictionary(grouping: reachable.series) { $0["instance"] }
    let replicas = Replicas(labels: api.settings.replicaLabels)
    var result = BatchResult(warnings: fetched.warnings.union(reachable.warnings))
    let byTarget = Dictionary(grouping: fetched.series) { $0.target }
    for (target, series) in byTarget.sorted(by: { $0.key < $1.key }) {
      let deduplicated = replicas.deduplicated(RawSeries.ordered(series))
      let up = upByTarget[deduplicated.first?["instance"] ?? ""] ?? []
      let holder = HolderRule(up: up, series: deduplicated)
      var normaliser = TargetNormaliser(target: target, holder: holder)
      for one in deduplicated { normaliser.add(one) }
      result.frames.append(normaliser.frame())
      result.rejections.add(normaliser.rejections)
      result.numbers.add(normaliser.numbers)
    }
    return result
  }
}

/// What one batch of targets gave.
private struct BatchResult: Sendable {
  var frames: [SampleFrame] = []
  var numbers = GPUNumbers()
  var rejections = RejectionTally()
  var warnings: Set<String>

  init(warnings: Set<String>) { self.warnings = warnings }
}

/// What is remembered of a window after its frames are handed on.
private struct GatheredWindow {
  var numbers = GPUNumbers()
  var rejections = RejectionTally()
  var warnings: Set<String>
  private(set) var named = NamedByGPUs()

  init(warnings: Set<String>) { self.warnings = warnings }

  mutating func note(_ frame: SampleFrame) {
    for series in frame.series {
      named.hosts.insert(series.key.entity.host)
      if let workload = series.key.workload { named.workloads.insert(workload) }
    }
  }
}

extension RawSeries {
  /// The scrape target: the instance, or the host where whoever wrote the series named none.
  fileprivate var target: String {
    ["instance", "hostname", "Hostname", "node"].map { self[$0] }.first { !$0.isEmpty } ?? ""
  }
}
