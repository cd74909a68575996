import Quantities
import Records
import Testing

@testable import Simulator

@Suite struct TruthTests {
  @Test(arguments: [
    (1, 8, 8, 24), (2, 1, 8, 6), (3, 2, 4, 12), (4, 9, 1, 7), (5, 1, 1, 1), (6, 3, 3, 2),
    (7, 9, 4, 5),
  ])
  func `the truth sums to the capacity of the inventory`(
    seed: Int, hosts: Int, gpus: Int, hours: Int
  ) throws {
    let fleet = try Fleet(
      Fleets.plan(seed: UInt64(seed), hosts: hosts, gpus: gpus, hours: hours))
    let capacity = Int128((hosts + 1) * gpus * hours) * 3_600_000
    #expect(fleet.truth().milliseconds == capacity)
    #expect(Int128(fleet.capacityMilliseconds) == capacity)
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `every state but the reserved one occurs in a default fleet`(seed: UInt64) throws {
    let truth = try Fleet(Fleets.plan(seed: seed)).truth()
    for state in State.allCases where state != .reservedUnused {
      #expect(truth.milliseconds(in: state) > 0, "\(state)")
    }
    #expect(truth.milliseconds(in: .reservedUnused) == 0)
  }

  @Test func `time that nobody holds has no team and held time has one`() throws {
    let truth = try Fleet(Fleets.plan(hosts: 3, gpus: 4, hours: 6)).truth()
    for key in truth.amounts.keys {
      #expect(key.team.isEmpty != key.state.isHeld, "\(key)")
    }
  }

  @Test func `a sample speaks for twice the interval and silence goes on for the same holder`() {
    // Scrapes at minutes 1, 11, 21 and 51: from minute 41 to 51 nothing speaks.
    let fleet = Fleets.handmade(
      isScraped: [true, true, true, false, false, true], held: 0..<6, conduct: .dead)
    #expect(
      minutes(fleet) == ["perception idle": 49, "perception allocated_unknown": 10, " unknown": 1])
  }

  @Test func `silence is unknown where the holder is gone afterwards`() {
    let fleet = Fleets.handmade(
      isScraped: [true, true, true, false, false, true], held: 0..<5, conduct: .dead)
    #expect(minutes(fleet) == ["perception idle": 40, " unallocated": 9, " unknown": 11])
  }

  @Test func `a drained node is out of service where nobody holds its GPU`() {
    // Drained from minute 20 to 40, held until the scrape at minute 31.
    let fleet = Fleets.handmade(
      isScraped: [Bool](repeating: true, count: 6), held: 0..<3, conduct: .dead, drain: 2..<4)
    #expect(
      minutes(fleet) == [
        "perception idle": 30, " out_of_service": 9, " unallocated": 20, " unknown": 1,
      ])
  }

  @Test func `after its last sample a card leaves its slot empty`() {
    // The last scrape, at minute 11, speaks until minute 31.
    let fleet = Fleets.handmade(
      isScraped: [true, true, false, false, false, false], held: 0..<6, conduct: .dead)
    #expect(minutes(fleet) == ["perception idle": 30, " unknown": 30])
  }

  @Test func `energy is what the counter rose by, then power while the last sample speaks`() {
    let fleet = Fleets.handmade(
      isScraped: [true, true, false, false, true, true], held: 0..<6, conduct: .dead)
    let (host, card) = (fleet.hosts[0], fleet.hosts[0].cards[0])
    let drawn = (0..<5).reduce(0) { $0 + fleet.microjoules(of: card, on: host, at: $1) }
    let last = fleet.power(of: card, on: host, at: 5, in: [card.parts[0].stretch(at: 5)]) * 540_000
    let found = fleet.truth().amounts.values.reduce(0) { $0 + $1.microjoules }
    // The counter is read in whole millijoules.
    #expect(abs(found - Int128(drawn) - Int128(last)) < 1_000)
  }

  @Test func `energy is power where the counter was set back`() {
    let fleet = Fleets.handmade(
      isScraped: [Bool](repeating: true, count: 6), held: 0..<2, conduct: .dead, drain: 2..<4)
    let (host, card) = (fleet.hosts[0], fleet.hosts[0].cards[0])
    let readings = fleet.energyReadings(of: card, on: host, at: 0..<6)
    #expect(readings[3] > 1_000_000 && readings[4] == 0 && readings[5] > 0)
    let powers = (0..<6).map {
      fleet.power(of: card, on: host, at: $0, in: [card.parts[0].stretch(at: $0)])
    }
    let counted = (readings[3] - readings[0] + readings[5] - readings[4]) * 1_000
    let expected = counted + powers[3] * 600_000 + powers[5] * 540_000
    #expect(fleet.truth().amounts.values.reduce(0) { $0 + $1.microjoules } == Int128(expected))
  }

  @Test func `the hour of a card is split by slices first and by pods then`() {
    var cells = HourCells()
    let one = WorkloadKey(kind: .pod, namespace: "a-train", name: "one", uid: "1")
    let two = WorkloadKey(kind: .pod, namespace: "b-train", name: "two", uid: "2")
    cells.add(100, microjoules: 700, slices: 4, part: 0, state: .unallocated, holders: [])
    cells.add(100, microjoules: 700, slices: 3, part: 1, state: .busy, holders: [one, two])
    var truth = Truth(site: "s", cluster: "c")
    cells.post(100, model: "m", to: &truth) { $0.namespace == "a-train" ? "a" : "b" }
    // 400/7 is 57 and 1/7, 300/7 is 42 and 6/7: the hundredth goes to the second one.
    #expect(
      truth.csv == """
        site,cluster,team,gpu_model,state,gpu_milliseconds,energy_microjoules
        s,c,,m,unallocated,57,400
        s,c,a,m,busy,22,150
        s,c,b,m,busy,21,150

        """)
  }

  /// Whole minutes by team and state on the handmade host.
  private func minutes(_ fleet: Fleet) -> [String: Int] {
    var result: [String: Int] = [:]
    for (key, amount) in fleet.truth().amounts where key.model == GPUModel.all[0].name {
      result["\(key.team) \(key.state)", default: 0] += Int(amount.milliseconds / 60_000)
    }
    return result
  }
}
