import Foundation
import Quantities
import Store
import Testing

@testable import Reports

/// A store that only fails.
private struct BrokenStore: QuerySource {
  struct Failure: Error, CustomStringConvertible { let description: String }
  let message: String

  func query(_ sql: String, parameters: [String: Cell], rowLimit: Int?) throws -> QueryResult {
    throw Failure(description: message)
  }
}

@Suite struct ReportRunnerTests {
  let runner: ReportRunner
  let period: ReportPeriod

  init() throws {
    runner = try Fleet.runner(Fleet.store())
    period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
  }

  private func message(_ body: () throws -> Report) -> String {
    do {
      return try "no error but \(body().rows.count) rows"
    } catch {
      return "\(error)"
    }
  }

  @Test func `a period that is not posted says what to run`() throws {
    let june = try Fleet.period("2026-06", "2026-06-01", "2026-07-01")
    for name in ["chargeback", "states", "utilization", "idle-allocations"] {
      let report = try runner.report(ReportRequest(name: name, period: june))
      #expect(
        report.notices == [
          "period 2026-06 has no postings; run 'gputally post --period 2026-06'"
        ])
    }
  }

  @Test func `a team that has no postings is told its neighbour's name`() throws {
    let report = try runner.report(
      ReportRequest(name: "chargeback", period: period, team: "percption"))
    #expect(
      report.notices == [
        "period 2026-11 has no postings of team 'percption'; did you mean 'perception'? (known: "
          + "out-of-service, perception, platform, unallocated, unassigned, unknown, 로봇)"
      ])
  }

  @Test(arguments: [
    ("2026-11-01", "2026-12-01", "2026-11", "2026-12"),
    ("2026-11-02", "2026-12-01", "2026-12", "2026-12"),
    ("2026-11-01", "2026-11-30", "2026-11", "2026-11"),
    ("2026-11-15", "2027-02-10", "2026-12", "2027-02"),
    ("2026-11-15", "2026-11-16", "2026-12", "2026-12"),
  ])
  func `a query is told which months are whole`(
    first: String, end: String, firstMonth: String, endMonth: String
  ) throws {
    let report = try runner.query(
      QueryRequest(
        .sql("SELECT :first_month AS a, :end_month AS b"),
        period: try Fleet.period("some days", first, end)))
    #expect(report.rows == [[.text(firstMonth), .text(endMonth)]])
  }

  @Test func `a report refuses what it doesn't have`() {
    #expect(
      message { try runner.report(ReportRequest(name: "chargebak", period: period)) }
        == "there is no query 'chargebak'; did you mean 'chargeback'? (known: "
        + "accounting, bills, booking-times, borrowed, breakeven, budgets, chargeback, corrections, "
        + "costs, drilldown, failure-waste, focus, gaps, granularity, hoarding, "
        + "idle-allocations, idle-by-day, idle-reservations, journal, rejections, "
        + "shortage, sites, states, storage, team-tree, teams, unassigned, utilization)"
    )
    #expect(
      message { try runner.report(ReportRequest(name: "states", period: period, by: ["temas"])) }
        == "'states' has no dimension 'temas'; did you mean 'team'? (known: day, hour, team, site, "
        + "cluster, host, gpu_uuid, gpu_model, owner, namespace, workload, user)")
    #expect(
      message {
        try runner.report(ReportRequest(name: "states", period: period, by: ["day", "day"]))
      } == "--by names 'day' twice; 'states' takes each dimension once")
    #expect(
      message { try runner.report(ReportRequest(name: "teams", period: period, by: ["day"])) }
        == "'teams' has no dimensions to choose from; leave --by out")
    #expect(
      message { try runner.report(ReportRequest(name: "gaps", period: period, team: "a")) }
        == "'gaps' can't be limited to a team; leave --team out")
    #expect(
      message { try runner.report(ReportRequest(name: "gaps", period: period, minStretch: 1)) }
        == "'gaps' has no idle stretches; leave --min-stretch out")
    #expect(
      message {
        try runner.report(
          ReportRequest(name: "idle-allocations", period: period, minStretch: 299_000))
      } == "--min-stretch is 4m59s, expected at least 5m: the store keeps no shorter idle stretches"
    )
  }

  @Test func `money by day can't be cut within a day`() throws {
    let start = period.range.start
    let cut = ReportPeriod(label: "cut", range: TimeRange(start, start + 3_600_000))
    #expect(
      message { try runner.report(ReportRequest(name: "chargeback", period: cut)) }
        == "period 'cut' cuts a billing day of Asia/Seoul, and 'chargeback' is kept by day; ask "
        + "for whole days such as 2026-11-23")
    #expect(
      message { try runner.report(ReportRequest(name: "states", period: cut)) }
        == "period 'cut' cuts a billing day of Asia/Seoul, and 'states' is kept by day; ask for "
        + "whole days such as 2026-11-23, or for '--by hour'")
    let half = ReportPeriod(label: "half", range: TimeRange(start, start + 1_800_000))
    #expect(
      message { try runner.report(ReportRequest(name: "states", period: half, by: ["hour"])) }
        == "period 'half' cuts an hour, and 'states' is kept by UTC hour; ask for whole hours")
  }

  @Test func `own SQL takes parameters, the period's among them`() throws {
    let request = QueryRequest(
      .sql("SELECT :a AS a, :b AS b, :c AS c, :first_day AS d, typeof(:a) AS t"), period: period,
      parameters: ["a=5", "b=x=y", "c=007"])
    #expect(
      try runner.query(request).rendered(.csv) == "a,b,c,d,t\n5,x=y,007,2026-11-01,integer\n")
  }

  @Test func `a query is cut at its limit and says so`() throws {
    let report = try runner.query(
      QueryRequest(.sql("SELECT team FROM posting"), period: period, rowLimit: 2))
    #expect(report.rows.count == 2)
    #expect(report.notices == ["cut after 2 rows, there are more; raise --limit to see them"])
  }

  @Test func `a named query takes typed parameters and dimensions`() throws {
    let report = try runner.query(
      QueryRequest(
        .nameOrFile("states"), period: period, by: ["cluster"], parameters: ["team=unassigned"]))
    #expect(
      report.rendered(.csv) == """
        cluster,state,gpu_hours,cost,currency
        lab,busy,23.983333,23995.325000,KRW
        lab,allocated_unknown,0.016667,16.675000,KRW

        """)
  }

  @Test func `a query refuses wrong parameters`() {
    func query(_ name: String, _ parameters: [String], limit: Int = 1) -> String {
      message {
        try runner.query(
          QueryRequest(.nameOrFile(name), period: period, parameters: parameters, rowLimit: limit))
      }
    }
    #expect(query("states", ["team"]) == "--param 'team' is not of the form name=value")
    #expect(
      query("teams", ["firstday=x"])
        == "the query has no parameter 'firstday'; did you mean 'first_day'? (known: first_day, "
        + "end_day, first_month, end_month)")
    #expect(
      query("idle-allocations", ["min_stretch_ms=30m"])
        == "parameter 'min_stretch_ms' is '30m', expected integer number")
    #expect(
      query("idle-allocations", ["min_stretch_ms=1"])
        == "--min-stretch is 0s, expected at least 5m: the store keeps no shorter idle stretches")
    #expect(query("teams", [], limit: 0) == "--limit is 0, expected at least 1")
    #expect(
      message { try runner.query(QueryRequest(.sql("SELECT :x"), period: period)) }
        == "the query's parameter 'x' has no value; add --param x=VALUE")
    #expect(
      message { try runner.query(QueryRequest(.sql("SELECT 1"), period: period, by: ["day"])) }
        == "'query' has no dimensions to choose from; leave --by out")
  }

  @Test func `a file may be a query file or plain SQL`() throws {
    let folder = try Place.folder()
    let head = "-- title: T\n-- question: ?\n-- column n: hours\n"
    func run(_ text: String) throws -> Report {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/a.sql"))
      return try runner.query(QueryRequest(.nameOrFile(folder + "/a.sql"), period: period))
    }
    #expect(try run("SELECT 3600000 AS n").rendered(.csv) == "n\n3600000\n")
    #expect(try run(head + "SELECT 3600000 AS n").rendered(.csv) == "n\n1.000000\n")
    #expect(
      message { try run(head + "SELECT 1 AS m") }
        == "\(folder)/a.sql: the SQL gives the columns m, but the head declares n")
    #expect(
      message { try run(head + "SELECT 1.5 AS n") }
        == "\(folder)/a.sql: column 'n' of row 1 is the real number 1.5, expected whole "
        + "milliseconds"
    )
    #expect(
      message {
        try runner.query(QueryRequest(.nameOrFile(folder + "/none.sql"), period: period))
      } == "\(folder)/none.sql: can't be read; see that it exists and is yours to read")
    try Data([0xFF, 0xFE]).write(to: URL(fileURLWithPath: folder + "/b.sql"))
    #expect(
      message { try runner.query(QueryRequest(.nameOrFile(folder + "/b.sql"), period: period)) }
        == "\(folder)/b.sql: is not UTF-8 text; save it as UTF-8")
  }

  @Test func `a sum too large for SQLite is a sentence`() throws {
    let store = try Fleet.store()
    try store.write(
      "UPDATE posting_by_month SET cost_micros = 9223372036854775807 WHERE kind = 'usage'")
    let text = message {
      try Fleet.runner(store).report(ReportRequest(name: "chargeback", period: period))
    }
    #expect(
      text == "a sum in 'chargeback' is larger than the 64 bits that SQLite counts in; ask for a "
        + "shorter period or for more dimensions")
  }

  @Test func `what the store throws stays as it is`() throws {
    let runner = try ReportRunner(
      catalog: QueryCatalog(folders: [Place.root + "/queries"]),
      source: BrokenStore(message: "disk is gone"), calendar: Fleet.calendar(),
      currency: #require(Currency("KRW")))
    #expect(
      message { try runner.report(ReportRequest(name: "teams", period: period)) } == "disk is gone")
    let nowhere = try ReportRunner(
      catalog: QueryCatalog(folders: ["/a", "/b"]), source: BrokenStore(message: ""),
      calendar: Fleet.calendar(), currency: #require(Currency("KRW")))
    #expect(
      message { try nowhere.report(ReportRequest(name: "teams", period: period)) }
        == "no query file found; looked in /a, /b; set GPUTALLY_HOME to the folder that holds "
        + "queries/")
  }

  @Test(
    arguments: [
      ("30m", 1_800_000), ("1h30m", 5_400_000), ("2d", 172_800_000), ("90s", 90_000), ("0s", 0),
    ] as [(String, Int64)])
  func `a length of time is read`(text: String, milliseconds: Int64) throws {
    #expect(try DurationText.milliseconds(text) == milliseconds)
  }

  @Test(arguments: ["", "30", "m", "30m1h", "1h1h", "-5m", "1.5h", "9999999999s", "30 m"])
  func `what is no length of time is refused`(text: String) {
    let error = #expect(throws: ReportError.self) { try DurationText.milliseconds(text) }
    #expect(
      error?.description
        == "'\(text)' is not a length of time; expected one such as 30m, 2h or 1h30m")
  }
}
