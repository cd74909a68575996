import Quantities
import Records
import Testing

@testable import Collectors

/// Texts that are nearly right: whatever they are, they are read or refused.
@Suite struct BookingFuzzTests {
  private static let rounds = 4_000

  private static let table = """
    reservation_id,cluster,resource,gpu_count,team,start,end,state
    r1,train,"gpu[01-04]",8,a,2026-11-23 09:00,2026-11-24T00:00:00+09:00,confirmed
    r2,,GPU-5d4c1a2b-0000-1111-2222-333344445555,,"b ""x"" c",2026-11-23,2026-11-24,cancelled

    """
  private static let calendar = BookingTexts.calendar(
    [
      "UID:s", "DTSTART;TZID=Europe/Berlin:20261024T090000", "DTEND:20261024T100000Z",
      "RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=2MO,-1FR;BYSETPOS=1,-1;COUNT=9;WKST=SU",
      "EXDATE;TZID=Asia/Seoul:20261109T090000", "RDATE;VALUE=PERIOD:20261201T000000Z/PT5M",
    ],
    [
      "UID:s", "RECURRENCE-ID:20261124T000000Z", "DTSTART;VALUE=DATE:20261124", "DURATION:P1DT2H",
      "ORGANIZER;CN=\"K\":mailto:k@x", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;UNTIL=20300101",
    ])

  @Test(arguments: [
    (ReservationSettings.Format.csv, table), (.librebooking, table), (.ical, calendar),
    (.librebooking, calendar),
  ])
  func `changed bytes are read or refused`(
    format: ReservationSettings.Format, text: String
  ) throws {
    let seed: UInt64 = 20_261_123
    var chance = SplitMix(seed: seed)
    let texts = try BookingTexts(format)
    let signs = Array("\",;:=\r\n[]-+*/TZ0129 P".utf8)
    for round in 0..<Self.rounds {
      var bytes = Array(text.utf8)
      for _ in 0...chance.below(6) {
        let place = chance.below(bytes.count)
        switch chance.below(4) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(signs[chance.below(signs.count)], at: place)
        case 2: bytes[place] = UInt8(chance.below(256))
        default: bytes.insert(contentsOf: bytes[place...].prefix(chance.below(40)), at: place)
        }
      }
      let changed = String(decoding: bytes, as: UTF8.self)
      guard let result = try? texts.read(changed) else { continue }
      for booking in result.reservations where booking.range.isEmpty {
        Issue.record("seed \(seed), round \(round): \(booking)")
      }
      #expect(result.reservations.allSatisfy { !$0.id.isEmpty })
    }
  }

  @Test func `changed assignments are read or refused`() throws {
    let text =
      "host,gpu,gpu_count,team,user,from,to\n\"lab[1-2]\",,4,a,,2026-01-01,2026-06-01\nlab1,,,b,,,\n"
    let settings = AssignmentSettings(
      place: .file("a"), cluster: "c", calendar: try BillingCalendar(zone: "Asia/Seoul"))
    var chance = SplitMix(seed: 7)
    for _ in 0..<Self.rounds {
      var bytes = Array(text.utf8)
      for _ in 0...chance.below(4) {
        bytes[chance.below(bytes.count)] = UInt8(32 + chance.below(95))
      }
      _ = try? AssignmentCollector.read(String(decoding: bytes, as: UTF8.self), settings)
    }
  }
}
