import Quantities
import Records
import Testing

@testable import Collectors

@Suite struct BookingCalendarTests {
  private typealias Texts = BookingTexts

  @Test(arguments: [
    (Texts.event("DTEND:20261123T020000Z"), "2026-11-23T00:00:00Z/2026-11-23T02:00:00Z"),
    (Texts.event("DURATION:PT1H30M"), "2026-11-23T00:00:00Z/2026-11-23T01:30:00Z"),
    (Texts.event("DURATION:P1DT1S"), "2026-11-23T00:00:00Z/2026-11-24T00:00:01Z"),
    (Texts.event("DURATION:+P2W"), "2026-11-23T00:00:00Z/2026-12-07T00:00:00Z"),
    (
      Texts.event("DTEND:20261123T100000", start: "DTSTART:20261123T090000"),
      "2026-11-23T00:00:00Z/2026-11-23T01:00:00Z"
    ),
    (
      Texts.event(
        "DTEND;TZID=\"Europe/Berlin\":20261123T100000",
        start: "DTSTART;TZID=Europe/Berlin:20261123T090000"),
      "2026-11-23T08:00:00Z/2026-11-23T09:00:00Z"
    ),
    (
      Texts.event("DURATION:PT1H", start: "DTSTART;TZID=Korea Standard Time:20261123T090000"),
      "2026-11-23T00:00:00Z/2026-11-23T01:00:00Z"
    ),
    (
      Texts.event(
        "DURATION:PT1H", start: "DTSTART;TZID=/a.org/2026_1/Asia/Kolkata:20261123T090000"),
      "2026-11-23T03:30:00Z/2026-11-23T04:30:00Z"
    ),
    (
      Texts.event(start: "DTSTART;VALUE=DATE:20261123"), "2026-11-22T15:00:00Z/2026-11-23T15:00:00Z"
    ),
    (
      Texts.event("DTEND;VALUE=DATE:20261126", start: "DTSTART;VALUE=DATE:20261123"),
      "2026-11-22T15:00:00Z/2026-11-25T15:00:00Z"
    ),
    (Texts.event("DTEND:2026112\r\n 3T02\r\n\t0000Z"), "2026-11-23T00:00:00Z/2026-11-23T02:00:00Z"),
  ])
  func `an event is a booking, whatever its times are written in`(text: String, range: String)
    throws
  {
    let result = try Texts(.ical).read(text)
    #expect(result.rejections.map(\.description) == [])
    #expect(result.reservations.map(Texts.line) == ["e1 gpu01 " + range])
  }

