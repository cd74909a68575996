import Configuration
import Foundation
import Quantities
import Records
import Store
import TestSupport
import Testing

@testable import Pipeline

/// Three days of a small fleet in which a team moves from one part of the tree to another.
@Suite struct TeamMoveTests {
  private let folder = TemporaryFolder()
  private let store: Store
  private let configuration: Configuration
  private let window = TimeRange(
    PlainFleet.start,
    PlainFleet.start + Int64(PlainFleet.days) * UTCInstant.millisecondsPerDay)

  init() throws {
    let move = CivilDate(instant: PlainFleet.start).adding(days: 1)
    configuration = try ConfigurationLoader.parse(
      """
      store: x.sqlite
      time_zone: UTC
      currency: KRW
      sites: [{ name: pangyo, kind: on-prem }]
      sources:
        - { name: p, type: prometheus, site: pangyo, cluster: train, url: "http://127.0.0.1:9" }
      inventory:
        - { site: pangyo, cluster: train, hosts: "n[0-1]", gpus: 3, gpu_model: NVIDIA H100,
            owner: Second }
        - { site: pangyo, cluster: train, hosts: n2, gpus: 2, gpu_model: NVIDIA H100 }
      teams:
        - { name: AI/One, cost_center: CC-1, match: [{ namespace: team1 }], to: \(move) }
        - { name: Robots/One, cost_center: CC-9, match: [{ namespace: team1 }], from: \(move) }
        - { name: Two, aliases: [Second], match: [{ namespace: team2 }] }
      rates: [{ per_gpu_hour: "3.333333" }]
      policies: { unallocated: even, unknown: owner, borrowed: { owner_percent: 30 } }
      """, file: folder.path + "/gputally.yaml")
    store = try Store(path: folder.path + "/x.sqlite", access: .write(holder: "test"))
    try store.collect(PlainFleet(seed: 5, mishap: .none))
    _ = try Rollup(store: store, configuration: configuration).run(now: window.end)
    _ = try PostingRun(store: store, configuration: configuration).run()
  }

  private func rows(_ sql: String) throws -> [String] {
    try store.texts(sql, configuration.calendar)
  }

  @Test func `its time is its new place's from the day of the move on, in samples too`() throws {
    let posted = try rows(
      """
      SELECT day, team, sum(gpu_ms) FROM posting WHERE kind = 'usage' AND state IN (1, 2, 3)
      GROUP BY day, team ORDER BY day, team
      """)
    let scanned = try SampleScan(store: store, configuration: configuration)
      .usage(in: window, idleBelow: nil, stretchMin: 300_000)
    #expect(posted == scanned.lines.map { "\($0.day) \($0.team) \($0.held.allocated)" })
    let teams = Set(scanned.lines.map { "\($0.day.description.suffix(2)) \($0.team)" })
    let first = CivilDate(instant: PlainFleet.start)
    for day in 0..<PlainFleet.days {
      let name = first.adding(days: day).description.suffix(2)
      #expect(teams.contains("\(name) AI/One") == (day == 0))
      #expect(teams.contains("\(name) Robots/One") == (day > 0))
    }
    #expect(Set(scanned.stretches.map(\.team)).isSuperset(of: ["AI/One", "Robots/One"]))
    #expect(
      try rows("SELECT DISTINCT cost_center, team FROM posting WHERE team LIKE '%/One' ORDER BY 1")
        == ["CC-1 AI/One", "CC-9 Robots/One"])
  }

  @Test func `an owner goes by its team's name, and bears a share of what others hold`() throws {
    #expect(
      try rows("SELECT DISTINCT owner FROM posting WHERE kind = 'usage' ORDER BY 1") == [
        "-", "Two",
      ])
    let moved = try rows(
      """
      SELECT sum(cost_micros) > 0, policy FROM posting WHERE kind = 'borrowed' AND team = 'Two'
      GROUP BY policy
      """)
    #expect(moved == ["1 owner 30 %"])
    #expect(try rows("SELECT sum(cost_micros) FROM posting WHERE kind = 'borrowed'") == ["0"])
    for check in Verification(store: store).checks {
      #expect(try check.run().map(\.description) == [], "\(check.name)")
    }
  }

  @Test func `what was posted is shared out under every policy to the same total`() throws {
    let lines = try PolicyComparing(store: store, configuration: configuration).run(range: window)
    let names = ["as configured", "proportional", "even", "owner", "platform", "keep"]
    let total = try #require(try rows("SELECT sum(cost_micros) FROM posting").first)
    for name in names {
      let own = lines.filter { $0.policy == name }
      #expect("\(own.reduce(0) { $0 + $1.ownMicros + $1.sharedMicros })" == total, "\(name)")
    }
    #expect(lines.map(\.policy).reduce(into: []) { if $0.last != $1 { $0.append($1) } } == names)
    let posted = try rows(
      """
      SELECT team, cost_center,
        coalesce(sum(cost_micros) FILTER (WHERE kind = 'usage' AND state <= 4), 0),
        coalesce(sum(cost_micros) FILTER (WHERE kind <> 'usage' OR state > 4), 0)
      FROM posting GROUP BY 1, 2 HAVING sum(cost_micros) <> 0 ORDER BY 1, 2
      """)
    #expect(
      posted
        == lines.filter { $0.policy == "as configured" && $0.ownMicros + $0.sharedMicros != 0 }
        .map { "\($0.team) \($0.costCenter ?? "-") \($0.ownMicros) \($0.sharedMicros)" })
    let before = TimeRange(window.start - UTCInstant.millisecondsPerDay, window.start)
    #expect(
      try PolicyComparing(store: store, configuration: configuration).run(range: before).isEmpty)
  }
}
