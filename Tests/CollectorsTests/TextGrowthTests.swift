import Foundation
import Quantities
import Records
import Testing

@testable import Collectors

/// Long texts: what a text costs grows with its length, not with its square.
@Suite struct TextGrowthTests {
  /// A text of so many parts, and what reads it.
  struct Growth: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let parts: Int
    /// How many times as long four times the parts may take.
    var ratioMax = 9.0
    let text: @Sendable (Int) -> String
    let read: @Sendable (String) throws -> Void
  }

  private static let all = [
    Growth(testDescription: "lists of an answer", parts: 20_000) {
      #"{"status":"s","data":{"# + String(repeating: #""x":[],"#, count: $0) + #""x":1}}"#
    } read: { text in
      let stream = AnswerStream()
      Array(text.utf8).withUnsafeBytes { stream.take($0) }
      _ = try stream.answer()
    },
    Growth(testDescription: "rows of one booking", parts: 1_500) { count in
      "Reference Number,Resource,Begin,End\n"
        + (0..<count).map { "r,host\($0),11/23/26 9:00 AM,11/24/26 9:00 AM\n" }.joined()
    } read: { text in
      let count = try BookingTexts(.librebooking).read(text).reservations.count
      #expect(count == 1)
    },
    Growth(testDescription: "GPUs of one booking", parts: 4_000) { count in
      let uuids = (0..<count).map { "GPU-\(10_000_000 + $0)" }.joined(separator: ";")
      return "reservation_id,resource,start,end\nr,\(uuids),2026-11-23,2026-11-24\n"
    } read: { text in
      _ = try BookingTexts().read(text)
    },
    // Past the bound of hosts nothing is expanded.
    Growth(testDescription: "lists past the bound", parts: 25, ratioMax: 2.5) { count in
      "reservation_id,resource,start,end\n"
        + (0..<count).map { "r\($0),a\($0)x[1-99999],2026-11-23,2026-11-24\n" }.joined()
    } read: { text in
      let count = try BookingTexts().read(text).reservations.count
      #expect(count == 10)
    },
    Growth(testDescription: "changes of an event that is told again", parts: 1_500) { count in
      let changes = (0..<count).map { number in
        let time = UTCInstant(milliseconds: 1_795_395_600_000 + Int64(number) * 3_600_000)
        return ["UID:a", "RECURRENCE-ID:" + compact(time), "DTSTART:20261123T000000Z"]
      }
      let plain = [["UID:a", "DTSTART:20261123T000000Z", "DURATION:PT1H"]]
      return calendar(changes + (0..<count).flatMap { _ in plain })
    } read: { text in
      let count = try BookingTexts(.ical).read(text).reservations.count
      #expect(count == 1)
    },
  ]

  @Test(arguments: all)
  func `four times the text takes some four times as long`(growth: Growth) throws {
    let seconds = try [1, 4].map { times in
      let text = growth.text(growth.parts * times)
      return try Self.seconds { try growth.read(text) }
    }
    #expect(seconds[1] < growth.ratioMax * seconds[0] + 0.05, "\(seconds)")
  }

  @Test func `a rule with all numbered weekdays costs no more than the year's days`() throws {
    let numbers = Array(1...53) + Array(-53 ... -1)
    let days = numbers.flatMap { number in
      ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].map { "\(number)\($0)" }
    }
    let rule = "RRULE:FREQ=YEARLY;BYSETPOS=1;BYDAY=" + days.joined(separator: ",")
    let events = (0..<100).map {
      ["UID:e\($0)", "DTSTART:19710101T000000Z", "DURATION:PT1H", rule]
    }
    let text = Self.calendar(events)
    let seconds = try Self.seconds {
      let count = try BookingTexts(.ical).read(text).reservations.count
      #expect(count > 5_000)
    }
    #expect(seconds < 8)
  }

  @Test func `rows of many hosts are refused before they fill the memory`() throws {
    let bookings = (0..<250).map { "r\($0),a[1-90000],2026-11-23,2026-11-24\n" }.joined()
    let result = try BookingTexts().read("reservation_id,resource,start,end\n" + bookings)
    #expect(result.reservations.count == 222)
    #expect(
      result.rejections.first?.description
        == "b.txt:224: too many hosts: found 'a[1-90000]', expected 20000000 hosts in all rows "
        + "together")

    let settings = AssignmentSettings(
      place: .file("a"), cluster: "c", calendar: try BillingCalendar(zone: "UTC"))
    let rows = (0..<13).map { "a[1-90000],1,t\($0)\n" }.joined()
    let assigned = try AssignmentCollector.read("host,gpu_count,team\n" + rows, settings)
    #expect(assigned.assignments.count == 990_000)
    #expect(assigned.rejections.map(\.rule) == ["too many hosts", "too many hosts"])
  }

  @Test func `rows of a table that can't be read are told one by one up to a bound`() throws {
    let text =
      "JobID|Account|User|Submit|Start|End|State|AllocTRES|NodeList\n"
      + String(repeating: "7|\n", count: 10_005)
    var reader = SacctReader(
      file: "jobs.txt", cluster: "c", calendar: try BillingCalendar(zone: "UTC"))
    reader.add(Array(text.utf8))
    let rejections = reader.finish().rejections
    #expect(rejections.count == 10_001)
    #expect(rejections.first?.description.hasSuffix("(5 times)") == true)
    #expect(rejections.first?.place == "jobs.txt")
  }

  /// The time of this thread's processor: other tests run beside.
  private static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let now = {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
    let start = now()
    try body()
    return now() - start
  }

  /// `20261123T000000Z`.
  private static func compact(_ instant: UTCInstant) -> String {
    instant.description.filter { $0 != "-" && $0 != ":" }
  }

  private static func calendar(_ events: [[String]]) -> String {
    let bodies = events.map { event in
      "BEGIN:VEVENT\r\nLOCATION:gpu01\r\n" + event.joined(separator: "\r\n") + "\r\nEND:VEVENT\r\n"
    }
    return "BEGIN:VCALENDAR\r\n" + bodies.joined() + "END:VCALENDAR\r\n"
  }
}
