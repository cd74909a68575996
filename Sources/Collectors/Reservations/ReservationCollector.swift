import Quantities
import Records
import Transport

/// Reads bookings of GPUs.
package struct ReservationCollector: Sendable {
  private let settings: ReservationSettings
  private let client: HTTPClient

  package init(settings: ReservationSettings, client: HTTPClient) {
    self.settings = settings
    self.client = client
  }

  /// All that the source says.
  package func collect(now: UTCInstant) async throws(CollectorError) -> ReservationImport {
    let text = try await WholeText(
      place: settings.place, connection: settings.connection, client: client
    ).read()
    return try Self.read(text, settings, now: now)
  }

  /// The bookings of `text`.
  package static func read(
    _ text: String, _ settings: ReservationSettings, now: UTCInstant
  ) throws(CollectorError) -> ReservationImport {
    // LibreBooking exports both; its calendar is known by its first line.
    let isCalendar =
      settings.format == .ical
      || settings.format == .librebooking
        && text.drop(while: \.isWhitespace).hasPrefix("BEGIN:VCALENDAR")
    if isCalendar {
      var calendar = BookingCalendar(settings: settings, now: now)
      return try calendar.read(text)
    }
    var table = BookingTable(settings: settings, now: now)
    return try table.read(text)
  }
}
