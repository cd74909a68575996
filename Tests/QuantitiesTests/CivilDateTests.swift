import Quantities
import Testing

@Suite struct CivilDateTests {
  @Test(arguments: [
    ("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"),
    ("2024-02-29", 12, "2025-02-28"),
    ("2024-02-29", 48, "2028-02-29"), ("2026-11-30", 1, "2026-12-30"),
    ("2026-11-15", 2, "2027-01-15"),
    ("2026-12-01", 0, "2026-12-01"), ("9998-12-31", 12, "9999-12-31"),
  ])
  func `the same day months later, or that month's last`(
    from: String, months: Int, to: String
  ) throws {
    let day = try #require(CivilDate(from))
    #expect(day.adding(months: months).description == to)
  }

  @Test(
    arguments: [
      (nil, nil, true), ("2026-11-05", nil, true), ("2026-11-06", nil, false),
      (nil, "2026-11-06", true), (nil, "2026-11-05", false), ("2026-11-05", "2026-11-06", true),
      ("2026-11-01", "2026-11-05", false),
    ] as [(String?, String?, Bool)])
  func `a span has its first day and not its end`(first: String?, end: String?, isIn: Bool) throws {
    let day = try #require(CivilDate("2026-11-05"))
    #expect(day.isWithin(first.flatMap { CivilDate($0) }, end.flatMap { CivilDate($0) }) == isIn)
  }

  @Test(
    arguments: [
      (nil, nil, 0), (nil, "2026-11-05", -1), ("2026-11-05", nil, 1),
      ("2026-11-05", "2026-11-05", 0), ("2026-11-06", "2026-11-05", 1),
      ("2026-11-04", "2026-11-05", -1),
    ] as [(String?, String?, Int)])
  func `for ever starts before any day`(left: String?, right: String?, order: Int) {
    let (left, right) = (left.flatMap { CivilDate($0) }, right.flatMap { CivilDate($0) })
    #expect(CivilDate.order(ofStarts: left, right) == order)
  }

  @Test(arguments: [
    ("2026-11-01", "2026-12-01", 30), ("2028-02-01", "2028-03-01", 29),
    ("2025-01-01", "2030-01-01", 1826), ("2026-11-02", "2026-11-01", -1),
  ])
  func `days between two days`(from: String, to: String, count: Int) throws {
    let days = try (#require(CivilDate(from)), #require(CivilDate(to)))
    #expect(days.0.days(until: days.1) == count)
  }

  @Test(arguments: [
    ("1970-01-01", Weekday.thursday), ("1969-12-31", .wednesday), ("2026-11-01", .sunday),
    ("2028-02-29", .tuesday), ("1900-01-01", .monday),
  ])
  func `days of the week`(day: String, weekday: Weekday) throws {
    #expect(try #require(CivilDate(day)).weekday == weekday)
  }

  @Test(arguments: [
    ("Asia/Seoul", "2026-11-01T00:00Z", 9), ("Asia/Seoul", "2026-11-01T15:00Z", 0),
    // Clocks go back from two to one on the first of November.
    ("America/New_York", "2026-11-01T05:00Z", 1), ("America/New_York", "2026-11-01T06:00Z", 1),
    ("America/New_York", "2026-11-01T07:00Z", 2), ("America/New_York", "2026-03-08T07:00Z", 3),
  ])
  func `the hour that a clock shows`(zone: String, instant: String, hour: Int) throws {
    let time = try #require(UTCInstant(instant))
    #expect(try BillingCalendar(zone: zone).hourOfDay(of: time) == hour)
  }

  @Test(
    arguments: [
      (7, 1, 2, 4), (5, 1, 2, 2), (-5, 1, 2, -2), (-7, 1, 2, -4), (0, 9, 4, 0), (10, 3, 4, 8),
      (9, 3, 4, 7), (Int128.max, Int128.max, Int128.max, Int128.max),
      (-Int128.max, 1_000, 2_000, -(Int128.max / 2 + 1)), (Int128.max, 2, 1, nil),
      (1 << 100, 1 << 100, 1 << 90, 1 << 110),
    ] as [(Int128, Int128, Int128, Int128?)])
  func `a product of 256 bits is divided once, half to even`(
    value: Int128, factor: Int128, divisor: Int128, quotient: Int128?
  ) {
    #expect(Rounding.halfEven(value, times: factor, dividedBy: divisor) == quotient)
  }
}
