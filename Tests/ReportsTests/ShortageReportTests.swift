import Quantities
import Reports
import Store
import Testing

/// Who waited while others' GPUs were idle, over ``WaitingFleet``.
@Suite struct ShortageReportTests {
  let store: FakeStore
  let runner: ReportRunner
  let period: ReportPeriod

  init() throws {
    store = try WaitingFleet.store()
    runner = try Fleet.runner(store)
    let start = try BookedFleet.instant("11-02 09")
    period = ReportPeriod(
      label: "morning", range: TimeRange(milliseconds: start..<(start + 4 * 3_600_000)))
  }

  private func report(_ by: [String] = [], team: String? = nil) throws -> Report {
    try runner.report(ReportRequest(name: "shortage", period: period, team: team, by: by))
  }

  @Test func `a report is the file beside it`() throws {
    let lines = try report()
    #expect(lines.notices == [])
    try Place.expect(lines.rendered(.csv), in: "shortage.csv")
  }

  @Test func `a wait for what no model is called is for the cluster's models that were free`()
    throws
  {
    let lines = try report(["hour", "gpu_model", "team"], team: "speech").rendered(.csv)
      .split(separator: "\n").filter { $0.hasPrefix("2026-11-02T03") }
      .map { $0.split(separator: ",").prefix(4).joined(separator: ",") }
    #expect(
      lines == [
        "2026-11-02T03:00:00Z,NVIDIA H100 80GB HBM3,speech,0.250000",
        "2026-11-02T03:00:00Z,NVIDIA L40S,speech,0.750000",
      ])
  }

  @Test(arguments: [
    ["day"], ["team"], ["hour"], ["gpu_model", "site"], ["hour", "gpu_model", "cluster", "team"],
  ])
  func `whatever the lines, waits, what could be served and their cost have one total`(
    by: [String]
  ) throws {
    func totals(_ by: [String]) throws -> [Int64] {
      let report = try report(by)
      return try ["waited_gpu_hours", "servable_gpu_hours"].map { name in
        let column = try #require(report.columns.firstIndex { $0.name == name })
        return report.rows.reduce(0) { sum, row in
          if case .integer(let number) = row[column] { sum + number } else { sum }
        }
      }
    }
    #expect(try totals(by) == totals(["hour", "team"]))
    // 3 h and 1.5 h, 40 min, 15 min, 1 h, 1 h and 5 h.
    #expect(try totals(by)[0] == 12 * 3_600_000 + 25 * 60_000)
  }

  @Test func `without postings hours are told and costs are not`() throws {
    let before = try report(["hour", "team"]).rows.map { Array($0[0...8]) }
    try store.write("DELETE FROM posting")
    let after = try report(["hour", "team"])
    #expect(after.rows.map { Array($0[0...8]) } == before)
    #expect(after.rows.allSatisfy { $0.suffix(3) == [.null, .null, .null] })
  }

  @Test func `the part of a wait inside the period counts`() throws {
    let start = try BookedFleet.instant("11-02 11")
    let hour = ReportPeriod(
      label: "hour", range: TimeRange(milliseconds: start..<(start + 3_600_000)))
    let report = try runner.report(
      ReportRequest(name: "shortage", period: hour, team: "AI", by: ["team"]))
    #expect(report.rows.map { $0[0...1] } == [[.text("AI/vision"), .integer(5_400_000)]])
  }
}
