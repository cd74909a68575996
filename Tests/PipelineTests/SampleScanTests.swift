import Configuration
import Engine
import Foundation
import Quantities
import Records
import Simulator
import Store
import TestSupport
import Testing

@testable import Pipeline

@Suite struct `A scan of raw samples` {
  private static func configuration(
    _ folder: TemporaryFolder, zone: String, below: String, interval: String = ""
  ) throws -> Configuration {
    try ConfigurationLoader.parse(
      """
      store: x.sqlite
      time_zone: \(zone)
      currency: KRW
      idle: { below_percent: \(below) }
      sites: [{ name: pangyo, kind: on-prem }]
      sources:
        - { name: p, type: prometheus, site: pangyo, cluster: train, url: "http://127.0.0.1:9"\(interval) }
      teams:
        - { name: one, match: [{ namespace: "team1" }] }
        - { name: two, match: [{ namespace: "team2" }] }
      """, file: folder.path + "/gputally.yaml")
  }

  private static func store(_ days: [[SampleFrame]], in folder: TemporaryFolder) throws -> Store {
    let store = try Store(path: folder.path + "/x.sqlite", access: .write(holder: "test"))
    for (day, frames) in days.enumerated() {
      let start = PlainFleet.start + Int64(day) * UTCInstant.millisecondsPerDay
      let range = TimeRange(start, start + UTCInstant.millisecondsPerDay)
      let writer = store.window(range, of: PlainFleet.origin)
      for frame in frames where !frame.isEmpty { try writer.add(frame) }
      try writer.commit(CollectedWindow(range: range))
    }
    return store
  }

  /// What the ledger's facts say of the window, a line a day and team.
  private static func ledger(
    _ store: Store, _ configuration: Configuration, _ window: TimeRange
  ) throws -> [String] {
    let rows = try QueryStore(path: store.path, calendar: configuration.calendar).query(
      """
      SELECT billing_day(hour_ms) AS day,
        CASE w.namespace WHEN 'team1' THEN 'one' WHEN 'team2' THEN 'two' ELSE 'unassigned' END,
        coalesce(sum(gpu_ms) FILTER (WHERE state = 1), 0),
        coalesce(sum(gpu_ms) FILTER (WHERE state = 2), 0),
        coalesce(sum(gpu_ms) FILTER (WHERE state = 3), 0),
        sum(measured_gpu_ms), sum(activity_ppm_ms), coalesce(sum(energy_uj), 0)
      FROM state_hour s JOIN workload w ON w.id = s.workload_id
      WHERE hour_ms >= :start AND hour_ms < :end GROUP BY 1, 2 ORDER BY 1, 2
      """,
      parameters: [
        "start": .integer(window.start.milliseconds), "end": .integer(window.end.milliseconds),
      ], rowLimit: nil)
    return rows.rows.map { row in
      row.map { cell in
        switch cell {
        case .text(let text): text
        case .integer(let number): String(number)
        default: "?"
        }
      }.joined(separator: " ")
    }
  }

  private static func lines(_ usage: SampleScan.Usage) -> [String] {
    usage.lines.map { line in
      let held = line.held
      return "\(line.day) \(line.team) \(held.busy) \(held.idle) \(held.unknown) \(held.measured) "
        + "\(held.activity) \(held.energy)"
    }
  }

  /// The ledger's idle pieces in the window, joined where they meet, of 30 minutes or more.
  private static func stretches(
    _ store: Store, _ configuration: Configuration, _ window: TimeRange
  ) throws -> [String] {
    let rows = try QueryStore(path: store.path, calendar: configuration.calendar).query(
      """
      SELECT g.uuid, w.namespace || '/' || w.name, start_ms, end_ms
      FROM idle_piece p JOIN gpu g ON g.id = p.gpu_id JOIN workload w ON w.id = p.workload_id
      WHERE hour_ms >= :start AND hour_ms < :end ORDER BY 1, 2, 3
      """,
      parameters: [
        "start": .integer(window.start.milliseconds), "end": .integer(window.end.milliseconds),
      ], rowLimit: nil)
    var joined: [(name: String, start: Int64, end: Int64)] = []
    for row in rows.rows {
      guard case .text(let uuid) = row[0], case .text(let workload) = row[1],
        case .integer(let start) = row[2], case .integer(let end) = row[3]
      else { continue }
      let name = uuid + " " + workload
      if let last = joined.last, last.name == name, last.end == start {
        joined[joined.count - 1].end = end
      } else {
        joined.append((name, start, end))
      }
    }
    return joined.filter { $0.end - $0.start >= 1_800_000 }
      .map { "\($0.name) \($0.start) \($0.end)" }.sorted()
  }

