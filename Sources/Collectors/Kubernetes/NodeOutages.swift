import Quantities
import Records

/// Finds when nodes with GPUs were drained or not ready.
struct NodeOutages: Sendable {
  /// Unit: milliseconds: what was said before a window may reach into it.
  private static let leadInMilliseconds: Int64 = 600_000
  /// Unit: milliseconds, where one sample alone tells no interval.
  private static let intervalMillisecondsAssumed: Int64 = 30_000
  private static let nodesPerQueryMaximum = 300

  /// One way for a node to be out of service.
  private struct Reason: Sendable {
    let name: String
    let matchers: [LabelMatcher]
    /// The value that means trouble, and how to find who ever had it.
    let badValue: Double
    let everBad: (function: String, comparison: String)
  }

  private static let reasons = [
    Reason(
      name: "drained",
      matchers: [LabelMatcher("__name__", .equal, "kube_node_spec_unschedulable")],
      badValue: 1, everBad: ("max_over_time", "> 0")),
    Reason(
      name: "not_ready",
      matchers: [
        LabelMatcher("__name__", .equal, "kube_node_status_condition"),
        LabelMatcher("condition", .equal, "Ready"), LabelMatcher("status", .equal, "true"),
      ], badValue: 0, everBad: ("min_over_time", "< 1")),
  ]

  let fetcher: SampleFetcher

  /// The outages of `nodes` in `range`, to the millisecond.
  ///
  /// A bad sample speaks until the next one, for twice the scrape interval at most.
  func collect(
    _ range: TimeRange, nodes: Set<String>, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [Observation] {
    if nodes.isEmpty { return [] }
    let span = TimeRange(range.start - Self.leadInMilliseconds, range.end)
    let found = try await SeveralAtOnce.map(
      Self.reasons, atOnce: fetcher.api.settings.requestsInFlight
    ) { reason throws(CollectorError) in
      var warnings: Set<String> = []
      let outages = try await outages(reason, of: nodes, in: range, span, &warnings)
      return (outages: outages, warnings: warnings)
    }
    for one in found { warnings.formUnion(one.warnings) }
    return found.flatMap(\.outages)
  }

  /// - Parameter span: `range` and what comes before it.
  private func outages(
    _ reason: Reason, of nodes: Set<String>, in range: TimeRange, _ span: TimeRange,
    _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [Observation] {
    let suspects = try await suspects(reason, in: span, &warnings).intersection(nodes)
    let series = try await samples(reason, of: suspects.sorted(), in: span, &warnings)
    let replicas = Replicas(labels: fetcher.api.settings.replicaLabels)
    let byNode = Dictionary(grouping: series) { $0.subject("node") }
    return byNode.sorted { $0.key < $1.key }.flatMap { node, series in
      let ranges = Self.badRanges(
        replicas.deduplicated(RawSeries.ordered(series)), badValue: reason.badValue)
      return ranges.compactMap { $0.intersection(range) }.map { bad in
        Observation(
          kind: .outage, subject: node, attributes: ["reason": reason.name], range: bad)
      }
    }
  }

  /// Those that were in trouble at all: mostly none, so that next to nothing is fetched.
  private func suspects(
    _ reason: Reason, in span: TimeRange, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> Set<String> {
    let selector = Selector(reason.matchers + fetcher.api.settings.matchers)
    let fetched = try await fetcher.samples(of: [""], in: span) { _, milliseconds in
      let samples = selector.text(over: milliseconds)
      return "\(reason.everBad.function)(\(samples)) \(reason.everBad.comparison)"
    }
    warnings.formUnion(fetched.warnings)
    return Set(fetched.series.map { $0.subject("node") })
  }

  private func samples(
    _ reason: Reason, of nodes: [String], in span: TimeRange, _ warnings: inout Set<String>
  ) async throws(CollectorError) -> [RawSeries] {
    var all: [RawSeries] = []
    let matchers = reason.matchers + fetcher.api.settings.matchers
    for first in stride(from: 0, to: nodes.count, by: Self.nodesPerQueryMaximum) {
      let part = Array(nodes[first..<min(nodes.count, first + Self.nodesPerQueryMaximum)])
      for label in ["node", "exported_node"] {
        let fetched = try await fetcher.samples(of: part, in: span) { nodes, milliseconds in
          Selector(matchers + [Selector.anyOf(nodes, label: label)]).text(over: milliseconds)
        }
        warnings.formUnion(fetched.warnings)
        // Without honor_labels `node` may be that of kube-state-metrics itself.
        all += fetched.series.filter { label == "exported_node" || $0["exported_node"].isEmpty }
      }
    }
    return all
  }

  /// When samples at `badValue` speak.
  static func badRanges(_ series: [RawSeries], badValue: Double) -> [TimeRange] {
    var byTime: [Int64: Double] = [:]
    for one in series {
      for (time, value) in zip(one.timestamps, one.values) where byTime[time] == nil {
        byTime[time] = value
      }
    }
    let times = byTime.keys.sorted()
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }.sorted()
    let interval = steps.isEmpty ? intervalMillisecondsAssumed : steps[(steps.count - 1) / 2]
    var ranges: [Range<Int64>] = []
    for (index, time) in times.enumerated() where byTime[time] == badValue {
      let next = index + 1 < times.count ? times[index + 1] : .max
      let bad = time..<min(next, time + 2 * interval)
      if let last = ranges.last, last.upperBound == bad.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<bad.upperBound
      } else {
        ranges.append(bad)
      }
    }
    return ranges.map(TimeRange.init(milliseconds:))
  }
}
