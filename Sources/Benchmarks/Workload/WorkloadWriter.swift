import Quantities
import Records
import Store
import Synchronization

/// Writes a fleet's days wherever they are wanted, a few hosts in memory at a time.
struct WorkloadWriter {
  /// Hosts made at a time; a host's day of 8 GPUs has 0.5 MB.
  private static let hostsAtOnce = 8
  /// Hosts stored in one transaction: as many frames lie in memory.
  private static let hostsStoredAtOnce = 200

  let generator: WorkloadGenerator
  var store: Store?
  var columns: ColumnFiles?
  var texts: [PrometheusText] = []
  /// Hosts that `texts` have, from the first one.
  var exportedHosts = 0

  /// Plays all days.
  func write(progress: (Int) -> Void) async throws -> WorkloadFigures {
    var figures = WorkloadFigures()
    for day in 0..<generator.plan.days {
      try await write(day: day, to: &figures)
      progress(day + 1)
    }
    try columns?.close()
    for text in texts { try text.close() }
    return figures
  }

  private func write(day: Int, to figures: inout WorkloadFigures) async throws {
    let plan = generator.plan
    let range = plan.range(ofDay: day)
    let origin = SourceOrigin(
      name: WorkloadPlan.source, site: WorkloadPlan.site, cluster: WorkloadPlan.cluster)
    for first in stride(from: 0, to: plan.hosts, by: Self.hostsStoredAtOnce) {
      let stored = first..<min(plan.hosts, first + Self.hostsStoredAtOnce)
      let window = store?.window(range, of: origin)
      for start in stride(from: first, to: stored.upperBound, by: Self.hostsAtOnce) {
        let hosts = start..<min(stored.upperBound, start + Self.hostsAtOnce)
        for host in try await made(hosts, day: day, window) {
          figures.add(host)
          try columns?.append(host, firstNumber: generator.firstNumbers[host.host])
          if host.host < exportedHosts { for text in texts { try text.append(host) } }
        }
      }
      try window?.commit(CollectedWindow(range: range), isReplacing: false)
    }
  }

  /// Makes the day of `hosts`, one a thread, and hands it to the store's window.
  private func made(
    _ hosts: Range<Int>, day: Int, _ window: WindowWriter?
  ) async throws -> [HostDay] {
    let generator = generator
    return try await withThrowingTaskGroup(of: HostDay.self) { group in
      for host in hosts {
        group.addTask {
          let made = generator.hostDay(host, day: day)
          try window?.add(generator.frame(of: made))
          return made
        }
      }
      var days: [HostDay] = []
      for try await made in group { days.append(made) }
      return days.sorted { $0.host < $1.host }
    }
  }
}
