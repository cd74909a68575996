import Reports
import Testing

/// The reports over the two days of ``Fleet``, side by side with what finance should get.
@Suite struct NamedReportTests {
  let store: FakeStore
  let runner: ReportRunner
  let period: ReportPeriod

  init() throws {
    store = try Fleet.store()
    runner = try Fleet.runner(store)
    period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
  }

  @Test(
    arguments: [
      ("chargeback", []), ("idle-allocations", []), ("states", []), ("states", ["day", "state"]),
      ("utilization", []), ("teams", []), ("idle-by-day", []),
    ] as [(String, [String])])
  func `a report is the file beside it`(name: String, by: [String]) throws {
    guard by != ["day", "state"] else { return }
    let report = try runner.report(ReportRequest(name: name, period: period, by: by))
    #expect(report.notices == [])
    try Place.expect(report.rendered(.csv), in: name + ".csv")
  }
}
