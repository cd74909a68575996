import Configuration
import Foundation
import Pipeline
import Quantities
import Records
import Simulator
import Store
import TestSupport
import Testing

@Suite struct SimulatedLedgerTests {
  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func `the ledger finds every millisecond of a simulated fleet, seed`(seed: UInt64) throws {
    let folder = TemporaryFolder()
    let start = try #require(CivilDate(year: 2026, month: 11, day: 2)).startInUTC
    var plan = FleetPlan(start: start)
    plan.seed = seed
    let fleet = try Fleet(plan)
    let configuration = try ConfigurationLoader.parse(
      fleet.configuration(url: "http://127.0.0.1:9"), file: folder.path + "/gputally.yaml")
    let store = try Store(path: folder.path + "/x.sqlite", access: .write(holder: "test"))
    let origin = SourceOrigin(name: "train-prometheus", site: plan.site, cluster: plan.cluster)
    var from = plan.span.start
    while from < plan.span.end {
      let range = TimeRange(from, from + UTCInstant.millisecondsPerHour)
      let window = fleet.window(range)
      let writer = store.window(range, of: origin)
      for frame in window.frames { try writer.add(frame) }
      try writer.commit(window)
      from = range.end
    }
    _ = try Rollup(store: store, configuration: configuration).run(now: plan.span.end)
    let rows = try QueryStore(path: store.path, calendar: configuration.calendar).query(
      """
      SELECT coalesce(w.namespace, ''), coalesce(g.model, '-'), s.state, sum(gpu_ms), sum(energy_uj)
      FROM state_hour s LEFT JOIN gpu g ON g.id = s.gpu_id
      LEFT JOIN workload w ON w.id = s.workload_id GROUP BY 1, 2, 3
      """, parameters: [:], rowLimit: nil)
    var found: [String: (Int64, Int64)] = [:]
    for row in rows.rows {
      guard case .text(let namespace) = row[0], case .integer(let state) = row[2],
        case .integer(let time) = row[3]
      else { continue }
      let energy: Int64 = if case .integer(let value) = row[4] { value } else { 0 }
      let team =
        namespace.isEmpty ? "" : fleet.teams.first { namespace.hasPrefix($0 + "-") } ?? "unassigned"
      let key = "\(team) \(State(rawValue: Int(state))?.description ?? "?")"
      found[key, default: (0, 0)].0 += time
      found[key, default: (0, 0)].1 += energy
    }
    var expected: [String: (Int64, Int64)] = [:]
    for (key, amount) in fleet.truth().amounts {
      expected["\(key.team) \(key.state)", default: (0, 0)].0 += Int64(amount.milliseconds)
      expected["\(key.team) \(key.state)", default: (0, 0)].1 += Int64(amount.microjoules)
    }
    for key in Set(found.keys).union(expected.keys).sorted() {
      #expect(found[key]?.0 == expected[key]?.0, "time of \(key)")
      #expect(found[key]?.1 == expected[key]?.1, "energy of \(key)")
    }
  }
}
