import Ledger
import Quantities
import Testing

@Suite struct CostScheduleTests {
  private static func picos(_ text: String) throws -> Int128 {
    try #require(Decimals.parse(text, places: 12))
  }

  private static func text(_ picos: Int128) -> String {
    Decimals.text(picos, places: 12, trimmed: true)
  }

  private static func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

  private static func line(
    _ price: String, residual: String = "0", from: String, months: Int
  ) throws -> StraightLine {
    StraightLine(
      price: try picos(price), residual: try picos(residual), inService: try day(from),
      usefulLifeMonths: months)
  }

  @Test(arguments: [
    // price, residual, in service, months, days, day, what is lost that day
    ("366", "0", "2024-01-01", 12, 366, "2024-01-01", "1"),
    ("366", "0", "2024-01-01", 12, 366, "2024-02-29", "1"),
    ("366", "0", "2024-01-01", 12, 366, "2024-12-31", "1"),
    ("366", "0", "2024-01-01", 12, 366, "2025-01-01", "0"),
    ("366", "0", "2024-01-01", 12, 366, "2023-12-31", "0"),
    ("365", "0", "2025-01-01", 12, 365, "2025-06-01", "1"),
    ("28", "0", "2025-01-31", 1, 28, "2025-02-27", "1"),
    ("28", "0", "2025-01-31", 1, 28, "2025-02-28", "0"),
    ("1826", "0", "2024-02-29", 60, 1826, "2029-02-27", "1"),
    ("1826", "0", "2024-02-29", 60, 1826, "2029-02-28", "0"),
    ("2192", "366", "2025-01-01", 60, 1826, "2028-02-29", "1"),
    ("5", "5", "2025-01-01", 60, 1826, "2025-01-01", "0"),
    // 3,600,000,000 over 1,826 days: 1971522.453450164293... a day.
    ("4000000000", "400000000", "2025-01-01", 60, 1826, "2025-01-01", "1971522.453450164294"),
    ("4000000000", "400000000", "2025-01-01", 60, 1826, "2025-01-02", "1971522.453450164293"),
  ])
  func `hardware loses the same each day of its useful life`(
    price: String, residual: String, from: String, months: Int, days: Int, on: String, lost: String
  ) throws {
    let line = try Self.line(price, residual: residual, from: from, months: months)
    #expect(line.days == days)
    #expect(Self.text(line.picos(on: try Self.day(on))) == lost)
  }

  @Test(arguments: [
    ("4000000000", "400000000", "2025-01-01", 60), ("1", "0", "2024-02-29", 36),
    ("0.000000000007", "0", "2026-05-31", 1),
    ("999999999999999.999999999999", "0.1", "2023-11-30", 121),
  ])
  func `all days together lose the price less the residual`(
    price: String, residual: String, from: String, months: Int
  ) throws {
    let line = try Self.line(price, residual: residual, from: from, months: months)
    let first = try Self.day(from)
    let sum = (-40..<(line.days + 40)).reduce(Int128(0)) {
      $0 + line.picos(on: first.adding(days: $1))
    }
    let expected = try Self.picos(price) - Self.picos(residual)
    #expect(sum == expected)
  }

  private static let newYork = try? BillingCalendar(zone: "America/New_York")

  private static func recurring(
    _ amount: String, _ span: RecurringCost.Span, counts: [RecurringCost.Count],
    from: String? = nil, to: String? = nil
  ) throws -> PlannedCost {
    PlannedCost(
      name: "c", kind: .hosting, currency: try #require(Book.won),
      schedule: .recurring(
        RecurringCost(
          amount: try picos(amount), span: span, unit: "host", counts: counts,
          from: from.flatMap { CivilDate($0) }, to: to.flatMap { CivilDate($0) })))
  }

  @Test(arguments: [
    ("30000000", RecurringCost.Span.month, 1, "2026-11-13", "1000000"),
    ("28", .month, 3, "2026-02-01", "3"), ("29", .month, 1, "2028-02-29", "1"),
    ("31", .month, 2, "2026-12-31", "2"),
    // A twelfth of 2000 is 166.666666666667 or, as November's, ...666; a thirtieth of that is
    // 5.5555555555555333, and two are 11.1111111111110667.
    ("2000", .year, 40, "2026-11-01", "222.22222222224"),
    ("2000", .year, 1, "2026-11-02", "5.555555555555"),
    ("3600", .year, 1, "2026-11-30", "10"), ("3600", .year, 0, "2026-11-30", "0"),
    // Clocks go back on the first of November, forward on the eighth of March.
    ("2", .hour, 8, "2026-11-01", "400"), ("2", .hour, 8, "2026-11-02", "384"),
    ("2", .hour, 8, "2026-03-08", "368"),
  ])
  func `what recurs costs its share of the day`(
    amount: String, span: RecurringCost.Span, count: Int, on: String, cost: String
  ) throws {
    let calendar = try #require(Self.newYork)
    let planned = try Self.recurring(amount, span, counts: [RecurringCost.Count(number: count)])
    let day = try Self.day(on)
    let picos = planned.picos(on: day, milliseconds: calendar.range(of: day).milliseconds)
    #expect(Self.text(picos) == cost)
  }

  @Test(arguments: [RecurringCost.Span.month, .year], ["0.000000000001", "100", "1234567.89"])
  func `a year's days sum to its amounts`(span: RecurringCost.Span, amount: String) throws {
    let planned = try Self.recurring(amount, span, counts: [RecurringCost.Count(number: 7)])
    for year in [2026, 2028] {
      let first = try Self.day("\(year)-01-01")
      let sum = (0..<first.days(until: first.adding(months: 12))).reduce(Int128(0)) {
        $0 + planned.picos(on: first.adding(days: $1), milliseconds: 86_400_000)
      }
      #expect(sum == 7 * (try Self.picos(amount)) * (span == .month ? 12 : 1))
    }
  }

  @Test func `days outside a span cost nothing, and hosts count while they are there`() throws {
    let counts = try [
      RecurringCost.Count(to: Self.day("2026-11-03"), number: 5),
      RecurringCost.Count(from: Self.day("2026-11-02"), number: 10),
    ]
    let planned = try Self.recurring(
      "30", .month, counts: counts, from: "2026-11-01", to: "2026-11-04")
    let first = try Self.day("2026-10-31")
    let costs = (0..<5).map {
      Self.text(planned.picos(on: first.adding(days: $0), milliseconds: 86_400_000))
    }
    #expect(costs == ["0", "5", "15", "10", "0"])
  }
}
