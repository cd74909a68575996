import Quantities
import Testing

@Suite struct PeriodTests {
  private static let seoul = Result { try BillingCalendar(zone: "Asia/Seoul") }

  /// 2026-11-01 in Seoul, still October in UTC.
  private static let now = UTCInstant("2026-10-31T16:00Z")

  @Test(arguments: [
    ("2026-11", "2026-11", "2026-10-31T15:00:00Z/2026-11-30T15:00:00Z"),
    ("2026-11-23", "2026-11-23", "2026-11-22T15:00:00Z/2026-11-23T15:00:00Z"),
    ("yesterday", "2026-10-31", "2026-10-30T15:00:00Z/2026-10-31T15:00:00Z"),
    ("last-month", "2026-10", "2026-09-30T15:00:00Z/2026-10-31T15:00:00Z"),
    (
      "2026-11-01T00:00Z/2026-11-08T00:00Z", "2026-11-01T00:00:00Z/2026-11-08T00:00:00Z",
      "2026-11-01T00:00:00Z/2026-11-08T00:00:00Z"
    ),
    (
      "2026-11-01T00:00+09:00/2026-11-01T00:30:15.5+09:00",
      "2026-10-31T15:00:00Z/2026-10-31T15:30:15.500Z",
      "2026-10-31T15:00:00Z/2026-10-31T15:30:15.500Z"
    ),
  ])
  func `a period is read in the billing zone`(text: String, label: String, range: String) throws {
    let now = try #require(Self.now)
    let period = try Period.parse(text, calendar: Self.seoul.get(), now: now)
    #expect(period.label == label)
    #expect(period.description == label)
    #expect(period.range.description == range)
  }

  @Test func `a period knows how it was given`() throws {
    let now = try #require(Self.now)
    let calendar = try Self.seoul.get()
    let month = try #require(BillingMonth("2026-10"))
    let day = try #require(CivilDate("2026-10-31"))
    #expect(try Period.parse("last-month", calendar: calendar, now: now).kind == .month(month))
    #expect(try Period.parse("yesterday", calendar: calendar, now: now).kind == .day(day))
  }

  @Test(arguments: [
    (
      "last-week",
      "found the period 'last-week'; expected a month such as 2026-11, a day such as 2026-11-23, "
        + "yesterday, last-month, or an interval such as 2026-11-01T00:00Z/2026-11-08T00:00Z"
    ),
    (
      "2026-02-29",
      "found the period '2026-02-29'; expected a month such as 2026-11, a day such as 2026-11-23, "
        + "yesterday, last-month, or an interval such as 2026-11-01T00:00Z/2026-11-08T00:00Z"
    ),
    (
      "a/b/c",
      "found the interval 'a/b/c'; expected two instants with a slash between them, such as "
        + "2026-11-01T00:00Z/2026-11-08T00:00Z"
    ),
    (
      "2026-11-01T00:00Z/2026-11-08",
      "found the instant '2026-11-08'; expected RFC 3339 with Z or an offset, such as "
        + "2026-11-01T00:00Z or 2026-11-01T09:00+09:00"
    ),
    (
      "/2026-11-08T00:00Z",
      "found the instant ''; expected RFC 3339 with Z or an offset, such as "
        + "2026-11-01T00:00Z or 2026-11-01T09:00+09:00"
    ),
    (
      "2026-11-01T09:00+09:00/2026-11-01T00:00Z",
      "found an interval from 2026-11-01T00:00:00Z to 2026-11-01T00:00:00Z; "
        + "expected an end after the start"
    ),
  ])
  func `a text that names no period is told with what is expected`(
    text: String, told: String
  ) throws {
    let now = try #require(Self.now)
    let calendar = try Self.seoul.get()
    let error = #expect(throws: PeriodError.self) {
      try Period.parse(text, calendar: calendar, now: now)
    }
    #expect(error?.description == told)
  }

  @Test(arguments: [
    ("2026-11-01T00:00Z/2026-11-01T01:00Z", true), ("2026-11-01T00:30Z/2026-11-01T01:00Z", false),
    ("2026-11-01T00:00Z/2026-11-01T01:00:00.001Z", false),
    ("2026-11-01T00:00+05:30/2026-11-01T01:00+05:30", false),
  ])
  func `a window tells whether it is on hours`(text: String, isOnHours: Bool) throws {
    #expect(try Interval.parse(text).isOnHours == isOnHours)
  }
}
