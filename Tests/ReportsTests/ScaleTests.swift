import Foundation
import Quantities
import Testing

@testable import Reports

/// A store as large as a big fleet's month, to see that no report is quadratic.
///
/// Run with `GPUTALLY_SCALE=1`; a debug build writes the rows for half a minute.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["GPUTALLY_SCALE"] == "1"))
struct ScaleTests {
  @Test func `a month of sixty thousand held GPUs takes seconds`() throws {
    let store = try Fleet.store()
    try store.write(
      """
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59999),
      day(d) AS (SELECT 0 UNION ALL SELECT d + 1 FROM day WHERE d < 4)
      INSERT INTO posting
      SELECT '2026-11', date('2026-11-01', '+' || (i % 25 + d) || ' days'), 1, 'usage',
        'team' || i % 40, NULL, 2 - (d + i) % 2, 1, 1000 + i % 1600, 1000 + i, 'platform', 43200000,
        1793458800000 + (i % 25 + d) * 86400000, 1793458800000 + (i % 25 + d) * 86400000 + 43200000,
        43200000, 43200000000, 1000, 39000000000, 'KRW', NULL, NULL
      FROM n CROSS JOIN day
      """)
    try store.write(
      """
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 59999),
      hour(h) AS (SELECT 0 UNION ALL SELECT h + 1 FROM hour WHERE h < 9)
      INSERT INTO idle_piece
      SELECT start_ms, 1, 1000 + i % 1600, 1000 + i, -1, start_ms, start_ms + 3600000, 1, 1
      FROM (SELECT i, 1793458800000 + (i % 25) * 86400000 + h * 3600000 AS start_ms
        FROM n CROSS JOIN hour)
      """)
    try store.write(
      """
      WITH RECURSIVE hour(h) AS (SELECT 0 UNION ALL SELECT h + 1 FROM hour WHERE h < 11)
      INSERT INTO state_hour
      SELECT first_ms + h * 3600000, host_id, gpu_id, state, workload_id, 3600000,
        first_ms + h * 3600000, first_ms + (h + 1) * 3600000, 3600000, 3600000000, 1000, 0
      FROM posting CROSS JOIN hour WHERE workload_id >= 1000 AND day < '2026-11-15'
      """)
    let runner = try Fleet.runner(store)
    let period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
    for (name, by) in [
      ("chargeback", []), ("idle-allocations", []), ("states", ["day", "team", "gpu_uuid"]),
      ("states", ["hour"]), ("utilization", ["hour"]), ("idle-by-day", []),
    ] as [(String, [String])] {
      var lines = 0
      let time = try ContinuousClock().measure {
        let report = try runner.report(ReportRequest(name: name, period: period, by: by))
        lines = report.rendered(.csv).utf8.count { $0 == UInt8(ascii: "\n") }
      }
      print("\(name) \(by): \(lines) lines in \(time)")
      #expect(time < .seconds(60))
    }
  }
}
