import Quantities
import Reports
import Store
import Testing

/// The reports on reservations over ``BookedFleet``.
@Suite struct ReservationReportTests {
  let store: FakeStore
  let runner: ReportRunner
  let period: ReportPeriod

  init() throws {
    store = try BookedFleet.store()
    runner = try Fleet.runner(store)
    period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
  }

  @Test(arguments: ["idle-reservations", "hoarding", "booking-times"])
  func `a report is the file beside it`(name: String) throws {
    let report = try runner.report(ReportRequest(name: name, period: period))
    #expect(report.notices == [])
    try Place.expect(report.rendered(.csv), in: name + ".csv")
  }

  @Test func `the columns are those of the contract, in its order`() throws {
    let report = try runner.report(ReportRequest(name: "idle-reservations", period: period))
    #expect(
      report.columns.map(\.name).joined(separator: ",")
        == "reservation_id,source,site,cluster,team,user,hosts,gpu_model,start,end,"
        + "reserved_gpu_hours,allocated_gpu_hours,busy_gpu_hours,idle_gpu_hours,unused_gpu_hours,"
        + "observed_percent,waste_cost,currency")
  }

  @Test func `waste is the reserved part of what idle and unused time cost`() throws {
    let report = try runner.report(ReportRequest(name: "idle-reservations", period: period))
    let waste = try #require(report.columns.firstIndex { $0.name == "waste_cost" })
    let total = report.rows.reduce(Int64(0)) { sum, row in
      if case .integer(let micros) = row[waste] { sum + micros } else { sum }
    }
    let posted = try store.number(
      """
      SELECT sum(cost_micros) FROM posting
      WHERE state IN (2, 4) AND day LIKE '2026-11-%' AND day <> '2026-11-02'
      """)
    // On 2 November ten hours were unused, and four of the six idle ones reserved.
    let unused = try store.number(
      "SELECT sum(cost_micros) FROM posting WHERE state = 4 AND day = '2026-11-02'")
    let idle = try store.number(
      "SELECT sum(cost_micros) FROM posting WHERE state = 2 AND day = '2026-11-02'")
    #expect(total == posted.map { $0 + (unused ?? 0) + 13_000_000_005 })
    #expect(idle == 19_500_000_007)
  }

  @Test func `a day of one team is a part of the file`() throws {
    let day = try Fleet.period("2026-11-02", "2026-11-02", "2026-11-03")
    func ids(_ team: String?) throws -> [Cell] {
      try runner.report(ReportRequest(name: "idle-reservations", period: day, team: team))
        .rows.map { $0[0] }
    }
    #expect(try ids("AI") == [.text("R2")])
    #expect(try ids("robots") == [.text("R3")])
    #expect(try ids(nil) == [.text("R2"), .text("R3")])
  }

  @Test func `waste of days that aren't posted is not known, and said to be`() throws {
    try store.write("DELETE FROM posting WHERE day = '2026-11-09'")
    func waste() throws -> [String: Cell] {
      let report = try runner.report(ReportRequest(name: "idle-reservations", period: period))
      let ids = report.rows.map { row in "\(row[0]) \(row[8])" }
      return Dictionary(uniqueKeysWithValues: zip(ids, report.rows.map { $0[16] }))
    }
    #expect(try waste().values.count { $0 == .null } == 1)
    try store.write("DELETE FROM posting")
    #expect(try waste().values.allSatisfy { $0 == .null })
    let report = try runner.report(ReportRequest(name: "idle-reservations", period: period))
    #expect(
      report.notices == ["period 2026-11 has no postings; run 'gputally post --period 2026-11'"])
  }

  @Test func `weeks in a row of idle bookings end where one was used or not seen`() throws {
    func idle(_ threshold: String) throws -> [[Cell]] {
      let report = try runner.report(
        ReportRequest(
          name: "hoarding", period: period, team: "AI",
          parameters: [("used_below_percent", threshold)]))
      return report.rows.map { Array($0[3...6]) }
    }
    // Six weeks have days of November; of five of them something was reserved.
    #expect(try idle("20") == [[.integer(6), .integer(5), .integer(3), .integer(1)]])
    #expect(try idle("23") == [[.integer(6), .integer(5), .integer(4), .integer(3)]])
    #expect(try idle("0") == [[.integer(6), .integer(5), .integer(0), .integer(0)]])
    #expect(try idle("100") == [[.integer(6), .integer(5), .integer(5), .integer(5)]])
  }

  @Test func `bookings by user and day, counted in minutes of one's own`() throws {
    let report = try runner.report(
      ReportRequest(
        name: "booking-times", period: period, by: ["day", "user"],
        parameters: [("first_minutes", "5")]))
    #expect(
      report.rendered(.csv) == """
        day,user,bookings,first_minutes_bookings,first_minutes_percent,bookers,reserved_gpu_hours,busy_gpu_hours,unused_gpu_hours,used_percent
        2026-11-02,joon,1,0,0.00,1,2.000000,0.000000,0.000000,0.00
        2026-11-02,mina,2,0,0.00,1,8.000000,0.000000,7.000000,0.00
        2026-11-04,joon,1,0,0.00,1,0.000000,0.000000,0.000000,
        2026-11-16,mina,1,0,0.00,1,4.000000,0.000000,0.000000,0.00
        2026-11-29,joon,1,0,0.00,1,4.000000,1.000000,3.000000,25.00

        """)
  }
}
