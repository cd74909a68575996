import Quantities
import Testing

@Suite struct TimeTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (1_795_406_706_250, "2026-11-23T04:05:06.250Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
      (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
      (-62_135_596_800_000, "0001-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.001Z"),
    ] as [(Int64, String)])
  func `an instant is written and read as RFC 3339`(milliseconds: Int64, text: String) {
    let instant = UTCInstant(milliseconds: milliseconds)
    #expect(instant.description == text)
    #expect(UTCInstant(text) == instant)
  }

  @Test(arguments: [
    ("2026-11-23T04:05Z", "2026-11-23T04:05:00Z"),
    ("2026-11-23t04:05:06z", "2026-11-23T04:05:06Z"),
    ("2026-11-23T04:05:06.1Z", "2026-11-23T04:05:06.100Z"),
    ("2026-11-23T04:05:06.999999999Z", "2026-11-23T04:05:06.999Z"),
    ("2026-11-23T04:05+09:00", "2026-11-22T19:05:00Z"),
    ("2026-11-23T20:30:00-04:30", "2026-11-24T01:00:00Z"),
    ("2026-11-23T00:00-00:00", "2026-11-23T00:00:00Z"),
  ])
  func `seconds may be left out and offsets given`(text: String, inUTC: String) {
    #expect(UTCInstant(text)?.description == inUTC)
  }

  @Test(arguments: [
    "", "2026-11-23", "2026-11-23T04:05", "2026-11-23 04:05Z", "2026-02-29T00:00Z",
    "2026-11-23T24:00Z", "2026-11-23T04:60Z", "2026-11-23T04:05:60Z", "2026-11-23T04:05:06.Z",
    "2026-11-23T04:05:06.1234567890Z", "2026-11-23T04:05+0900", "2026-11-23T04:05+09",
    "2026-11-23T04:05Z ", "26-11-23T04:05Z", "2026-11-23T4:05Z", "+026-11-23T04:05Z",
    "2026-11-23T04:05+24:00", "２026-11-23T04:05Z",
  ])
  func `what is no instant is refused`(text: String) {
    #expect(UTCInstant(text) == nil)
  }

  @Test(arguments: [
    ("2026-11-23T04:05:06Z", "2026-11-23T04:00:00Z", "2026-11-23T05:00:00Z"),
    ("2026-11-23T04:00:00Z", "2026-11-23T04:00:00Z", "2026-11-23T04:00:00Z"),
    ("1969-12-31T23:59:59Z", "1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z"),
  ])
  func `an instant lies between two hours`(text: String, start: String, end: String) throws {
    let instant = try #require(UTCInstant(text))
    #expect(instant.startOfHour.description == start)
    #expect(instant.endOfHour.description == end)
    #expect(instant.startOfDay.description == text.prefix(10) + "T00:00:00Z")
  }

  @Test func `ranges share the time that both cover`() {
    let range = { TimeRange(milliseconds: $0) }
    #expect(range(0..<10).intersection(range(5..<20)) == range(5..<10))
    #expect(range(0..<10).intersection(range(10..<20)) == nil)
    #expect(range(0..<10).overlaps(range(9..<10)))
    #expect(!range(0..<10).overlaps(range(10..<20)))
    #expect(range(0..<10).contains(UTCInstant(milliseconds: 0)))
    #expect(!range(0..<10).contains(UTCInstant(milliseconds: 10)))
    #expect(range(3..<3).isEmpty && range(3..<10).milliseconds == 7)
  }

  @Test(arguments: [
    ("2024-02-29", true), ("2026-02-29", false), ("1900-02-29", false), ("2000-02-29", true),
    ("2026-13-01", false), ("2026-00-01", false), ("2026-04-31", false), ("2026-4-01", false),
    ("0000-01-01", false), ("2026-11-23T", false), ("2026-11", false), ("9999-12-31", true),
  ])
  func `only days that the calendar has are dates`(text: String, isDate: Bool) {
    #expect(CivilDate(text)?.description == (isDate ? text : nil))
  }

  @Test(arguments: [
    ("2026-11-23", 0, "2026-11-23"), ("2026-12-31", 1, "2027-01-01"),
    ("2024-02-28", 1, "2024-02-29"), ("2026-03-01", -1, "2026-02-28"),
    ("2026-01-01", -365, "2025-01-01"), ("1970-01-01", 20_780, "2026-11-23"),
  ])
  func `days are added across months and years`(text: String, days: Int, sum: String) throws {
    let date = try #require(CivilDate(text))
    #expect(date.adding(days: days).description == sum)
    #expect((date < date.adding(days: days)) == (days > 0))
  }

  @Test func `a century of days follow one another`() throws {
    var date = try #require(CivilDate("1999-12-31"))
    for _ in 0..<36_525 {
      let next = date.adding(days: 1)
      #expect(date < next && next.startInUTC - date.startInUTC == UTCInstant.millisecondsPerDay)
      #expect(CivilDate(year: next.year, month: next.month, day: next.day) == next)
      date = next
    }
    #expect(date.description == "2099-12-31")
  }
}
