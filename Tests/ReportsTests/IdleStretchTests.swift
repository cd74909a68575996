import Quantities
import Reports
import Testing

/// How idle time becomes stretches: what meets is one, what is short doesn't count.
@Suite struct IdleStretchTests {
  /// `stretch_gpu_hours` and `longest_idle_hours` of the line of `workload`.
  private func stretches(
    _ workload: String, _ period: ReportPeriod, minStretch: Int64? = nil,
    in store: FakeStore
  ) throws -> [String]? {
    let report = try Fleet.runner(store).report(
      ReportRequest(name: "idle-allocations", period: period, minStretch: minStretch))
    let lines = report.rendered(.csv).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.first { $0[4] == workload }.map { [$0[13], $0[14]] }
  }

  @Test func `a stretch that crosses midnight is one, and each day shows its part`() throws {
    let store = try Fleet.store()
    let both = try Fleet.period("both", "2026-11-01", "2026-11-03")
    let first = try Fleet.period("first", "2026-11-01", "2026-11-02")
    let second = try Fleet.period("second", "2026-11-02", "2026-11-03")
    #expect(try stretches("train-7", both, in: store) == ["17.666667", "17.666667"])
    #expect(try stretches("train-7", first, in: store) == ["15.666667", "15.666667"])
    #expect(try stretches("train-7", second, in: store) == ["2.000000", "2.000000"])
  }

  @Test func `whether a stretch is long enough is asked before it is cut to the period`() throws {
    let store = try Fleet.store()
    let second = try Fleet.period("second", "2026-11-02", "2026-11-03")
    let threeHours: Int64 = 3 * 3_600_000
    #expect(
      try stretches("train-7", second, minStretch: threeHours, in: store)
        == ["2.000000", "2.000000"])
    #expect(
      try stretches("train-7", second, minStretch: 18 * 3_600_000, in: store)
        == ["0.000000", "0.000000"])
  }

  @Test(
    arguments: [
      (1_200_000, "3.833333"), (1_200_001, "3.500000"), (12_600_000, "3.500000"),
      (12_600_001, "0.000000"),
    ] as [(Int64, String)])
  func `a stretch of exactly the length counts`(minStretch: Int64, expected: String) throws {
    let first = try Fleet.period("first", "2026-11-01", "2026-11-02")
    let found = try stretches("notebook", first, minStretch: minStretch, in: Fleet.store())
    #expect(found?.first == expected)
  }

  @Test func `a third of a card for an hour is a third of a GPU-hour`() throws {
    let store = try Fleet.store()
    try store.write(
      "UPDATE idle_piece SET share_denominator = 3 WHERE workload_id = 11")
    let first = try Fleet.period("first", "2026-11-01", "2026-11-02")
    #expect(try stretches("train-7", first, in: store) == ["5.222222", "15.666667"])
  }

  @Test func `who never idled has no line`() throws {
    let both = try Fleet.period("both", "2026-11-01", "2026-11-03")
    #expect(try stretches("sweep", both, in: Fleet.store()) == nil)
  }
}