  @Test func `an event tells its resource, who booked it, for whom and when`() throws {
    let text = Texts.calendar([
      "UID:a@x", "DTSTART:20261123T000000Z", "DTEND:20261123T010000Z",
      "LOCATION:gpu[01-02]\\, gpu07", "SUMMARY:lab1",
      "ORGANIZER;CN=\"Kim; Min: A\":mailto:Kim@example.com", "CREATED:20261101T000000Z",
      "CATEGORIES:vision,other", "BEGIN:VALARM", "DTSTART:19700101T000000Z", "END:VALARM",
      "TRANSP:TRANSPARENT",
    ])
    var texts = try Texts(.ical)
    let booking = try #require(try texts.read(text).reservations.first)
    #expect(booking.hosts == ["gpu01", "gpu02", "gpu07"])
    #expect([booking.id, booking.user, booking.team] == ["a@x", "Kim@example.com", "vision"])
    #expect(booking.booked == UTCInstant("2026-11-01T00:00:00Z"))
    texts.settings.resource = .summary
    #expect(try texts.read(text).reservations.first?.hosts == ["lab1"])
    let named = Texts.event("DURATION:PT1H", "ORGANIZER;CN=Kim:invalid:nomail")
    #expect(
      try texts.read(named).rejections.first?.description == """
        b.txt:3: unknown resource: found SUMMARY '', expected \(BookedResource.expectation)
        """)
    texts.settings.resource = .location
    #expect(try texts.read(named).reservations.first?.user == "Kim")
  }

  @Test(arguments: [
    (Texts.calendar(["UID:e1", "DTEND:20261123T000000Z"]), "3: no start: found an event without"),
    (Texts.calendar(["DTSTART:20261123T000000Z"]), "3: no UID: found an event without UID"),
    (Texts.event(), "3: no end: found neither DTEND nor DURATION, expected one of them"),
    (Texts.event("DTEND:20261123T000000Z"), "6: ends before it starts: found '20261123T000000Z'"),
    (Texts.event("DTEND;VALUE=DATE:20261124"), "6: ends before it starts: found '20261124'"),
    (Texts.event("DURATION:-PT1H"), "6: unreadable DURATION: found '-PT1H'"),
    (Texts.event("DURATION:P1H"), "6: unreadable DURATION: found 'P1H'"),
    (Texts.event(start: "DTSTART:20261123T240000Z"), "5: unreadable DTSTART: found '20261123T24"),
    (Texts.event(start: "DTSTART:20260230"), "5: unreadable DTSTART: found '20260230'"),
    (
      Texts.event(start: "DTSTART;TZID=Mars/Base:20261123T000000"),
      "5: unreadable DTSTART: found 'TZID=Mars/Base', expected a zone of the IANA data base such as"
    ),
    (
      Texts.event("DURATION:PT1H", "LOCATION:GPU Server 1"),
      "7: unknown resource: found LOCATION 'GPU Server 1'"
    ),
    (
      Texts.event("DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYHOUR=3"),
      "7: unsupported recurrence: found 'BYHOUR=3', expected a rule of FREQ, INTERVAL"
    ),
    (
      Texts.event("DURATION:PT1H", "RRULE:FREQ=HOURLY"),
      "7: unsupported recurrence: found 'FREQ=HOURLY', expected FREQ=DAILY, WEEKLY, MONTHLY or"
    ),
    (
      Texts.event("DURATION:PT1H", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"),
      "8: unsupported recurrence: found 'RRULE:FREQ=WEEKLY', expected one RRULE and no EXRULE"
    ),
    (
      Texts.event("DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2;UNTIL=20261201"),
      "7: unsupported recurrence: found 'COUNT and UNTIL', expected one of them"
    ),
    (
      Texts.event("DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=2MO"),
      "7: unsupported recurrence: found 'a numbered BYDAY with FREQ=WEEKLY'"
    ),
    (
      Texts.event("DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYMONTHDAY=32"),
      "7: unsupported recurrence: found 'BYMONTHDAY=32', expected numbers from 1 to 31, or the same"
    ),
    (
      Texts.event("DURATION:PT1H", "EXDATE:2026"), "7: unreadable EXDATE: found '2026'"
    ),
    (
      Texts.event("DURATION:PT1H", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261123T000000Z"),
      "7: unsupported recurrence: found 'RECURRENCE-ID;RANGE', expected changes of single"
    ),
  ])
  func `an event that is no booking is refused with its line`(text: String, told: String) throws {
    let result = try Texts(.ical).read(text)
    #expect(result.reservations == [])
    #expect(result.rejections.count == 1)
    let rejection = try #require(result.rejections.first)
    #expect(rejection.description.hasPrefix("b.txt:" + told))
    #expect(result.refusedIDs == (told.contains("no UID") ? [] : ["e1"]))
  }

  @Test(arguments: [
    ("", "b.txt:1: expected 'BEGIN:VCALENDAR' of an iCalendar file"),
    ("<html>\n<p class=\"a\">x</p>", "b.txt:1: expected 'BEGIN:VCALENDAR' of an iCalendar file"),
    ("BEGIN:VEVENT\nEND:VEVENT", "b.txt:1: expected 'BEGIN:VCALENDAR' of an iCalendar file"),
    (
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1",
      "b.txt:3: the text breaks off inside VCALENDAR, VEVENT; expected 'END:VEVENT'"
    ),
    (
      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR",
      "b.txt:3: found 'END:VCALENDAR'; expected 'END:VEVENT' before it"
    ),
    (
      "BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR",
      "b.txt:2: METHOD:REPLY is no list of bookings; expected a published calendar"
    ),
  ])
  func `a text that is no calendar, or breaks off, is refused as a whole`(
    text: String, told: String
  ) throws {
    #expect(try Texts(.ical).fault(text) == told)
  }

  @Test func `what is cancelled is left out, and may vanish from what is stored`() throws {
    let texts = try Texts(.ical)
    let cancelled = try texts.read(
      Texts.calendar(
        ["UID:a", "DTSTART:20261101T000000Z", "DURATION:PT1H", "STATUS:CANCELLED"],
        ["UID:b", "DTSTART:20261102T000000Z", "DURATION:PT1H", "STATUS:TENTATIVE"]))
    #expect(cancelled.reservations.map(\.id) == ["b"])
    #expect(cancelled.cancelledCount == 1)
    #expect(cancelled.start == UTCInstant("2026-11-01T00:00:00Z"))
    let all = Texts.event("DURATION:PT1H")
      .replacing("VERSION:2.0", with: "METHOD:CANCEL")
    #expect(try texts.read(all).cancelledCount == 1)
  }

  @Test func `the newest of an event's versions counts`() throws {
    let text = Texts.calendar(
      ["UID:a", "SEQUENCE:2", "DTSTART:20261123T020000Z", "DURATION:PT1H"],
      ["UID:a", "SEQUENCE:1", "DTSTART:20261123T000000Z", "DURATION:PT1H"])
    #expect(
      try Texts(.ical).lines(text) == ["a gpu01 2026-11-23T02:00:00Z/2026-11-23T03:00:00Z"])
  }

  @Test func `a zone of the calendar's own is what it says that it is`() throws {
    let zone =
      "BEGIN:VTIMEZONE\r\nTZID:Our Zone\r\nX-LIC-LOCATION:Europe/Berlin\r\nBEGIN:STANDARD\r\n"
      + "DTSTART:19701025T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    let text = Texts.event("DURATION:PT1H", start: "DTSTART;TZID=Our Zone:20261123T090000")
      .replacing("BEGIN:VEVENT", with: zone + "BEGIN:VEVENT")
    #expect(try Texts(.ical).lines(text) == ["e1 gpu01 2026-11-23T08:00:00Z/2026-11-23T09:00:00Z"])
  }

  @Test func `a calendar of LibreBooking is read with its ways`() throws {
    let event = { (place: String, organizer: String, alarm: String) in
      """
      BEGIN:VEVENT
      CREATED:20261120T010000Z
      DESCRIPTION:two lines
      BEGIN: 9:00, END: 10:00
      Note; END:VALARM
      DTSTART:20261123T000000Z
      DTEND:20261123T010000Z
      LOCATION:\(place)
      ORGANIZER;CN=Kim, Min:MAILTO:\(organizer)
      STATUS:CONFIRMED

      SUMMARY:x
      UID:5f1&booking.example.com
      \(alarm)END:VEVENT

      """
    }
    let alarm = "BEGIN:VALARM\nTRIGGER;RELATED=START:-PT5M\nEND:VALARM\n"
    let text =
      "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\n" + event("gpu01", "kim-noreply@x.org", alarm)
      + event("gpu02", "kim@x.org", "") + "END:VCALENDAR\n"
    let result = try Texts(.librebooking).read(text)
    #expect(result.rejections.map(\.description) == [])
    #expect(
      result.reservations.map(Texts.line) == [
        "5f1 gpu01,gpu02 2026-11-23T00:00:00Z/2026-11-23T01:00:00Z"
      ])
    #expect(result.reservations.first?.user == "kim@x.org")
    let hidden = text.replacing(
      "CN=Kim, Min:MAILTO:kim-noreply@x.org", with: "CN=Private:MAILTO:Private")
    #expect(try Texts(.librebooking).read(hidden).reservations.first?.user == "")
  }
}
