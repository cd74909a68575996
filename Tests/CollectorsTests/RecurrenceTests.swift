import Foundation
import Quantities
import Records
import Testing

@testable import Collectors

@Suite struct RecurrenceTests {
  private typealias Texts = BookingTexts

  /// Starts of the events of a text, `11-23T00:00` each.
  private func starts(
    _ text: String, zone: String = "UTC", now: String = "2026-11-25T00:00:00Z"
  ) throws -> [String] {
    let result = try Texts(.ical, zone: zone, now: now).read(text)
    #expect(result.rejections.map(\.description) == [])
    return result.reservations.map(\.range.start).sorted()
      .map { String($0.description.dropFirst(5).dropLast(4)) }
  }

  /// - Source: rules.txt was made by dateutil 2.9.0, with DTSTART as the first occurrence whether
  ///   the rule has it or not (RFC 5545, 3.8.5.3), and a last day that UNTIL names included.
  @Test func `rules have the days that dateutil gives them`() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Calendars/rules.txt")
    let rows = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
    #expect(rows.count == 240)
    for row in rows {
      let parts = row.split(separator: "|").map(String.init)
      // One year before the last day of the table.
      let last = try #require(UTCInstant("2026-12-30T00:00:00Z"))
      var texts = try Texts(.ical, zone: "Asia/Seoul")
      texts.now = last
      let result = try texts.read(
        Texts.event(
          "DURATION:PT1H", "RRULE:" + parts[1], start: "DTSTART:\(parts[0])T090000"))
      let days = result.reservations.map { booking in
        CivilDate(instant: booking.range.start).description.filter { $0 != "-" }
      }
      #expect(result.rejections.isEmpty)
      #expect(days.count == Int(parts[2]), "\(row)")
      #expect(days.prefix(6).joined(separator: " ") == parts[3], "\(row)")
      #expect(days.last == parts[4], "\(row)")
    }
  }

  @Test func `plain and numbered weekdays of one rule add up`() throws {
    let text = Texts.event(
      "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYDAY=1FR,MO;COUNT=6", start: "DTSTART:20261106T000000Z")
    #expect(
      try starts(text) == [
        "11-06T00:00", "11-09T00:00", "11-16T00:00", "11-23T00:00", "11-30T00:00", "12-04T00:00",
      ])
  }

  @Test(arguments: [
    // The clock stays, the offset moves: 09:00 in Berlin.
    ("Europe/Berlin", "20261024T090000", ["10-24T07:00", "10-25T08:00", "10-26T08:00"]),
    // 02:30 comes twice: the first.
    ("Europe/Berlin", "20261024T023000", ["10-24T00:30", "10-25T00:30", "10-26T01:30"]),
    // 02:30 is left out: the offset before.
    ("Europe/Berlin", "20260328T023000", ["03-28T01:30", "03-29T01:30", "03-30T00:30"]),
    ("America/New_York", "20260307T023000", ["03-07T07:30", "03-08T07:30", "03-09T06:30"]),
    ("Australia/Lord_Howe", "20260404T120000", ["04-04T01:00", "04-05T01:30", "04-06T01:30"]),
  ])
  func `a series keeps its time on the clock`(zone: String, start: String, found: [String]) throws {
    let text = Texts.event(
      "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", start: "DTSTART;TZID=\(zone):\(start)")
    #expect(try starts(text) == found)
  }

  @Test func `days without times are as long as their days`() throws {
    let text = Texts.event(
      "RRULE:FREQ=DAILY;COUNT=3", start: "DTSTART;VALUE=DATE:20261024")
    let ranges = try Texts(.ical, zone: "Europe/Berlin").read(text).reservations.map(\.range)
    #expect(ranges.map { $0.milliseconds / 3_600_000 } == [24, 25, 24])
    let exact = Texts.event(
      "DTEND;TZID=Europe/Berlin:20261025T000000", "RRULE:FREQ=DAILY;COUNT=3",
      start: "DTSTART;TZID=Europe/Berlin:20261024T000000")
    let lengths = try Texts(.ical).read(exact).reservations.map(\.range.milliseconds)
    #expect(lengths.map { $0 / 3_600_000 } == [24, 24, 24])
  }

  @Test func `dates are left out and added`() throws {
    let daily = { (more: String) in
      Texts.event(
        "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", more,
        start: "DTSTART;TZID=Asia/Seoul:20261123T090000")
    }
    #expect(
      try starts(daily("EXDATE;TZID=Asia/Seoul:20261123T090000,20261125T090000"))
        == ["11-24T00:00", "11-26T00:00"])
    #expect(
      try starts(daily("EXDATE:20261124T000000Z\r\nEXDATE;VALUE=DATE:20261125"))
        == ["11-23T00:00", "11-26T00:00"])
    let added = try Texts(.ical).lines(
      daily("RDATE;VALUE=PERIOD:20261201T000000Z/PT5M,20261202T000000Z/20261202T001000Z"))
    #expect(
      added.suffix(2) == [
        "e1 gpu01 2026-12-01T00:00:00Z/2026-12-01T00:05:00Z",
        "e1 gpu01 2026-12-02T00:00:00Z/2026-12-02T00:10:00Z",
      ])
    #expect(
      try starts(daily("RDATE:20261130T000000Z,20261123T000000Z"))
        == ["11-23T00:00", "11-24T00:00", "11-25T00:00", "11-26T00:00", "11-30T00:00"])
  }

  @Test func `changed occurrences take the place of theirs, cancelled ones are gone`() throws {
    let text = Texts.calendar(
      ["UID:s", "DTSTART:20261123T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4"],
      [
        "UID:s", "RECURRENCE-ID:20261124T000000Z", "DTSTART:20261124T050000Z", "DURATION:PT2H",
        "SEQUENCE:1", "LOCATION:gpu09",
      ],
      [
        "UID:s", "RECURRENCE-ID:20261124T000000Z", "DTSTART:20261124T070000Z", "DURATION:PT2H",
        "SEQUENCE:0",
      ],
      [
        "UID:s", "RECURRENCE-ID:20261125T000000Z", "DTSTART:20261125T000000Z", "DURATION:PT1H",
        "STATUS:CANCELLED",
      ])
    let result = try Texts(.ical).read(text)
    #expect(
      result.reservations.map(Texts.line).sorted { $0.suffix(20) < $1.suffix(20) } == [
        "s gpu01 2026-11-23T00:00:00Z/2026-11-23T01:00:00Z",
        "s gpu09 2026-11-24T05:00:00Z/2026-11-24T07:00:00Z",
        "s gpu01 2026-11-26T00:00:00Z/2026-11-26T01:00:00Z",
      ])
    #expect(result.cancelledCount == 1 && result.rejections.isEmpty)
  }

  @Test func `a change that can't be read leaves what it changed out`() throws {
    let text = Texts.calendar(
      ["UID:s", "DTSTART:20261123T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2"],
      ["UID:s", "RECURRENCE-ID:20261124T000000Z", "DTSTART:20261124T050000Z"])
    let result = try Texts(.ical).read(text)
    #expect(
      result.reservations.map(Texts.line) == [
        "s gpu01 2026-11-23T00:00:00Z/2026-11-23T01:00:00Z"
      ])
    #expect(result.refusedIDs == ["s"])
  }

  @Test func `a series without an end goes on for a year, and is told`() throws {
    let text = Texts.event("DURATION:PT1H", "RRULE:FREQ=DAILY", start: "DTSTART:20261120T000000Z")
    let result = try Texts(.ical).read(text)
    #expect(result.reservations.last?.range.start == UTCInstant("2027-11-26T00:00:00Z"))
    #expect(result.hasEndlessSeries)
    // The series began before, but the feed may have lost what stood beside it.
    #expect(result.start == UTCInstant("2026-11-25T00:00:00Z"))
    let short = try Texts(.ical).read(Texts.event("DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3"))
    #expect(!short.hasEndlessSeries)
  }

  @Test func `series of more occurrences than there may be are refused, others stay`() throws {
    let daily = (0..<60).map { number in
      ["UID:s\(number)", "DTSTART:20210101T000000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"]
    }
    let events = daily + [["UID:last", "DTSTART:20261123T000000Z", "DURATION:PT1H"]]
    let text =
      "BEGIN:VCALENDAR\n"
      + events.map { event in
        (["BEGIN:VEVENT", "LOCATION:gpu01"] + event + ["END:VEVENT"]).joined(separator: "\n")
      }.joined(separator: "\n") + "\nEND:VCALENDAR\n"
    let result = try Texts(.ical).read(text)
    #expect(result.reservations.count <= 100_001)
    #expect(result.reservations.last?.id == "last")
    #expect(
      result.rejections.first?.description.contains(
        "too many occurrences: found a series of more than is left, expected at most 100000")
        == true)
    #expect(result.refusedIDs.contains("s59") && !result.refusedIDs.contains("s0"))
  }

  @Test(arguments: [
    "BYMONTHDAY=-9223372036854775808", "BYDAY=-9223372036854775808MO", "BYSETPOS=0",
    "BYDAY=" + String(repeating: "MO,", count: 4_000) + "MO",
  ])
  func `a rule whose numbers can't be counted with is refused`(part: String) throws {
    let text = Texts.event("DURATION:PT1H", "RRULE:FREQ=MONTHLY;" + part)
    let result = try Texts(.ical).read(text)
    #expect(result.reservations.isEmpty)
    #expect(result.rejections.map(\.rule) == ["unsupported recurrence"])
  }

  @Test func `series that never come cost no more than a bound`() throws {
    let events = (0..<400).map { number in
      "BEGIN:VEVENT\nUID:s\(number)\nLOCATION:gpu01\nDTSTART:19700102T000000Z\nDURATION:PT1H\n"
        + "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\nEND:VEVENT\n"
    }
    let result = try Texts(.ical).read(
      "BEGIN:VCALENDAR\n" + events.joined() + "END:VCALENDAR\n")
    #expect(!result.rejections.isEmpty)
    #expect(result.reservations.count + result.refusedIDs.count == 400)
  }
}
