import Quantities
import Records
import Testing

@testable import Collectors

/// Bookings read from a text, as tests look at them.
struct BookingTexts {
  var settings: ReservationSettings
  var now: UTCInstant

  init(
    _ format: ReservationSettings.Format = .csv, zone: String = "Asia/Seoul",
    now: String = "2026-11-25T00:00:00Z"
  ) throws {
    settings = ReservationSettings(
      format: format, place: .file("b.txt"), cluster: "train",
      clock: try #require(CivilClock(zone: zone)))
    self.now = try #require(UTCInstant(now))
  }

  func read(_ text: String) throws -> ReservationImport {
    try ReservationCollector.read(text, settings, now: now)
  }

  /// Why a whole text is refused.
  func fault(_ text: String) -> String {
    do {
      return "taken: \(try read(text).reservations.count)"
    } catch {
      return "\(error)"
    }
  }

  /// One line a booking: `r1 gpu01,gpu02 2026-11-23T00:00:00Z/2026-11-24T00:00:00Z`.
  func lines(_ text: String) throws -> [String] { try read(text).reservations.map(Self.line) }

  static func line(_ booking: Reservation) -> String {
    let what = (booking.hosts + booking.uuids.map { "<\($0)>" }).joined(separator: ",")
    return "\(booking.id) \(what.isEmpty ? "any" : what)\(booking.gpuCount.map { "*\($0)" } ?? "")"
      + " \(booking.range)"
  }

  /// A calendar of one event with these lines; its DTSTART stands on line 5.
  static func event(_ lines: String..., start: String = "DTSTART:20261123T000000Z") -> String {
    calendar(["UID:e1", start] + lines)
  }

  /// A calendar of one event a list of lines.
  static func calendar(_ events: [String]...) -> String {
    let bodies = events.map { event in
      let place = event.contains { $0.hasPrefix("LOCATION") } ? [] : ["LOCATION:gpu01"]
      return (["BEGIN:VEVENT"] + event + place + ["END:VEVENT"]).joined(separator: "\r\n")
    }
    return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + bodies.joined(separator: "\r\n")
      + "\r\nEND:VCALENDAR\r\n"
  }
}