  private static func stretches(_ usage: SampleScan.Usage) -> [String] {
    usage.stretches.map { one in
      let range = one.stretch.range
      return "\(one.stretch.uuid) \(one.stretch.workload) \(range.start.milliseconds) "
        + "\(range.end.milliseconds)"
    }.sorted()
  }

  @Test(arguments: PlainFleet.Mishap.allCases, [1, 2, 3, 4] as [UInt64])
  func `finds what the ledger finds, to the millisecond`(
    mishap: PlainFleet.Mishap, seed: UInt64
  ) throws {
    let folder = TemporaryFolder()
    var fleet = PlainFleet(seed: seed, mishap: mishap)
    let store = try Self.store(fleet.frames(), in: folder)
    let zone = seed % 2 == 0 ? "Asia/Seoul" : "UTC"
    let below = ["5", "7.5", "10", "3"][Int(seed) - 1]
    let interval = seed == 3 ? ", scrape_interval: 25s" : ""
    let configuration = try Self.configuration(
      folder, zone: zone, below: below, interval: interval)
    let whole = TimeRange(
      PlainFleet.start, PlainFleet.start + Int64(PlainFleet.days) * UTCInstant.millisecondsPerDay)
    _ = try Rollup(store: store, configuration: configuration).run(now: whole.end)
    let hour = UTCInstant.millisecondsPerHour
    let part = TimeRange(whole.start + 7 * hour, whole.end - 5 * hour)
    let scan = SampleScan(store: store, configuration: configuration)
    for window in [whole, part] {
      let usage = try scan.usage(in: window, idleBelow: nil, stretchMin: 1_800_000)
      // Energy is told where stretches aren't asked for.
      let held = try scan.usage(in: window, idleBelow: nil, stretchMin: nil)
      #expect(try Self.lines(held) == Self.ledger(store, configuration, window))
      if mishap != .counter { #expect(Self.lines(usage) == Self.lines(held)) }
      #expect(try Self.stretches(usage) == Self.stretches(store, configuration, window))
    }
  }

  @Test func `answers plain days by their sums, not by the ledger's rules`() throws {
    let folder = TemporaryFolder()
    var fleet = PlainFleet(seed: 1, mishap: .none)
    let days = fleet.frames()
    let store = try Self.store(days, in: folder)
    var taken = 0
    for host in try store.sightedHosts(
      from: PlainFleet.start, to: PlainFleet.start + 2 * UTCInstant.millisecondsPerDay)
    {
      let plan = ScanPlan(
        window: TimeRange(
          PlainFleet.start, PlainFleet.start + 3 * UTCInstant.millisecondsPerDay),
        bucketStarts: [PlainFleet.start], idleBelow: 50_000, stretchMin: nil)
      var scan = HostScan(plan: plan, teamCount: 1) { _ in 0 }
      var isFirst = true
      #expect(host.isAlone)
      try store.forEachDay(
        of: host.targets[0], from: PlainFleet.start,
        to: PlainFleet.start + 2 * UTCInstant.millisecondsPerDay
      ) { columns in
        guard let summary = columns.summary else { return true }
        let isTaken = try scan.take(
          summary, day: columns.day, reach: nil, isFirst: isFirst, activities: columns)
        if !isTaken { scan.lead(summary, day: columns.day, reach: nil) }
        isFirst = false
        taken += isTaken ? 1 : 0
        return true
      }
    }
    // A host with an offset has nothing before its first sample: that day is the ledger's.
    #expect(taken >= 6)
  }

  @Test func `finds what the ledger finds in a fleet with MIG, time-slicing and outages`() throws {
    let folder = TemporaryFolder()
    var plan = FleetPlan(start: PlainFleet.start)
    plan.hours = 30
    let fleet = try Fleet(plan)
    let configuration = try ConfigurationLoader.parse(
      fleet.configuration(url: "http://127.0.0.1:9"), file: folder.path + "/gputally.yaml")
    let store = try Store(path: folder.path + "/x.sqlite", access: .write(holder: "test"))
    let origin = SourceOrigin(name: "train-prometheus", site: plan.site, cluster: plan.cluster)
    for range in [
      TimeRange(plan.start, plan.start + UTCInstant.millisecondsPerDay),
      TimeRange(plan.start + UTCInstant.millisecondsPerDay, plan.span.end),
    ] {
      let window = fleet.window(range)
      let writer = store.window(range, of: origin)
      for frame in window.frames { try writer.add(frame) }
      try writer.commit(window)
    }
    _ = try Rollup(store: store, configuration: configuration).run(now: plan.span.end)
    let usage = try SampleScan(store: store, configuration: configuration)
      .usage(in: plan.span, idleBelow: nil, stretchMin: nil)
    let held = usage.lines.map(\.held)
    let rows = try QueryStore(path: store.path, calendar: configuration.calendar).query(
      """
      SELECT sum(gpu_ms) FILTER (WHERE state = 1), sum(gpu_ms) FILTER (WHERE state = 2),
        sum(gpu_ms) FILTER (WHERE state = 3), sum(activity_ppm_ms), sum(energy_uj)
      FROM state_hour WHERE workload_id <> 0
      """, parameters: [:], rowLimit: nil)
    let sums = [
      held.reduce(0) { $0 + $1.busy }, held.reduce(0) { $0 + $1.idle },
      held.reduce(0) { $0 + $1.unknown }, held.reduce(0) { $0 + $1.activity },
      held.reduce(0) { $0 + $1.energy },
    ]
    #expect(rows.rows.first == sums.map { Cell.integer($0) })
    #expect(sums[0] > 0 && sums[1] > 0 && sums[2] > 0)
  }

  @Test func `gives the fleet's means by hour, of summed and of other days alike`() throws {
    for mishap in [PlainFleet.Mishap.none, .sharedGPU, .movedGPU] {
      let folder = TemporaryFolder()
      var fleet = PlainFleet(seed: 5, mishap: mishap)
      let days = fleet.frames()
      let store = try Self.store(days, in: folder)
      let configuration = try Self.configuration(folder, zone: "UTC", below: "5")
      let whole = TimeRange(
        PlainFleet.start, PlainFleet.start + 3 * UTCInstant.millisecondsPerDay)
      let found = try SampleScan(store: store, configuration: configuration).fleet(in: whole)
      let expected = Self.means(days.flatMap { $0 })
      #expect(found.map { [$0.sums.utilization, $0.sums.power] } == expected, "\(mishap)")
      #expect(found.allSatisfy { $0.sums.gpus == 6 })
    }
  }

  /// Utilization and power summed over samples, each GPU's sample once, by hour.
  private static func means(_ frames: [SampleFrame]) -> [[Int64]] {
    struct Sample: Hashable {
      let uuid: String
      let time: Int64
    }
    var utilization: [Sample: Int64] = [:]
    var power: [Sample: Int64] = [:]
    for points in frames.flatMap(\.points) {
      for (time, value) in zip(points.timestamps, points.values) {
        let sample = Sample(uuid: points.key.entity.uuid, time: time)
        if points.key.metric == .gpuUtilization { utilization[sample] = Int64(value) * 10_000 }
        if points.key.metric == .powerUsage { power[sample] = Int64((value * 1_000).rounded()) }
      }
    }
    var sums = [[Int64]](repeating: [0, 0], count: 72)
    for (place, values) in [utilization, power].enumerated() {
      for (sample, value) in values {
        let hour = (sample.time - PlainFleet.start.milliseconds) / UTCInstant.millisecondsPerHour
        sums[Int(hour)][place] += value
      }
    }
    return sums
  }
}
