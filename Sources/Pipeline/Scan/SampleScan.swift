import Configuration
import Dispatch
import Engine
import Ledger
import Quantities
import Records
import Store
import Synchronization

/// Answers from raw samples, without the ledger: for another idle threshold, before a rollup, or
/// for a second opinion.
///
/// The rules are the ledger's, so that the held time is the ledger's to the millisecond.
package struct SampleScan: Sendable {
  private let store: Store
  private let configuration: Configuration
  private let hosts: HostLedgers

  /// What teams held, by team and billing day, and the idle stretches.
  package struct Usage: Sendable {
    package struct Line: Sendable {
      package let day: CivilDate
      package let team: String
      /// Energy is the ledger's where stretches aren't asked for, else power alone.
      package let held: HeldTime
    }
    package struct Stretch: Sendable {
      package let team: String
      package let host: HostKey
      package let stretch: IdleStretch
    }
    /// In the order of days and teams.
    package let lines: [Line]
    /// In the order of their starts, GPUs and workloads.
    package let stretches: [Stretch]
  }

  package init(store: Store, configuration: Configuration) {
    self.store = store
    self.configuration = configuration
    hosts = HostLedgers(store: store, configuration: configuration)
  }

  /// Sums up what teams held in `window`.
  ///
  /// - Parameters:
  ///   - window: whole UTC hours.
  ///   - idleBelow: in millionths of full activity; nil for the configured threshold.
  ///   - stretchMin: in milliseconds; nil where stretches aren't asked for.
  package func usage(in window: TimeRange, idleBelow: Int64?, stretchMin: Int64?) throws -> Usage {
    let calendar = configuration.calendar
    let days = calendar.days(in: window)
    let plan = ScanPlan(
      window: window, bucketStarts: days.map { max(window.start, calendar.start(of: $0)) },
      idleBelow: idleBelow ?? configuration.idle.belowPartsPerMillion, stretchMin: stretchMin)
    let names = try store.hosts()
    let teams = try ScanTeams(store: store, configuration: configuration, window: window)
    var held: [HeldTime] = Array(
      repeating: HeldTime(), count: teams.count * plan.bucketStarts.count)
    var stretches: [Usage.Stretch] = []
    let parts = try onAllCores(try sighted(window)) { hosts in
      var scans: [HostUsage] = []
      for host in hosts {
        guard let name = names[host.id] else { continue }
        scans.append(try self.usage(of: host, name, plan, teams))
      }
      return scans
    }
    for part in parts {
      for index in held.indices { held[index] += part.held[index] }
      stretches += part.stretches.map {
        Usage.Stretch(
          team: teams.name(
            of: teams.number(of: $0.workload, on: part.host),
            on: calendar.day(of: $0.range.start)), host: part.host,
          stretch: $0)
      }
    }
    stretches.sort { Self.precedes($0, $1) }
    return Usage(lines: Self.lines(held, days, teams), stretches: stretches)
  }

  /// Sums up the fleet's samples in each hour of `window`.
  package func fleet(in window: TimeRange) throws -> [(hour: UTCInstant, sums: FleetHour)] {
    let names = try store.hosts()
    let parts = try onAllCores(try sighted(window)) { hosts in
      var scan = FleetScan(window: window)
      for host in hosts {
        guard let name = names[host.id] else { continue }
        try self.take(host, name, window, into: &scan)
      }
      return [scan.hours]
    }
    var sums = FleetScan(window: window).hours
    for part in parts { for index in sums.indices { sums[index] += part[index] } }
    return sums.enumerated().map { index, sum in
      (window.start + Int64(index) * UTCInstant.millisecondsPerHour, sum)
    }
  }

  // MARK: Hosts

  private struct HostUsage: Sendable {
    let host: HostKey
    let held: [HeldTime]
    let stretches: [IdleStretch]
  }

  private func sighted(_ window: TimeRange) throws(StoreError) -> [SightedHost] {
    try store.sightedHosts(
      from: window.start.startOfDay - UTCInstant.millisecondsPerDay, to: (window.end - 1).startOfDay
    )
  }

  private func usage(
    of host: SightedHost, _ name: HostKey, _ plan: ScanPlan, _ teams: ScanTeams
  ) throws -> HostUsage {
    var scan = HostScan(plan: plan, teamCount: teams.count) {
      teams.number(of: $0, on: name)
    }
    let first = plan.window.start.startOfDay
    let last = (plan.window.end - 1).startOfDay
    var next = first
    if host.isAlone, let target = host.targets.first {
      let reach = hosts.reach(of: target.source)
      var cursor = first - UTCInstant.millisecondsPerDay
      var isFirst = true
      while let stop = try takeDays(
        of: target, from: cursor, to: last, next: &next, isFirst: &isFirst, into: &scan, first,
        reach)
      {
        // Days without samples before it, or a day that sums can't tell.
        let isGap = next < stop.day
        let end = isGap ? stop.day : stop.day + UTCInstant.millisecondsPerDay
        try fall(&scan, name, from: next, to: end, plan.window)
        scan.lead(isGap ? nil : stop.summary, day: stop.day, reach: reach)
        isFirst = false
        next = end
        cursor = end
      }
    }
    try fall(&scan, name, from: next, to: last + UTCInstant.millisecondsPerDay, plan.window)
    scan.finish()
    return HostUsage(host: name, held: scan.held, stretches: scan.stretches.finished)
  }

  /// Takes days by their sums.
  ///
  /// - Parameter next: the first day that wasn't taken yet.
  /// - Returns: the day at which it could go no further, nil at the end.
  private func takeDays(
    of target: (source: String, target: String), from: UTCInstant, to last: UTCInstant,
    next: inout UTCInstant, isFirst: inout Bool, into scan: inout HostScan, _ first: UTCInstant,
    _ reach: Int64?
  ) throws -> (day: UTCInstant, summary: DaySummary?)? {
    var stop: (day: UTCInstant, summary: DaySummary?)?
    try store.forEachDay(of: target, from: from, to: last) { columns in
      if columns.day < first {
        scan.lead(columns.summary, day: columns.day, reach: reach)
        isFirst = false
        return true
      }
      guard next == columns.day, let summary = columns.summary,
        try scan.take(
          summary, day: columns.day, reach: reach, isFirst: isFirst, activities: columns)
      else {
        stop = (columns.day, columns.summary)
        return false
      }
      isFirst = false
      next = columns.day + UTCInstant.millisecondsPerDay
      return true
    }
    return stop
  }

  /// Takes what the ledger's own rules say of a host's days.
  private func fall(
    _ scan: inout HostScan, _ host: HostKey, from start: UTCInstant, to end: UTCInstant,
    _ window: TimeRange
  ) throws(StoreError) {
    var day = start
    var cache = FrameCache(store: store)
    while day < end {
      let next = day + UTCInstant.millisecondsPerDay
      if let part = TimeRange(day, next).intersection(window) {
        scan.take(try hosts.ledger(of: host, in: part, idleBelow: scan.idleBelow, &cache).ledger)
      }
      day = next
    }
  }

  private func take(
    _ host: SightedHost, _ name: HostKey, _ window: TimeRange, into scan: inout FleetScan
  ) throws {
    let first = window.start.startOfDay
    let last = (window.end - 1).startOfDay
    var unsummed: Set<UTCInstant> = []
    if host.isAlone, let target = host.targets.first {
      try store.forEachDay(of: target, from: first, to: last, isForMeans: true) { columns in
        if let summary = columns.summary {
          scan.take(summary)
        } else {
          unsummed.insert(columns.day)
        }
        return true
      }
    } else {
      unsummed = Set(try store.days(of: host.id, around: window).map(\.day))
    }
    for day in unsummed.sorted() where day >= first && day <= last {
      let range = TimeRange(day, day + UTCInstant.millisecondsPerDay)
      var frames: [SampleFrame] = []
      for stored in try store.days(of: host.id, around: range) where stored.day == day {
        frames.append(try store.frame(stored))
      }
      scan.take(frames, host: name.name)
    }
  }

  // MARK: Results

  /// Runs `work` on strips of hosts at once; results in the order of the hosts.
  private func onAllCores<Result: Sendable>(
    _ hosts: [SightedHost], _ work: @Sendable ([SightedHost]) throws -> [Result]
  ) throws -> [Result] {
    let strips = max(1, min(hosts.count, 16))
    let results = Mutex<[Int: Swift.Result<[Result], any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: strips) { strip in
      let range = (hosts.count * strip / strips)..<(hosts.count * (strip + 1) / strips)
      let result = Swift.Result { try work(Array(hosts[range])) }
      results.withLock { $0[strip] = result }
    }
    return try (0..<strips).flatMap { strip in
      try results.withLock { $0[strip] }?.get() ?? []
    }
  }

  private static func lines(_ held: [HeldTime], _ days: [CivilDate], _ teams: ScanTeams)
    -> [Usage.Line]
  {
    days.enumerated().flatMap { bucket, day in
      var times: [String: HeldTime] = [:]
      for team in 0..<teams.count {
        times[teams.name(of: team, on: day), default: HeldTime()] +=
          held[team * days.count + bucket]
      }
      return times.filter { $0.value.allocated != 0 }.sorted { $0.key < $1.key }
        .map { Usage.Line(day: day, team: $0.key, held: $0.value) }
    }
  }

  private static func precedes(_ left: Usage.Stretch, _ right: Usage.Stretch) -> Bool {
    let (one, other) = (left.stretch, right.stretch)
    if one.range.start != other.range.start { return one.range.start < other.range.start }
    if one.uuid != other.uuid { return one.uuid < other.uuid }
    return one.workload < other.workload
  }
}
