import Quantities
import Testing

@Suite struct CivilClockTests {
  @Test(arguments: [
    ("UTC", "2026-11-23", 9, "2026-11-23T09:00:00Z"),
    ("Asia/Seoul", "2026-11-23", 9, "2026-11-23T00:00:00Z"),
    ("Asia/Kolkata", "2026-11-23", 9, "2026-11-23T03:30:00Z"),
    ("Europe/Berlin", "2026-03-28", 2, "2026-03-28T01:00:00Z"),
    // Left out: the clock shows 03:00 then.
    ("Europe/Berlin", "2026-03-29", 2, "2026-03-29T01:00:00Z"),
    ("Europe/Berlin", "2026-03-29", 3, "2026-03-29T01:00:00Z"),
    ("Europe/Berlin", "2026-10-25", 1, "2026-10-24T23:00:00Z"),
    // Twice: the first.
    ("Europe/Berlin", "2026-10-25", 2, "2026-10-25T00:00:00Z"),
    ("Europe/Berlin", "2026-10-25", 3, "2026-10-25T02:00:00Z"),
    ("America/New_York", "2026-11-01", 1, "2026-11-01T05:00:00Z"),
    ("America/New_York", "2026-03-08", 2, "2026-03-08T07:00:00Z"),
  ])
  func `a clock's time is an instant`(zone: String, day: String, hour: Int64, text: String) throws {
    let clock = try #require(CivilClock(zone: zone))
    let date = try #require(CivilDate(day))
    let instant = clock.instant(date, hour * UTCInstant.millisecondsPerHour)
    #expect(instant.description == text)
    let reading = clock.reading(at: instant)
    #expect(clock.instant(reading.day, reading.milliseconds) == instant)
  }

  @Test func `a zone that isn't known has no clock`() {
    #expect(CivilClock(zone: "Mars/Base") == nil)
  }
}
