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
      "chargeback", "idle-allocations", "states", "utilization", "teams", "idle-by-day", "costs",
    ])
  func `a report is the file beside it`(name: String) throws {
    let report = try runner.report(ReportRequest(name: name, period: period))
    #expect(report.notices == [])
    try Place.expect(report.rendered(.csv), in: name + ".csv")
  }

  @Test func `the columns are those of the contract, in its order`() throws {
    let contract = [
      "chargeback":
        "period,team,cost_center,site,provider,cluster,resource,gpu_model,allocated_gpu_hours,"
        + "busy_gpu_hours,idle_gpu_hours,unknown_gpu_hours,reserved_unused_gpu_hours,"
        + "observed_percent,energy_kwh,direct_cost,idle_cost,reserved_unused_cost,shared_cost,"
        + "total_cost,currency,charge_class,idle_cost_low,idle_cost_high",
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
          + "51499.999999,KRW,,0.000000,0.000000"
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
