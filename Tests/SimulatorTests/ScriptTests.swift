import Quantities
import Testing

@testable import Simulator

@Suite struct ScriptTests {
  @Test func `the generator gives the published numbers`() {
    var generator = SplitMix64(seed: 1_234_567)
    let numbers = (0..<3).map { _ in generator.next() }
    #expect(
      numbers == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      ])
  }

  @Test func `a UUID has the form of version 4`() throws {
    var generator = SplitMix64(seed: 3)
    for _ in 0..<50 {
      let uuid = generator.uuid()
      let form = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
      #expect(uuid.wholeMatch(of: form) != nil, "\(uuid)")
    }
  }

  @Test(arguments: 1...25 as ClosedRange<UInt64>)
  func `every scenario occurs in a default fleet`(seed: UInt64) throws {
    let found = try Fleet(Fleets.plan(seed: seed)).scenarios
    let missing = Scenario.allCases.filter { !found.contains($0) }
    #expect(missing.isEmpty, "seed \(seed)")
  }

  @Test(arguments: [(1, 1, 1), (1, 2, 1), (1, 8, 2), (2, 3, 5), (5, 1, 3), (13, 4, 1)])
  func `stretches cover all ticks without gaps`(hosts: Int, gpus: Int, hours: Int) throws {
    let fleet = try Fleet(Fleets.plan(hosts: hosts, gpus: gpus, hours: hours))
    for part in fleet.hosts.flatMap(\.cards).flatMap(\.parts) {
      var tick = 0
      for stretch in part.stretches {
        #expect(stretch.ticks.lowerBound == tick && !stretch.ticks.isEmpty)
        tick = stretch.ticks.upperBound
      }
      #expect(tick == fleet.plan.ticks)
    }
  }

  @Test func `a lane never holds two workloads at once and keeps its rules`() {
    for seed in 1...200 as ClosedRange<UInt64> {
      var generator = SplitMix64(seed: seed)
      let rules = LaneRules(
        kinds: [.notebook, .batch, .training], anchors: [50..<200, 200..<300],
        anchorKind: .training, barred: [400..<500, 620..<660], unbroken: [100..<110],
        ticks: 1_000, ticksPerHour: 60)
      let holdings = rules.holdings(&generator)
      var last = 0
      for holding in holdings {
        #expect(holding.ticks.lowerBound >= last, "seed \(seed)")
        last = holding.ticks.upperBound
        for bar in rules.barred { #expect(!holding.ticks.overlaps(bar), "seed \(seed)") }
        for edge in [holding.ticks.lowerBound, last] {
          #expect(!(100..<110).contains(edge), "seed \(seed)")
        }
      }
      #expect(last <= 1_000, "seed \(seed)")
      #expect(holdings.contains { $0.ticks.contains(199) && $0.kind == .training })
    }
  }

  @Test func `activity is clearly idle, clearly busy or exactly at the threshold`() throws {
    let fleet = try Fleet(Fleets.plan(seed: 4, hosts: 8, gpus: 4, hours: 12))
    for host in fleet.hosts {
      for card in host.cards {
        for part in card.parts {
          for tick in stride(from: 0, to: fleet.plan.ticks, by: 3) {
            let stretch = part.stretch(at: tick)
            let reading = fleet.reading(part, of: card, on: host, in: stretch, at: tick)
            let signal =
              part.instance == nil
              ? max(reading.utilization * 10_000, reading.engine) : reading.engine
            #expect(signal <= 40_000 || signal == 50_000 || signal >= 90_000, "\(signal)")
          }
        }
      }
    }
  }

  @Test func `a plan that cannot be played is refused with what was expected`() {
    let cases: [(WritableKeyPath<FleetPlan, Int>, Int, String)] = [
      (\.hosts, 0, "--hosts: found 0, expected a number from 1 to 2000"),
      (\.gpusPerHost, 17, "--gpus-per-host: found 17, expected a number from 1 to 16"),
      (\.teams, 41, "--teams: found 41, expected a number from 1 to 40"),
      (\.hours, 8_785, "--hours: found 8785, expected a number from 1 to 8784"),
    ]
    for (path, value, text) in cases {
      var plan = Fleets.plan()
      plan[keyPath: path] = value
      #expect(message(plan) == text)
    }
    var plan = Fleets.plan()
    plan.scrapeInterval = 7_000
    #expect(
      message(plan)
        == "--interval: found 7000 ms, expected 1 second to 10 minutes, and a whole part of an hour"
    )
    plan = FleetPlan(start: Fleets.start + 1_000)
    #expect(message(plan) == "--start: found 2026-11-20T00:00:01Z, expected a whole UTC hour")
    plan = Fleets.plan()
    plan.site = "a b"
    #expect(
      message(plan) == "--site: found 'a b', expected letters, digits, '-', '_' and '.'")
  }

  @Test func `a file that cannot be written is named`() throws {
    let fleet = try Fleet(Fleets.plan(hosts: 1, gpus: 1, hours: 1))
    let file = "/nowhere/at/all"
    let expected = SimulationError.unwritable(file: file, reason: "it cannot be created")
    #expect(throws: expected) { try fleet.writeOpenMetrics(to: file, honorsLabels: false) }
    #expect(
      expected.description == "/nowhere/at/all: cannot be written: it cannot be created; "
        + "name a file in a folder that exists and is yours")
    #expect(
      SimulationError.unservable(port: 80, reason: "taken").description
        == "port 80: cannot be served: taken; choose another one with --serve")
    #expect(expected.label == "unwritable")
  }

  private func message(_ plan: FleetPlan) -> String? {
    do {
      _ = try Fleet(plan)
      return nil
    } catch {
      return error.description
    }
  }
}
