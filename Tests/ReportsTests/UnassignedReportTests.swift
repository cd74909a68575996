import Quantities
import Reports
import Testing

@testable import Store

/// Which key of a workload would give it a team.
@Suite struct UnassignedReportTests {
  /// Workloads as sources tell them, each with a GPU-hour: namespace, name, attributes, won.
  private static let workloads:
    [(namespace: String, name: String, attributes: String, won: Int64)] =
      [
        ("vision", "a-1", #"{"owner":"a"}"#, 100), ("vision", "b-1", #"{"owner":"b"}"#, 50),
        ("say \"x\" \\", "c", "{}", 40), ("", "7", #"{"account":"nlp","user":"mina"}"#, 30),
        ("", "8", #"{"account":"nlp","user":"joon"}"#, 20), ("", "9", #"{"user":"sora"}"#, 10),
        ("", "vm-1", #"{"project":"p1"}"#, 9), ("", "vm-2", "{}", 8),
      ]

  private static func report(_ by: [String] = []) throws -> Report {
    let calendar = try Fleet.calendar()
    let store = try FakeStore(calendar: calendar)
    try store.write("INSERT INTO pool VALUES (1, 'pangyo', '', 'train', 'gpu', 'm')")
    for (index, workload) in workloads.enumerated() {
      try store.write(
        """
        INSERT INTO workload(id, site, cluster, kind, namespace, name, uid, attributes)
        VALUES (?, 'pangyo', 'train', 'pod', ?, ?, '', ?)
        """, [index + 1, workload.namespace, workload.name, workload.attributes])
      for (team, state) in [("unassigned", 2), ("mapped", 1)] {
        try store.write(
          """
          INSERT INTO posting(month, day, pool_id, kind, team, state, host_id, gpu_id, workload_id,
            gpu_ms, cost_micros, currency)
          VALUES ('2026-11', '2026-11-02', 1, 'usage', ?, ?, 1, 1, ?, 3600000, ?, 'KRW')
          """, [team, state, index + 1, workload.won * 1_000_000])
      }
    }
    let period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
    return try Fleet.runner(store).report(
      ReportRequest(name: "unassigned", period: period, by: by))
  }

  private static func suggestions(_ by: [String] = []) throws -> [String] {
    try report(by).rendered(.csv).split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: ",\"", maxSplits: 1)
      guard fields.count == 2 else { return String(line.split(separator: ",").last ?? "") }
      return String(fields[1].dropLast()).replacing("\"\"", with: "\"")
    }
  }

  @Test func `the dearest comes first, with the key that all of a line share`() throws {
    try Place.expect(Self.report().rendered(.csv), in: "unassigned-keys.csv")
  }

  @Test(arguments: [
    (
      ["owner"],
      [
        "KRW", #"- { name: TEAM, match: [{ namespace: "vision" }] }"#,
        #"- { name: TEAM, match: [{ namespace: "vision" }] }"#,
      ]
    ),
    (
      ["user"],
      [
        "KRW", #"- { name: TEAM, match: [{ account: "nlp" }] }"#,
        #"- { name: TEAM, match: [{ account: "nlp" }] }"#,
        #"- { name: TEAM, match: [{ user: "sora" }] }"#,
      ]
    ),
    (["cluster"], ["KRW"]),
  ])
  func `what a line's workloads don't share is no key`(by: [String], told: [String]) throws {
    #expect(try Self.suggestions(by) == told)
  }
}
