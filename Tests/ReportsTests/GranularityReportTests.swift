import Quantities
import Reports
import Testing

@testable import Store

/// What the same work would have needed in single GPUs and in whole servers.
@Suite struct GranularityReportTests {
  /// Host, GPU, state, workload, the hour and the minutes in it.
  private static let facts: [(Int64, Int64, Int, Int64, Int64, Int64)] = [
    // Job 51 has all of a server and uses two of its GPUs, one of them only at first.
    (1, 1, 1, 51, 0, 60), (1, 2, 1, 51, 0, 60), (1, 3, 2, 51, 0, 60), (1, 4, 2, 51, 0, 60),
    (1, 1, 1, 51, 1, 60), (1, 2, 2, 51, 1, 60), (1, 3, 2, 51, 1, 60), (1, 4, 2, 51, 1, 60),
    // Two small jobs share the other, one of them unseen.
    (2, 5, 1, 52, 0, 60), (2, 6, 3, 53, 0, 30), (2, 6, 6, 0, 0, 30), (2, 7, 6, 0, 0, 60),
    (2, 8, 6, 0, 0, 60),
  ]

  private func store() throws -> FakeStore {
    let store = try FakeStore(calendar: Fleet.calendar())
    try store.write(
      "INSERT INTO pool VALUES (1, 'pangyo', 'on-prem', 'train', 'gpu', 'NVIDIA H100 80GB HBM3')")
    // Where nothing is told of a GPU in the three hours it was free.
    var facts = Self.facts
    for hour in Int64(0)..<3 {
      for gpu in Int64(1)...8 where !facts.contains(where: { $0.1 == gpu && $0.4 == hour }) {
        facts.append((gpu > 4 ? 2 : 1, gpu, 6, 0, hour, 60))
      }
    }
    for (host, gpu, state, workload, hour, minutes) in facts {
      let start = try BookedFleet.instant("11-02 \(10 + hour)")
      let length = minutes * 60_000
      try store.write(
        "INSERT INTO state_hour VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, NULL, 0)",
        [start, host, gpu, state, workload, length, start, start + length])
      try store.write(
        """
        INSERT INTO posting(month, day, pool_id, kind, team, state, host_id, gpu_id, workload_id,
          gpu_ms, cost_micros, currency)
        VALUES ('2026-11', '2026-11-02', 1, 'usage', 'a', ?, ?, ?, ?, ?, 0, 'KRW')
        ON CONFLICT DO UPDATE SET gpu_ms = gpu_ms + excluded.gpu_ms
        """, [state, host, gpu, workload, length])
    }
    return store
  }

  @Test func `hours are conserved, and GPUs needed are counted by the hour`() throws {
    let period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
    let report = try Fleet.runner(store()).report(
      ReportRequest(name: "granularity", period: period, by: ["cluster"]))
    #expect(report.notices == [])
    #expect(
      report.rendered(.csv) == """
        cluster,granularity,gpu_hours,added_gpu_hours,busy_gpu_hours,busy_percent,capacity_gpus,peak_gpus,p95_gpus,spare_at_peak_gpus,spare_at_p95_gpus,observed_percent
        train,as_it_was,9.500000,0.000000,4.000000,42.11,8,6,6,2,2,94.74
        train,single_gpus,5.500000,-4.000000,4.000000,72.73,8,4,4,4,4,94.74
        train,whole_servers,14.000000,4.500000,4.000000,28.57,8,10,10,-2,-2,94.74

        """)
  }

  @Test func `an hour in twenty may need more than what is enough for 95 % of them`() throws {
    let store = try store()
    // Seventeen more hours in which one GPU is free: twenty hours, of which the first needs most.
    for hour in Int64(3)..<20 {
      let start = try BookedFleet.instant("11-02 \(10 + hour)")
      try store.write(
        "INSERT INTO state_hour VALUES (?, 1, 1, 6, 0, 3600000, ?, ?, 0, 0, NULL, 0)",
        [start, start, start + 3_600_000])
    }
    let period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
    let report = try Fleet.runner(store).report(
      ReportRequest(name: "granularity", period: period))
    #expect(report.rows.map { $0[8] } == [.integer(6), .integer(4), .integer(10)])
    #expect(report.rows.map { $0[9] } == [.integer(4), .integer(2), .integer(4)])
  }
}
