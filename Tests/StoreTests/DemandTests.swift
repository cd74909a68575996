import Quantities
import Records
import Testing

@testable import Store

/// Waits for GPUs, window by window.
@Suite struct DemandTests {
  private func wait(_ range: TimeRange, _ gpus: Int) -> Demand {
    let pod = WorkloadKey(kind: .pod, namespace: "ml", name: "train", uid: "u")
    return Demand(workload: pod, range: range, gpuCount: gpus)
  }

  private func rows(_ fixture: StoreFixture) throws -> [String] {
    try fixture.rows(
      """
      SELECT workload.name, (start_ms - 1795392000000) / 3600000.0, (end_ms - 1795392000000) / 3600000.0, gpus
      FROM demand JOIN workload ON workload.id = workload_id ORDER BY start_ms
      """)
  }

  @Test func `waits that meet are one, and a window that comes again replaces what it had`() throws
  {
    let fixture = try StoreFixture()
    func commit(_ range: TimeRange, _ demands: [Demand]) throws {
      try fixture.collect(CollectedWindow(range: range, demands: demands))
    }
    try commit(StoreFixture.hours(1..<2), [wait(StoreFixture.hours(1..<2), 8)])
    try commit(StoreFixture.hours(0..<1), [wait(StoreFixture.hours(0..<1), 8)])
    #expect(try rows(fixture) == [#""train"|0.0|2.0|8"#])
    try commit(StoreFixture.hours(0..<1), [wait(StoreFixture.hours(0..<1), 4)])
    #expect(try rows(fixture) == [#""train"|0.0|1.0|4"#, #""train"|1.0|2.0|8"#])
    try commit(StoreFixture.hours(0..<1), [])
    #expect(try rows(fixture) == [#""train"|1.0|2.0|8"#])
    try commit(StoreFixture.hours(0..<3), [wait(StoreFixture.hours(0..<3), 8)])
    try commit(StoreFixture.hours(1..<2), [])
    #expect(try rows(fixture) == [#""train"|0.0|1.0|8"#, #""train"|2.0|3.0|8"#])
  }
}
