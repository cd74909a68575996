import Quantities
import Testing

@Suite struct BillingCalendarTests {
  @Test(arguments: [
    ("UTC", "2026-11-23", "2026-11-23T00:00:00Z", 24),
    ("Asia/Seoul", "2026-11-23", "2026-11-22T15:00:00Z", 24),
    ("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", 23),
    ("America/New_York", "2026-03-09", "2026-03-09T04:00:00Z", 24),
    ("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", 25),
    ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", 23),
  ])
  func `a billing day starts and ends with its zone`(
    zone: String, text: String, start: String, hours: Int64
  ) throws {
    let calendar = try BillingCalendar(zone: zone)
    let day = try #require(CivilDate(text))
    let range = calendar.range(of: day)
    #expect(range.start.description == start)
    #expect(range.milliseconds == hours * UTCInstant.millisecondsPerHour)
    #expect(calendar.day(of: range.start) == day)
    #expect(calendar.day(of: range.end - 1) == day)
    #expect(calendar.day(of: range.start - 1) == day.adding(days: -1))
    #expect(calendar.days(in: range) == [day])
  }

  @Test(
    arguments: [
      ("UTC", "2026-02", 28 * 24), ("Asia/Seoul", "2026-11", 30 * 24),
      ("America/New_York", "2026-03", 31 * 24 - 1), ("America/New_York", "2026-11", 30 * 24 + 1),
    ] as [(String, String, Int64)])
  func `the days of a month fill it`(zone: String, text: String, hours: Int64) throws {
    let calendar = try BillingCalendar(zone: zone)
    let month = try #require(BillingMonth(text))
    let range = calendar.range(of: month)
    #expect(range.milliseconds == hours * UTCInstant.millisecondsPerHour)
    let days = calendar.days(in: range).map { calendar.range(of: $0) }
    #expect(days.reduce(0) { $0 + $1.milliseconds } == range.milliseconds)
    #expect(days.first?.start == range.start && days.last?.end == range.end)
    #expect(days.allSatisfy { $0.start == $0.start.startOfHour })
  }

  @Test func `days in a range are those that have time in it`() throws {
    let calendar = try BillingCalendar(zone: "Asia/Seoul")
    let range = try Interval.parse("2026-11-01T14:59Z/2026-11-02T15:00Z")
    #expect(calendar.days(in: range).map(\.description) == ["2026-11-01", "2026-11-02"])
    #expect(calendar.days(in: TimeRange(range.start, range.start)).isEmpty)
  }

  @Test(arguments: [
    (
      "Asia/Kolkata",
      "the days of time zone 'Asia/Kolkata' don't start on a full UTC hour, which the ledger "
        + "counts in; use UTC or a zone with a whole-hour offset"
    ),
    (
      "Australia/Lord_Howe",
      "the days of time zone 'Australia/Lord_Howe' don't start on a full UTC hour, which the "
        + "ledger counts in; use UTC or a zone with a whole-hour offset"
    ),
    (
      "Mars/Olympus",
      "time zone 'Mars/Olympus' is not in this machine's zone data base; expected a name such as "
        + "Asia/Seoul or UTC"
    ),
  ])
  func `a zone that cannot be billed is refused`(zone: String, told: String) {
    let error = #expect(throws: BillingCalendarError.self) { try BillingCalendar(zone: zone) }
    #expect(error?.description == told)
  }

  @Test(arguments: [
    ("2026-11", "2026-10", "2026-12"), ("2026-01", "2025-12", "2026-02"),
    ("2026-12", "2026-11", "2027-01"), ("2024-02", "2024-01", "2024-03"),
  ])
  func `months follow one another`(text: String, previous: String, next: String) throws {
    let month = try #require(BillingMonth(text))
    #expect(month.description == text)
    #expect(month.previous.description == previous)
    #expect(month.next.description == next)
    #expect(month.previous < month && month < month.next)
    #expect(BillingMonth(containing: month.firstDay.adding(days: 27)) == month)
  }

  @Test(arguments: ["2026-13", "2026-1", "2026", "2026-11-23", "", "november"])
  func `what is no month is refused`(text: String) {
    #expect(BillingMonth(text) == nil)
  }
}
