import Engine
import Quantities
import Records
import Testing

/// Each sentence of the rules, on a host small enough to check by hand.
@Suite struct `The rules of the ledger` {
  @Test func `a sample speaks until the next one, but at most for twice the scrape interval`() {
    let table = HostTable(
      """
      00:00 g a 80%
      00:01 g a 2%
      00:10 g a 80%
      """)
    #expect(
      table.ledger == """
        00 g busy a 180000
        00 g idle a 120000
        00 g allocated_unknown a 420000
        """)
  }

  @Test func `a sample before the window speaks into it, and one after it ends a silence`() {
    let table = HostTable(
      """
      window 01-02
      00:59 g a 80%
      02:30 g a 80%
      """)
    #expect(
      table.ledger == """
        01 g busy a 60000
        01 g allocated_unknown a 3540000
        """)
  }

  @Test func `activity is strictly below the threshold where a GPU is idle`() {
    let table = HostTable(
      """
      00:00 g a 4.99%
      00:01 g a 5%
      00:02 g a 0%
      """)
    #expect(
      table.ledger == """
        00 g busy a 60000
        00 g idle a 180000
        """)
  }

  @Test func `a pod named with its UID and without it is one pod`() {
    let table = HostTable(
      """
      00:00 g a,a#u 80%
      00:01 g a#u 80%
      00:10 g a 80%
      """)
    #expect(
      table.ledger == """
        00 g busy a 120000
        00 g busy a 180000
        00 g allocated_unknown a 420000
        """)
  }

  @Test func `a silence between samples of one workload is held by it`() {
    let table = HostTable(
      """
      00:00 g a,b 80%
      00:12 g b,c 80%
      """)
    #expect(
      table.ledger == """
        00 g busy a 60000
        00 g busy b 120000
        00 g busy c 60000
        00 g allocated_unknown b 600000
        """)
  }

  @Test(arguments: [("a", "b"), ("-", "a"), ("a", "-"), ("-", "-")])
  func `any other silence is unknown`(before: String, after: String) {
    let table = HostTable(
      """
      00:00 g \(before) 80%
      00:12 g \(after) 80%
      """)
    #expect(table.ledger.contains("00 g unknown - 600000"))
    #expect(!table.ledger.contains("allocated_unknown"))
  }

  @Test func `a silence not yet ended is unknown on the slot, not on the GPU`() {
    let table = HostTable(
      """
      slots 1 00:00-24:00
      00:00 g a 80%
      """)
    #expect(
      table.ledger == """
        00 g busy a 120000
        00 slots unknown - 3480000
        """)
  }

  @Test func `a sample that names nobody is unattributed where it is active, else unallocated`() {
    let table = HostTable(
      """
      00:00 g - 80%
      00:01 g - 4%
      """)
    #expect(
      table.ledger == """
        00 g unattributed - 60000
        00 g unallocated - 120000
        """)
  }

  @Test func `without a signal a held GPU is allocated_unknown and a free one is free`() {
    let table = HostTable(
      """
      00:00 g a ?
      00:01 g - ?
      """)
    #expect(
      table.ledger == """
        00 g allocated_unknown a 60000
        00 g unallocated - 120000
        """)
  }

  @Test func `n workloads hold 1/n each, the odd millisecond goes to the first key`() {
    let table = HostTable(
      """
      scraped 5
      00:00 g c,b,a 80%
      00:00:10 g - 0%
      """)
    #expect(
      table.ledger == """
        00 g busy a 3334
        00 g busy b 3333
        00 g busy c 3333
        00 g unallocated - 10000
        """)
  }

  @Test func `a MIG instance is its slices of seven, the rest is the card's own`() {
    let table = HostTable(
      """
      scraped 35
      00:00 g/1:3 a 80%
      00:00 g/2:2 - 0%
      """)
    #expect(
      table.ledger == """
        00 g busy a 30000
        00 g unallocated - 40000
        """)
  }

  @Test func `an A30 has four slices`() {
    let table = HostTable("00:00 g/1:1 a 80%", model: "NVIDIA A30")
    #expect(
      table.ledger == """
        00 g busy a 30000
        00 g unallocated - 90000
        """)
  }

  @Test func `a card undivided at a sample is held whole, though it is divided later`() {
    let table = HostTable(
      """
      00:00 g a 80%
      00:01 g/1:7 b 80%
      """)
    #expect(
      table.ledger == """
        00 g busy a 60000
        00 g busy b 120000
        """)
  }

  @Test func `an instance's number is used again for another size`() {
    let table = HostTable(
      """
      scraped 70
      00:00 g/1:4 a 80%
      00:01:10 g/1:3 a 80%
      """)
    #expect(
      table.ledger == """
        00 g busy a 100000
        00 g unallocated - 110000
        """)
  }

  @Test func `instances of more slices than the card has are reported and cut`() {
    let table = HostTable(
      """
      00:00 g/1:4 a 80%
      00:00 g/2:4 b 80%
      """)
    #expect(
      table.ledger == """
        00 g busy a 68571
        00 g busy b 51429
        """)
    #expect(
      HostRollup.ledger(of: table.input).findings == [
        .tooManySlices(uuid: "g", slices: 8, of: 7)
      ])
  }

  @Test func `slots are unknown from in_service to retired, except while a GPU fills them`() {
    let table = HostTable(
      """
      slots 2 00:10-00:50
      00:20 g a 80%
      00:22 g a 80%
      """)
    #expect(
      table.ledger == """
        00 g busy a 240000
        00 slots unknown - 4560000
        """)
  }

  @Test func `more GPUs than slots are reported, with what was there at one instant`() {
    let table = HostTable(
      """
      slots 1 00:00-00:30
      slots 3 00:30-01:00
      00:00 g a 80%
      00:00 h a 80%
      00:40 h a 80%
      """)
    #expect(
      HostRollup.ledger(of: table.input).findings == [.moreGPUsThanSlots(seen: 2, slots: 1)])
  }

  @Test func `a GPU on a host that no entry names exists from its first to its last sample's end`()
  {
    let table = HostTable("00:20 g a 80%")
    #expect(table.ledger == "00 g busy a 120000")
    #expect(HostRollup.ledger(of: table.input).findings.isEmpty)
  }

  @Test func `an outage takes what nobody holds`() {
    let table = HostTable(
      """
      slots 2 00:00-00:20
      outage 00:01-00:20
      00:00 g a 80%
      00:02 g - 80%
      00:10 g - 0%
      """)
    #expect(
      table.ledger == """
        00 g busy a 120000
        00 g out_of_service - 600000
        00 slots out_of_service - 1620000
        00 slots unknown - 60000
        """)
  }

  @Test func `facts are kept by UTC hour`() {
    let table = HostTable(
      """
      window 00-02
      00:59 g a 80%
      01:01 g a 80%
      """)
    #expect(
      table.ledger == """
        00 g busy a 60000
        01 g busy a 180000
        """)
  }

  @Test func `activity is the largest signal, and nothing is lost of what is measured`() throws {
    let table = HostTable(
      """
      00:00 g a 20%
      00:00 g b 60%
      """)
    let facts = HostRollup.ledger(of: table.input).facts
    #expect(facts.map(\.measuredMilliseconds) == [60_000, 60_000])
    #expect(facts.map(\.activityPPMMilliseconds) == [36_000_000_000, 36_000_000_000])
    #expect(facts.map(\.energyMicrojoules) == [nil, nil])
  }
}
