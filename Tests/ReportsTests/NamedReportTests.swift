import Quantities
import Reports
import Store
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
      "chargeback", "idle-allocations", "states", "utilization", "teams", "idle-by-day",
      "team-tree", "unassigned", "costs",
    ])
  func `a report is the file beside it`(name: String) throws {
    let report = try runner.report(ReportRequest(name: name, period: period))
    #expect(report.notices == [])
    try Place.expect(report.rendered(.csv), in: name + ".csv")
  }

  /// October is closed: of it perception was charged two hours too many and the robots one too few.
  private func writeCorrections() throws {
    let usage = [
      "'2026-10-30', 'usage', 'perception', 'CC-100', 2, 21, 11, -7200000, -720000000, -6500000000",
      "'2026-10-30', 'usage', '로봇', 'CC-200', 1, 21, 12, 3600000, 360000000, 3250000000",
      "'2026-10-31', 'usage', 'unallocated', NULL, 6, 22, 0, 3600000, NULL, 3250000000",
      "'2026-10-31', 'shared', 'unallocated', NULL, 6, 0, 0, NULL, NULL, -3250000000",
      "'2026-10-31', 'shared', '로봇', 'CC-200', 6, 0, 0, NULL, NULL, 3250000000",
    ]
    for values in usage {
      try store.write(
        """
        INSERT INTO correction(charge_day, kind, team, cost_center, state, gpu_id, workload_id,
          gpu_ms, energy_uj, cost_micros, month, charge_month, pool_id, host_id, currency, line)
        VALUES (\(values), '2026-11', '2026-10', 1, 1, 'KRW', 0)
        """)
    }
  }

  @Test func `corrections are lines of their own in the month that bears them`() throws {
    let before = try runner.report(ReportRequest(name: "chargeback", period: period))
      .rendered(.csv).split(separator: "\n")
    try writeCorrections()
    let after = try runner.report(ReportRequest(name: "chargeback", period: period))
      .rendered(.csv).split(separator: "\n")
    let corrections = [
      """
      2026-11,perception,CC-100,pangyo,on-prem,train,gpu,NVIDIA H100 80GB HBM3,-2.000000,0.000000,\
      -2.000000,0.000000,0.000000,,-0.000200,0.000000,-6500.000000,0.000000,0.000000,-6500.000000,\
      KRW,Correction,-6500.000000,-6500.000000,2026-10
      """,
      """
      2026-11,로봇,CC-200,pangyo,on-prem,train,gpu,NVIDIA H100 80GB HBM3,1.000000,1.000000,0.000000,\
      0.000000,0.000000,,0.000100,3250.000000,0.000000,0.000000,3250.000000,6500.000000,\
      KRW,Correction,0.000000,0.000000,2026-10
      """,
    ]
    let new = after.filter { !before.contains($0) }.map(String.init)
    #expect(new == corrections)
    #expect(before.allSatisfy { after.contains($0) })
  }

  @Test func `corrections are listed by what is asked for, and leave other reports alone`() throws {
    let others = ["states", "utilization", "idle-by-day", "idle-allocations"]
    func texts() throws -> [String] {
      try others.map {
        try runner.report(ReportRequest(name: $0, period: period)).rendered(.csv)
      }
    }
    let before = try texts()
    try writeCorrections()
    #expect(try texts() == before)
    let report = try runner.report(ReportRequest(name: "corrections", period: period))
    #expect(
      report.rendered(.csv) == """
        month,charge_month,team,site,cluster,gpu_model,kind,state,gpu_hours,cost,currency
        2026-11,2026-10,perception,pangyo,train,NVIDIA H100 80GB HBM3,usage,idle,-2.000000,-6500.000000,KRW
        2026-11,2026-10,unallocated,pangyo,train,NVIDIA H100 80GB HBM3,shared,unallocated,,-3250.000000,KRW
        2026-11,2026-10,unallocated,pangyo,train,NVIDIA H100 80GB HBM3,usage,unallocated,1.000000,3250.000000,KRW
        2026-11,2026-10,로봇,pangyo,train,NVIDIA H100 80GB HBM3,shared,unallocated,,3250.000000,KRW
        2026-11,2026-10,로봇,pangyo,train,NVIDIA H100 80GB HBM3,usage,busy,1.000000,3250.000000,KRW

        """)
    let byDay = try runner.report(
      ReportRequest(
        name: "corrections", period: period, team: "로봇",
        by: ["charge_day", "host", "gpu_uuid", "workload"]))
    #expect(
      byDay.rendered(.csv) == """
        charge_day,host,gpu_uuid,workload,gpu_hours,cost,currency
        2026-10-30,gpu001,GPU-a,notebook,1.000000,3250.000000,KRW
        2026-10-31,gpu001,,,,3250.000000,KRW

        """)
    let day = try Fleet.period("2026-11-02", "2026-11-02", "2026-11-03")
    for name in ["corrections", "chargeback", "teams"] {
      let report = try runner.report(ReportRequest(name: name, period: day)).rendered(.csv)
      #expect(!report.contains("2026-10"), "\(name)")
    }
    let october = try Fleet.period("2026-10", "2026-10-01", "2026-11-01")
    #expect(
      try runner.report(ReportRequest(name: "corrections", period: october)).rows.isEmpty)
  }

  @Test func `the columns are those of the contract, in its order`() throws {
    let contract = [
      "chargeback":
        "period,team,cost_center,site,provider,cluster,resource,gpu_model,allocated_gpu_hours,"
        + "busy_gpu_hours,idle_gpu_hours,unknown_gpu_hours,reserved_unused_gpu_hours,"
        + "observed_percent,energy_kwh,direct_cost,idle_cost,reserved_unused_cost,shared_cost,"
        + "total_cost,currency,charge_class,idle_cost_low,idle_cost_high,charge_period",
      "idle-allocations":
        "team,site,cluster,namespace,workload,user,host,gpu_uuid,gpu_model,start,end,"
        + "allocated_gpu_hours,idle_gpu_hours,stretch_gpu_hours,longest_idle_hours,last_busy,"
        + "waste_cost,currency,observed_percent,waste_cost_low,waste_cost_high",
      "idle-by-day":
        "day,team,allocated_gpu_hours,idle_gpu_hours,idle_percent,unknown_gpu_hours,"
        + "reserved_unused_gpu_hours,waste_cost,currency,observed_percent,waste_cost_low,"
        + "waste_cost_high",
      "states": "team,state,gpu_hours,cost,currency",
      "utilization":
        "cluster,capacity_gpu_hours,allocated_percent,busy_percent,mean_activity_percent,"
        + "observed_percent",
    ]
    for (name, columns) in contract {
      let report = try runner.report(ReportRequest(name: name, period: period))
      #expect(report.columns.map(\.name).joined(separator: ",") == columns)
    }
  }

  @Test func `one team and one day are a part of the file`() throws {
    let day = try Fleet.period("2026-11-02", "2026-11-02", "2026-11-03")
    let report = try runner.report(ReportRequest(name: "chargeback", period: day, team: "로봇"))
    #expect(
      report.rendered(.csv).split(separator: "\n").dropFirst() == [
        "2026-11-02,로봇,CC-200,pangyo,on-prem,train,gpu,NVIDIA H100 80GB HBM3,0.000000,0.000000,"
          + "0.000000,0.000000,12.000000,100.00,,0.000000,0.000000,39000.000000,12499.999999,"
          + "51499.999999,KRW,,0.000000,0.000000,"
      ])
  }

  @Test func `every dimension of states has its own words for nobody`() throws {
    let by = ["host", "gpu_uuid", "namespace", "workload", "user"]
    let report = try runner.report(ReportRequest(name: "states", period: period, by: by))
    try Place.expect(report.rendered(.csv), in: "states-by-gpu.csv")
  }

  @Test func `states by hour split a day's cost over its hours`() throws {
    let hours = ReportPeriod(
      label: "night",
      range: TimeRange(
        UTCInstant(milliseconds: 1_793_487_600_000),
        UTCInstant(milliseconds: 1_793_487_600_000 + 3 * 3_600_000)))
    #expect(hours.range.start.description == "2026-10-31T23:00:00Z")
    let report = try runner.report(
      ReportRequest(name: "states", period: hours, team: "perception", by: ["hour", "team"]))
    #expect(
      report.rendered(.csv) == """
        hour,team,state,gpu_hours,cost,currency
        2026-10-31T23:00:00Z,perception,busy,0.333333,1083.333333,KRW
        2026-10-31T23:00:00Z,perception,idle,0.666667,2166.666667,KRW
        2026-11-01T00:00:00Z,perception,idle,1.000000,3250.000000,KRW
        2026-11-01T01:00:00Z,perception,idle,1.000000,3250.000000,KRW

        """)
  }

  @Test func `gaps that follow each other for one reason are one line`() throws {
    let range = TimeRange(
      UTCInstant(milliseconds: 0), UTCInstant(milliseconds: 14_400_000))
    let report = try runner.report(
      ReportRequest(name: "gaps", period: ReportPeriod(label: "start", range: range)))
    #expect(
      report.rendered(.csv) == """
        source,start,end,hours,detail
        lab,1970-01-01T01:00:00Z,1970-01-01T02:00:00Z,1,2 of 8 targets
        train,1970-01-01T00:00:00Z,1970-01-01T02:00:00Z,2,no answer
        train,1970-01-01T03:00:00Z,1970-01-01T04:00:00Z,1,no answer

        """)
  }
}
