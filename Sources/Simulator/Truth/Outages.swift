import Quantities

/// Why a node is out of service.
package enum OutageReason: String, CaseIterable, Sendable {
  case drained
  case notReady = "not_ready"
}

extension Fleet {
  /// How long after the node fails Kubernetes says that it is not ready.
  ///
  /// - Unit: milliseconds. - Source: node-monitor-grace-period was 40 s until Kubernetes 1.32.
  static let gracePeriod: Int64 = 40_000

  /// When the node of `host` is cordoned.
  package func cordoned(_ host: Host) -> TimeRange? { host.events.drain.map(time(of:)) }

  /// When Kubernetes takes the node of `host` for not ready.
  package func notReady(_ host: Host) -> TimeRange? {
    guard let down = host.events.down.map(time(of:)) else { return nil }
    let start = min(down.start + Self.gracePeriod, down.end)
    return start < down.end ? TimeRange(start, down.end) : nil
  }

  /// The times at which kube-state-metrics is scraped, missing scrapes left out.
  package var kubeStateTimes: [UTCInstant] {
    kubeState.isScraped.indices.filter { kubeState.isScraped[$0] }.map(kubeStateTime(of:))
  }

  /// When a node is known to be out of service because of `reason`.
  ///
  /// A scrape that shows it speaks until the next scrape, at most for twice the interval.
  package func outages(node: String, reason: OutageReason) -> [TimeRange] {
    guard let bad = badTime(node: node, reason: reason) else { return [] }
    let times = kubeStateTimes
    var ranges: [TimeRange] = []
    for (index, time) in times.enumerated() where bad.contains(time) {
      let most = time + 2 * plan.kubeStateInterval
      let end = index + 1 < times.count ? min(times[index + 1], most) : most
      guard let said = TimeRange(time, end).intersection(plan.span) else { continue }
      if let last = ranges.last, last.end >= said.start {
        ranges[ranges.count - 1] = TimeRange(last.start, said.end)
      } else {
        ranges.append(said)
      }
    }
    return ranges
  }

  /// When a node is known to be out of service, whatever the reason; apart and rising.
  package func outages(node: String) -> [TimeRange] {
    let all = OutageReason.allCases.flatMap { outages(node: node, reason: $0) }
      .sorted { $0.start < $1.start }
    var union: [TimeRange] = []
    for range in all {
      if let last = union.last, last.end >= range.start {
        union[union.count - 1] = TimeRange(last.start, max(last.end, range.end))
      } else {
        union.append(range)
      }
    }
    return union
  }

  private func badTime(node: String, reason: OutageReason) -> TimeRange? {
    if node == spare.name { return reason == .drained ? spare.cordoned : nil }
    guard let host = hosts.first(where: { $0.name == node }) else { return nil }
    return reason == .drained ? cordoned(host) : notReady(host)
  }
}

extension TimeRange {
  /// The range in pieces, each with whether it lies in one of `covers`, which rise and are apart.
  func pieces(by covers: [TimeRange]) -> [(range: TimeRange, isCovered: Bool)] {
    var result: [(range: TimeRange, isCovered: Bool)] = []
    var at = start
    for cover in covers where cover.overlaps(self) {
      guard let common = cover.intersection(self) else { continue }
      if at < common.start { result.append((TimeRange(at, common.start), false)) }
      result.append((common, true))
      at = common.end
    }
    if at < end { result.append((TimeRange(at, end), false)) }
    return result
  }

  /// The range in pieces that each lie in one UTC hour.
  var hours: [TimeRange] {
    var result: [TimeRange] = []
    var at = start
    while at < end {
      let next = min(end, at.startOfHour + UTCInstant.millisecondsPerHour)
      result.append(TimeRange(at, next))
      at = next
    }
    return result
  }
}
