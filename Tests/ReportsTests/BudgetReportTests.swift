import Quantities
import Reports
import Testing

@testable import Store

/// Budgets as a table: what days cost, what is allowed, and the line that finance sees.
@Suite struct BudgetReportTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// `2026-11-01..10 robots 100`: the days of a month, the team, and what each day cost it.
    let days: [String]
    /// The day of Seoul whose start the ledger reaches, hours added.
    var until = "2026-11-11"
    var untilHours: Int64 = 0
    /// `robots 4000 -- 80,100`: team, amount, first and end month, thresholds.
    let budgets: [String]
    var period = ["2026-11-01", "2026-12-01"]
    var team: String?
    var also: [String] = []
    /// All columns but the currency.
    let lines: [String]
  }

  private static let rising = (1...10).map { "2026-11-\($0 < 10 ? "0" : "")\($0) robots \($0)0" }

  static let cases: [Case] = [
    Case(
      testDescription: "the days left cost what the last ones did",
      days: ["2026-11-01..10 robots 100"],
      budgets: ["robots 4000 - - 80,100"],
      lines: ["robots,2026-11,4000,1000,25.00,,10,20,3000,3000,3000,75.00"]),
    Case(
      testDescription: "the mean, the least and the most of seven days", days: rising,
      budgets: ["robots 600 - - 80,100"],
      lines: ["robots,2026-11,600,550,91.67,80,10,20,1950,1350,2550,325.00"]),
    Case(
      testDescription: "a day that is known in part is spent, and still left",
      days: rising + ["2026-11-11 robots 30"], untilHours: 9, budgets: ["robots 1000 - - 80,100"],
      lines: ["robots,2026-11,1000,580,58.00,,10,20,1950,1350,2550,195.00"]),
    Case(
      testDescription: "a forecast is never less than what is spent",
      days: ["2026-11-01..29 robots 0", "2026-11-30 robots 900"], until: "2026-11-30",
      untilHours: 23, budgets: ["robots 1000 - - 80"],
      lines: ["robots,2026-11,1000,900,90.00,80,29,1,900,900,900,90.00"]),
    Case(
      testDescription: "a month that is over costs what it cost",
      days: ["2026-11-01..30 robots 1"] + rising, until: "2026-12-03",
      budgets: ["robots 580 - - 80,100"],
      lines: ["robots,2026-11,580,580,100.00,100,30,0,580,580,580,100.00"]),
    Case(
      testDescription: "a closed month costs what it cost, whatever days are missing", days: rising,
      budgets: ["robots 600 - - 80,100"],
      also: [
        """
        INSERT INTO closed_month(month, closed_ms, facts_digest, postings_digest, gpu_ms,
          unknown_gpu_ms, cost_micros, currency, version, configuration)
        VALUES ('2026-11', 0, '', '', 0, 0, 0, 'KRW', '', '')
        """
      ], lines: ["robots,2026-11,600,550,91.67,80,10,0,550,550,550,91.67"]),
    Case(
      testDescription: "a team's budget is for the teams below it, not for its namesakes",
      days: [
        "2026-11-01..10 AI 1", "2026-11-01..10 AI/Perception 10",
        "2026-11-01..10 AI/Perception/Lane 100",
        "2026-11-01..10 AIR 1000", "2026-11-01..10 ai 1000", "2026-11-01..10 A_ 1000",
      ], budgets: ["A_ 1 - - 100", "AI 3000 - - 30", "AI/Perception 9 - - "],
      lines: [
        "AI,2026-11,3000,1110,37.00,30,10,20,3330,3330,3330,111.00",
        "AI/Perception,2026-11,9,1100,12222.22,,10,20,3300,3300,3300,36666.67",
        "A_,2026-11,1,10000,1000000.00,100,10,20,30000,30000,30000,3000000.00",
      ]),
    Case(
      testDescription: "one team and those below it",
      days: ["2026-11-01..10 AI/Perception 10", "2026-11-01..10 robots 1"],
      budgets: ["robots 1 - - ", "AI 1000 - - ", "AI/Perception 1000 - - "], team: "AI",
      lines: [
        "AI,2026-11,1000,100,10.00,,10,20,300,300,300,30.00",
        "AI/Perception,2026-11,1000,100,10.00,,10,20,300,300,300,30.00",
      ]),
    Case(
      testDescription: "days without a line of the team cost it nothing",
      days: ["2026-11-01..10 other 5", "2026-11-08 robots 70"], budgets: ["robots 1000 - - 80"],
      lines: ["robots,2026-11,1000,70,7.00,,10,20,270,70,1470,27.00"]),
    Case(
      testDescription: "the first days of a month go on as the one before ended",
      days: ["2026-10-20..31 robots 30", "2026-11-01 robots 100"], until: "2026-11-02",
      budgets: ["robots 1000 - - 80"],
      lines: ["robots,2026-11,1000,100,10.00,,1,29,1260,970,3000,126.00"]),
    Case(
      testDescription: "a month to come has nothing but a forecast", days: rising,
      budgets: ["robots 1000 2026-12 - 80"], period: ["2026-11-01", "2027-01-01"],
      lines: ["robots,2026-12,1000,0,0.00,,0,31,2170,1240,3100,217.00"]),
    Case(
      testDescription: "without a posted day there is no forecast", days: [],
      budgets: ["robots 1000 - - 80"], lines: ["robots,2026-11,1000,0,0.00,,0,30,,,,"]),
    Case(
      testDescription: "days long ago are no pace", days: ["2026-09-01..10 robots 30"],
      budgets: ["robots 1000 - - 80"], lines: ["robots,2026-11,1000,0,0.00,,0,30,,,,"]),
    Case(
      testDescription: "corrections that the month bears are spent, but no pace", days: rising,
      budgets: ["robots 600 - - 80,100"],
      also: [
        correction("2026-11", "robots/arm", 50), correction("2026-11", "AI", 1_000),
        correction("2026-12", "robots", 1_000),
      ], lines: ["robots,2026-11,600,600,100.00,100,10,20,2000,1400,2600,333.33"]),
    Case(
      testDescription: "months before the first and from the end on have no line", days: rising,
      budgets: ["robots 500 2026-10 2026-12 80", "robots 700 2027-01 - 80"],
      period: ["2026-09-15", "2027-01-02"],
      lines: [
        "robots,2026-10,500,0,0.00,,0,0,0,0,0,0.00",
        "robots,2026-11,500,550,110.00,80,10,20,1950,1350,2550,390.00",
        "robots,2027-01,700,0,0.00,,0,31,,,,",
      ]),
    Case(
      testDescription: "a threshold is reached to the micro",
      days: ["2026-11-01..10 robots 0.000008", "2026-11-01..10 AI 0.000007"],
      budgets: ["AI 0.000088 - - 80", "robots 0.0001 - - 80"],
      lines: [
        "AI,2026-11,0.000088,0.000070,79.55,,10,20,0.000210,0.000210,0.000210,238.64",
        "robots,2026-11,0.000100,0.000080,80.00,80,10,20,0.000240,0.000240,0.000240,240.00",
      ]),
    Case(
      testDescription: "another day's month is shown as a whole", days: rising,
      budgets: ["robots 600 - - 80"], period: ["2026-11-23", "2026-11-24"],
      lines: ["robots,2026-11,600,550,91.67,80,10,20,1950,1350,2550,325.00"]),
  ]

  private static func correction(_ month: String, _ team: String, _ units: Int64) -> String {
    """
    INSERT INTO correction(month, charge_month, charge_day, pool_id, kind, team, state, host_id,
      gpu_id, workload_id, cost_micros, currency)
    VALUES ('\(month)', '2026-09', '2026-09-03', 1, 'usage', '\(team)', 1, 0, 0, 0,
      \(units * 1_000_000), 'KRW')
    """
  }

  @Test(arguments: cases)
  func `a budget is held against what the month costs`(row: Case) throws {
    let report = try Self.report(row)
    let lines = report.rendered(.csv).split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).dropLast()
        .map { $0.replacing(/\.000000$/, with: "") }.joined(separator: ",")
    }
    #expect(lines == row.lines)
  }

  @Test func `what was passed is told in a sentence`() throws {
    let row = Case(
      testDescription: "", days: Self.rising + ["2026-11-01..10 AI 1"],
      budgets: ["robots 600 - - 80,100", "AI 5 2026-11 2026-12 100"], lines: [])
    #expect(
      try Self.report(row).passedBudgets == [
        "team 'AI' spent 200.00 % of its budget for 2026-11, past 100 %: 10 of 5 KRW; 30 at the "
          + "month's end if it goes on like this, 30 at least, 30 at most",
        "team 'robots' spent 91.67 % of its budget for 2026-11, past 80 %: 550 of 600 KRW; 1,950 at "
          + "the month's end if it goes on like this, 1,350 at least, 2,550 at most",
      ])
  }

  @Test func `lines of teams within each other are rounded alike`() throws {
    let row = Case(
      testDescription: "", days: ["2026-11-01..10 AI/Perception 10.55"],
      budgets: ["AI 600 - - ", "AI/Perception 600 - - "], lines: [])
    let report = try Self.report(row)
    let lines = report.rendered(.csv, RenderingOptions(isRounded: true)).split(separator: "\n")
    #expect(
      lines.dropFirst() == [
        "AI,2026-11,600,106,17.58,,10,20,316,316,316,52.75,KRW",
        "AI/Perception,2026-11,600,106,17.58,,10,20,316,316,316,52.75,KRW",
      ])
  }

  @Test func `lines of teams within each other have no total`() throws {
    let row = Case(
      testDescription: "", days: Self.rising, budgets: ["robots 600 - - ", "AI 600 - - "], lines: []
    )
    #expect(try !Self.report(row).rendered(.table).contains("\ntotal"))
  }

  private static func report(_ row: Case) throws -> Report {
    let calendar = try Fleet.calendar()
    let store = try FakeStore(calendar: calendar, budgets: row.budgets.map(budget))
    var line = 0
    for text in row.days {
      let words = text.split(separator: " ")
      let micros = try #require(Decimals.parse(words[2], places: 6))
      for day in try days(words[0]) {
        line += 1
        try store.write(
          """
          INSERT INTO posting_by_day(month, day, line, pool_id, kind, team, state, cost_micros,
            currency)
          VALUES (?, ?, ?, 1, 'usage', ?, 1, ?, 'KRW')
          """, [String(day.prefix(7)), day, line, String(words[1]), Int64(micros)])
      }
    }
    let until = try calendar.start(of: #require(CivilDate(row.until)))
    try store.write(
      "INSERT INTO state_hour VALUES (?, 1, 0, 8, 0, 3600000, 0, 0, 0, 0, NULL, 0)",
      [until.milliseconds + (row.untilHours - 1) * 3_600_000])
    for sql in row.also { try store.write(sql, rows: [[]]) }
    let period = try Fleet.period("p", row.period[0], row.period[1])
    return try Fleet.runner(store).report(
      ReportRequest(name: "budgets", period: period, team: row.team))
  }

  private static func days(_ text: Substring) throws -> [String] {
    guard text.contains("..") else { return [String(text)] }
    let first = try #require(Int(text.dropFirst(8).prefix(2)))
    let last = try #require(Int(text.suffix(2)))
    return (first...last).map { "\(text.prefix(8))\($0 < 10 ? "0" : "")\($0)" }
  }

  private static func budget(_ text: String) throws -> BudgetRow {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    let micros = try #require(Decimals.parse(words[1], places: 6))
    return BudgetRow(
      team: String(words[0]), firstMonth: BillingMonth(words[2]), endMonth: BillingMonth(words[3]),
      amountMicros: Int64(micros), currency: "KRW",
      warnPercents: words[4].split(separator: ",").compactMap { Int($0) })
  }
}
