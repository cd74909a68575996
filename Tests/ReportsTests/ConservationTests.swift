import Quantities
import Reports
import Store
import Testing

/// Two ways to every total: the report's lines and plain SQL over the store.
@Suite struct ConservationTests {
  let store: FakeStore
  let runner: ReportRunner
  let period: ReportPeriod

  init() throws {
    store = try Fleet.store()
    runner = try Fleet.runner(store)
    period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
  }

  private func sum(_ column: String, of report: Report) throws -> Int64 {
    let index = try #require(report.columns.firstIndex { $0.name == column })
    return report.rows.reduce(0) { sum, row in
      if case .integer(let number) = row[index] { sum + number } else { sum }
    }
  }

  @Test(arguments: ["chargeback", "teams"])
  func `the lines sum to all postings`(name: String) throws {
    let report = try runner.report(ReportRequest(name: name, period: period))
    #expect(
      try sum("total_cost", of: report) == store.number("SELECT sum(cost_micros) FROM posting"))
  }

  @Test func `the items of the pools sum to all postings`() throws {
    let report = try runner.report(ReportRequest(name: "costs", period: period))
    #expect(try sum("cost", of: report) == store.number("SELECT sum(cost_micros) FROM posting"))
    let day = try Fleet.period("2026-11-02", "2026-11-02", "2026-11-03")
    let part = try runner.report(ReportRequest(name: "costs", period: day))
    #expect(
      try sum("cost", of: part)
        == store.number("SELECT sum(cost_micros) FROM posting WHERE day = '2026-11-02'"))
  }

  @Test(
    arguments: [
      ["day"], ["hour"], ["team"], ["site"], ["cluster"], ["host"], ["gpu_uuid"], ["gpu_model"],
      ["owner"], ["namespace"], ["workload"], ["user"], ["hour", "gpu_uuid", "workload"],
    ])
  func `states sum to the usage postings, however they are cut`(by: [String]) throws {
    let report = try runner.report(ReportRequest(name: "states", period: period, by: by))
    #expect(
      try sum("cost", of: report)
        == store.number("SELECT sum(cost_micros) FROM posting WHERE kind = 'usage'"))
    #expect(
      try sum("gpu_hours", of: report)
        == store.number("SELECT sum(gpu_ms) FROM posting WHERE kind = 'usage'"))
  }

  @Test func `a posting without hours keeps its cost by hour`() throws {
    try store.write("DELETE FROM state_hour WHERE gpu_id = 21")
    let report = try runner.report(ReportRequest(name: "states", period: period, by: ["hour"]))
    #expect(
      try sum("cost", of: report)
        == store.number("SELECT sum(cost_micros) FROM posting WHERE kind = 'usage'"))
  }

  @Test func `a cost that hours can't share evenly is split without a rest`() throws {
    try store.write("UPDATE posting SET cost_micros = 100 WHERE gpu_id = 0 AND kind = 'usage'")
    let report = try runner.report(ReportRequest(name: "states", period: period, by: ["hour"]))
    #expect(
      try sum("cost", of: report)
        == store.number("SELECT sum(cost_micros) FROM posting WHERE kind = 'usage'"))
  }

  @Test(arguments: [["cluster"], ["day", "team"], ["gpu_uuid", "workload"], ["hour", "host"]])
  func `capacity is all the time there was`(by: [String]) throws {
    let report = try runner.report(ReportRequest(name: "utilization", period: period, by: by))
    #expect(
      try sum("capacity_gpu_hours", of: report)
        == store.number("SELECT sum(gpu_ms) FROM state_hour"))
  }

  @Test func `waste is the idle cost of the chargeback`() throws {
    let waste = try runner.report(ReportRequest(name: "idle-allocations", period: period))
    let owed = try runner.report(ReportRequest(name: "chargeback", period: period))
    #expect(try sum("waste_cost", of: waste) == sum("idle_cost", of: owed))
  }

  @Test(arguments: ["chargeback", "idle-by-day"])
  func `the bounds of idle cost are what was seen idle, and all that nobody saw`(
    name: String
  ) throws {
    let report = try runner.report(ReportRequest(name: name, period: period))
    let (value, reserved) = name == "chargeback" ? ("idle_cost", "") : ("waste_cost", ", 4")
    func cost(_ states: String) throws -> Int64? {
      try store.number(
        "SELECT sum(cost_micros) FROM posting WHERE kind = 'usage' AND state IN (\(states))")
    }
    #expect(try sum(value + "_low", of: report) == cost("2" + reserved))
    #expect(try sum(value + "_high", of: report) == cost("2, 3" + reserved))
    #expect(try sum(value + "_high", of: report) > sum(value, of: report))
  }

  @Test(
    arguments: [
      ("2026-11-01", "2026-12-01"), ("2026-11-01", "2026-11-02"), ("2026-11-02", "2026-11-03"),
      ("2026-10-15", "2026-11-02"), ("2026-11-02", "2027-01-01"), ("2026-01-01", "2027-01-01"),
      ("2026-10-31", "2026-12-02"), ("2026-10-01", "2026-11-01"),
    ])
  func `whole months and the days beside them are the period's postings`(
    first: String, end: String
  ) throws {
    let period = try Fleet.period("p", first, end)
    let within = "FROM posting WHERE day >= '\(first)' AND day < '\(end)'"
    let all = try store.number("SELECT coalesce(sum(cost_micros), 0) \(within)")
    for name in ["chargeback", "teams"] {
      let report = try runner.report(ReportRequest(name: name, period: period))
      #expect(try sum("total_cost", of: report) == all)
    }
    let usage = try store.number(
      "SELECT coalesce(sum(gpu_ms), 0) \(within) AND kind = 'usage'")
    for by in [["team"], ["owner", "day"], ["cluster", "gpu_uuid"]] {
      let states = try runner.report(ReportRequest(name: "states", period: period, by: by))
      #expect(try sum("gpu_hours", of: states) == usage)
      let capacity = try runner.report(ReportRequest(name: "utilization", period: period, by: by))
      #expect(try sum("capacity_gpu_hours", of: capacity) == usage)
    }
  }

  @Test(arguments: [
    ("chargeback", "total_cost"), ("teams", "total_cost"), ("team-tree", "own_cost"),
  ])
  func `a month's total is its postings and the corrections that it bears`(
    name: String, column: String
  ) throws {
    try store.write(
      """
      INSERT INTO correction VALUES ('2026-11', '2026-10', '2026-10-31', 1, 'shared', 'perception',
        NULL, 6, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, -1234567, 'KRW')
      """)
    for (first, end) in [("2026-11-01", "2026-12-01"), ("2026-01-01", "2027-01-01")] {
      let period = try Fleet.period("p", first, end)
      let report = try runner.report(ReportRequest(name: name, period: period))
      #expect(
        try sum(column, of: report)
          == store.number("SELECT sum(cost_micros) - 1234567 FROM posting"))
    }
  }

  @Test func `the mean activity of a large fleet's year leaves no sum too small`() throws {
    let request = ReportRequest(name: "utilization", period: period, by: ["cluster"])
    func percents() throws -> [[Substring]] {
      try runner.report(request).rendered(.csv).split(separator: "\n").map { line in
        line.split(separator: ",", omittingEmptySubsequences: false).enumerated()
          .filter { $0.offset != 1 }.map(\.element)
      }
    }
    let before = try percents()
    try store.write(
      """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
      INSERT INTO posting_by_month
      SELECT month, line + 1000 * i, pool_id, kind, team, cost_center, state, owner, gpu_ms,
        measured_gpu_ms, activity_ppm_ms, energy_uj, cost_micros, currency, charge_class
      FROM posting_by_month CROSS JOIN n
      """)
    try store.write(
      """
      UPDATE posting_by_month SET measured_gpu_ms = measured_gpu_ms * 10000,
        activity_ppm_ms = activity_ppm_ms * 10000
      """)
    let sums = try store.number("SELECT sum(activity_ppm_ms / 1000000) FROM posting_by_month")
    #expect(try #require(sums) > Int64.max / 1_000_000)
    #expect(try percents() == before)
  }
}
