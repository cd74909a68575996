import Quantities
import Reports
import Store
import Testing

/// Reports over teams that are a tree, with names that patterns would misread.
@Suite struct TeamTreeTests {
  let store: FakeStore
  let runner: ReportRunner
  let period: ReportPeriod

  /// Team, state, GPU-hours, cost in whole won.
  private static let lines: [(String, Int, Int64, Int64)] = [
    ("AI", 1, 1, 100), ("AI/Perception", 2, 2, 200), ("AI/Perception/Lane", 1, 4, 400),
    ("AI/Perception/Lane_2", 1, 8, 800), ("AI-lab", 1, 16, 1_600), ("AIX/Lane", 1, 32, 3_200),
    ("AI%", 1, 64, 6_400), ("unallocated", 6, 128, 12_800),
  ]

  init() throws {
    store = try FakeStore(calendar: Fleet.calendar())
    runner = try Fleet.runner(store)
    period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
    try store.write(
      "INSERT INTO pool VALUES (1, 'pangyo', '', 'train', 'gpu', 'NVIDIA H100 80GB HBM3')")
    try store.write("INSERT INTO host VALUES (1, 'pangyo', 'train', 'n1')")
    for (index, line) in Self.lines.enumerated() {
      try store.write(
        """
        INSERT INTO posting(month, day, pool_id, kind, team, state, host_id, gpu_id, workload_id,
          gpu_ms, first_ms, last_ms, measured_gpu_ms, activity_ppm_ms, cost_micros, currency)
        VALUES ('2026-11', '2026-11-02', 1, 'usage', ?, ?, 1, ?, ?, ?, 0, 1, 0, 0, ?, 'KRW')
        """,
        [
          line.0, line.1, index + 1, line.1 == 6 ? 0 : index + 1, line.2 * 3_600_000,
          line.3 * 1_000_000,
        ])
    }
  }

  @Test(arguments: [
    ("AI", ["AI", "AI/Perception", "AI/Perception/Lane", "AI/Perception/Lane_2"]),
    ("AI/Perception", ["AI/Perception", "AI/Perception/Lane", "AI/Perception/Lane_2"]),
    ("AI/Perception/Lane", ["AI/Perception/Lane"]), ("AIX", ["AIX/Lane"]), ("AI%", ["AI%"]),
    ("A_", []), ("Perception", []),
  ])
  func `a team is shown with all that is under it`(team: String, shown: [String]) throws {
    func teams(_ name: String, by: [String] = []) throws -> Set<String> {
      let report = try runner.report(
        ReportRequest(name: name, period: period, team: team, by: by))
      let column = try #require(report.columns.firstIndex { $0.name == "team" })
      return Set(
        report.rows.compactMap { row in
          if case .text(let name) = row[column] { name } else { nil }
        })
    }
    for name in ["chargeback", "idle-by-day"] {
      #expect(try teams(name) == Set(shown), "\(name)")
    }
    // The tree has a line for a level that owes nothing itself.
    #expect(try teams("team-tree") == Set(shown + (team == "AIX" ? ["AIX"] : [])))
    for name in ["states", "utilization"] {
      #expect(try teams(name, by: ["team"]) == Set(shown), "\(name)")
    }
    let idle = try teams("idle-allocations")
    #expect(idle == Set(shown).intersection(["AI/Perception"]))
  }

  @Test func `every node has what it owes itself and with all under it`() throws {
    let report = try runner.report(ReportRequest(name: "team-tree", period: period))
    #expect(
      report.rendered(.csv, RenderingOptions(isRounded: true)) == """
        team,level,own_gpu_hours,own_cost,tree_gpu_hours,tree_cost,share_percent,currency
        AI,1,1.000000,100,15.000000,1500,5.88,KRW
        AI/Perception,2,2.000000,200,14.000000,1400,5.49,KRW
        AI/Perception/Lane,3,4.000000,400,4.000000,400,1.57,KRW
        AI/Perception/Lane_2,3,8.000000,800,8.000000,800,3.14,KRW
        AI%,1,64.000000,6400,64.000000,6400,25.10,KRW
        AI-lab,1,16.000000,1600,16.000000,1600,6.27,KRW
        AIX,1,0.000000,0,32.000000,3200,12.55,KRW
        AIX/Lane,2,32.000000,3200,32.000000,3200,12.55,KRW
        unallocated,1,0.000000,12800,0.000000,12800,50.20,KRW

        """)
    // Lines contain each other: only what each owes itself has a total.
    let last = try #require(report.rendered(.table).split(separator: "\n").last)
    #expect(last.split(separator: " ") == ["total", "127.00", "25,500"])
  }

  @Test func `borrowed hardware is split as its lines were, pair by pair`() throws {
    // Speech holds 100 of vision's and 40 of robots'; vision holds 11 of speech's.
    let usage: [(String, String, Int64, Int64)] = [
      ("AI/Speech", "Vision", 2, 100), ("AI/Speech", "Robots", 3, 40),
      ("Vision", "AI/Speech", 1, 11), ("Vision", "Vision", 5, 1_000),
    ]
    for (index, line) in usage.enumerated() {
      try store.write(
        """
        INSERT INTO posting(month, day, pool_id, kind, team, state, host_id, gpu_id, workload_id,
          owner, gpu_ms, cost_micros, currency)
        VALUES ('2026-11', '2026-11-03', 1, 'usage', ?, 1, 1, ?, 1, ?, ?, ?, 'KRW')
        """, [line.0, index + 100, line.1, line.2 * 3_600_000, line.3])
    }
    // 12.5 % of 100, 40 and 11, half to even: 12, 5 and 1.
    for (team, cost) in [("AI/Speech", -16), ("Robots", 5), ("Vision", 11)] {
      try store.write(
        """
        INSERT INTO posting(month, day, pool_id, kind, team, state, host_id, gpu_id, workload_id,
          cost_micros, currency, policy)
        VALUES ('2026-11', '2026-11-03', 1, 'borrowed', ?, 1, 0, 0, 0, ?, 'KRW', 'owner 12.5 %')
        """, [team, cost])
    }
    func lines(_ team: String?) throws -> [Substring] {
      try runner.report(ReportRequest(name: "borrowed", period: period, team: team))
        .rendered(.csv).split(separator: "\n").dropFirst().map { $0.dropLast(4) }
    }
    let all: [Substring] = [
      "AI/Speech,Vision,pangyo,train,2.000000,0.000100,0.000012,0.000088",
      "AI/Speech,Robots,pangyo,train,3.000000,0.000040,0.000005,0.000035",
      "Vision,AI/Speech,pangyo,train,1.000000,0.000011,0.000001,0.000010",
    ]
    #expect(try lines(nil) == all)
    #expect(try lines("AI") == all)
    #expect(try lines("Robots") == [all[1]])
  }

  @Test func `a team that isn't there is told its neighbour, whatever the level`() throws {
    let report = try runner.report(
      ReportRequest(name: "chargeback", period: period, team: "AI/Perceptoin"))
    #expect(report.notices.first?.contains("did you mean 'AI/Perception'?") == true)
    let inner = try runner.report(ReportRequest(name: "chargeback", period: period, team: "AIY"))
    #expect(inner.notices.first?.contains("(known: AI, AI%, AI-lab, AI/Perception") == true)
  }
}
