@testable import Collectors
@testable import Quantities
@testable import Records

extension FuzzTarget {
  /// Readers of bookings and of assignments.
  static let bookings = [
    FuzzTarget(name: "bookings") { readBookings($0, .csv) },
    FuzzTarget(name: "librebooking") { readBookings($0, .librebooking) },
    FuzzTarget(name: "calendar") { readBookings($0, .ical) },
    FuzzTarget(name: "assignments", read: readAssignments),
  ]

  private static let now = UTCInstant(milliseconds: 1_795_564_800_000)
  private static let clock = CivilClock(zone: "Europe/Berlin")
  private static let calendar = try? BillingCalendar(zone: "Europe/Berlin")

  private static func readBookings(_ bytes: [UInt8], _ format: ReservationSettings.Format) {
    guard let clock else { return promise(false, "the zone is known") }
    var settings = ReservationSettings(
      format: format, place: .file("b"), cluster: "train", clock: clock, hosts: ["Rack 1": "a[1-2]"]
    )
    if format == .csv, bytes.last == UInt8(ascii: "\n") { settings.dateFormat = "d.m.Y H:i" }
    // Other bytes than UTF-8 are refused before.
    guard let text = String(validating: bytes, as: UTF8.self),
      let result = try? ReservationCollector.read(text, settings, now: now)
    else { return }
    for booking in result.reservations {
      promise(!booking.range.isEmpty, "a booking has a length: \(booking)")
      promise(!booking.id.isEmpty, "a booking has an id: \(booking)")
      promise(booking.hosts.isEmpty || booking.uuids.isEmpty, "hosts or GPUs: \(booking)")
    }
    _ = result.rejections.map(\.description)
  }

  private static func readAssignments(_ bytes: [UInt8]) {
    guard let calendar else { return promise(false, "the zone is known") }
    let settings = AssignmentSettings(place: .file("a"), cluster: "c", calendar: calendar)
    guard let text = String(validating: bytes, as: UTF8.self),
      let result = try? AssignmentCollector.read(text, settings)
    else { return }
    for row in result.assignments {
      promise(!row.team.isEmpty, "an assignment has a team: \(row)")
      if let start = row.start, let end = row.end { promise(start < end, "it ends later: \(row)") }
    }
  }
}
