import Quantities
import Reports
import Store
import Testing

/// What was lost to failures over ``FailedFleet``.
@Suite struct FailureReportTests {
  let runner: ReportRunner
  let period: ReportPeriod

  init() throws {
    runner = try Fleet.runner(FailedFleet.store())
    period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
  }

  private func lines(
    _ by: [String], team: String? = nil, _ parameters: [(String, String)] = []
  ) throws -> [Substring] {
    try runner.report(
      ReportRequest(
        name: "failure-waste", period: period, team: team, by: by,
        parameters: parameters.map { (name: $0.0, text: $0.1) })
    ).rendered(.csv).split(separator: "\n")
  }

  @Test func `each way to end is a cause, and what was completed is asked for`() throws {
    let report = try runner.report(ReportRequest(name: "failure-waste", period: period))
    try Place.expect(report.rendered(.csv), in: "failure-waste.csv")
    let all = try lines(["cause"], [("completed", "1")])
    #expect(all.contains("completed,2,91.000000,6.44,91000.000000,100.00,KRW"))
    #expect(
      all.filter { !$0.hasPrefix("completed") } == report.rendered(.csv).split(separator: "\n"))
  }

  @Test func `the node that failed bears what was lost on all`() throws {
    let nodes = try lines(["node", "cause"]).filter { $0.contains("infrastructure") }
    #expect(
      nodes == [
        // A third of the run from October, and all of the run that n2 took down.
        "n2,infrastructure,2,432.000000,30.58,381334.333334,100.00,KRW",
        "n3,infrastructure,2,392.000000,27.75,333333.333333,97.96,KRW",
        "n1,infrastructure,1,384.000000,27.19,333333.333333,100.00,KRW",
        "k1,infrastructure,1,7.000000,0.50,7000.000000,100.00,KRW",
      ])
  }

  @Test func `an outage that ended before the slack fails nobody`() throws {
    let wide = try lines(["cause"], [("slack_ms", "120000")])
    #expect(wide.contains { $0.hasPrefix("infrastructure,5,1279.000000,") })
    let none = try lines(["cause"], [("slack_ms", "0")])
    #expect(none.contains { $0.hasPrefix("infrastructure,3,1167.000000,") })
  }

  @Test func `teams are those that the run was charged to`() throws {
    #expect(
      try lines(["team", "month"], team: "AI/speech") == [
        "team,month,runs,gpu_hours,share_percent,cost,priced_percent,currency",
        "AI/speech,2026-11,3,14.000000,56.00,14000.000000,100.00,KRW",
      ])
    let accounts = try lines(["account"])
    #expect(accounts.contains { $0.hasPrefix("speech,2,72.000000,") })
  }
}
