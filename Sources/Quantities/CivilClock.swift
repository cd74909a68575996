import Foundation

/// The clock of a time zone, whatever its offset: times of calendars and tables.
package struct CivilClock: Sendable {
  private let zone: TimeZone

  /// Creates the clock of a zone of the IANA data base: `Asia/Seoul`, `Asia/Kolkata`.
  ///
  /// - Returns: nil for a zone that isn't known.
  package init?(zone: String) {
    guard let zone = TimeZone(identifier: zone) else { return nil }
    self.zone = zone
  }

  /// The name of the zone.
  package var name: String { zone.identifier }

  /// The instant at which the clock shows `milliseconds` after midnight on `day`.
  ///
  /// A time that comes twice, when summer time ends, is its first; one that is left out is told
  /// with the offset before, which is later on the clock.
  ///
  /// - Source: RFC 5545, 3.3.5, form #3.
  package func instant(_ day: CivilDate, _ milliseconds: Int64) -> UTCInstant {
    let shown = day.startInUTC + milliseconds
    let before = offset(at: shown - UTCInstant.millisecondsPerDay)
    let after = offset(at: shown + UTCInstant.millisecondsPerDay)
    let early = shown - before
    if before == after || offset(at: early) == before { return early }
    let late = shown - after
    return offset(at: late) == after ? late : early
  }

  /// What the clock shows at `instant`: a day and the milliseconds since its midnight.
  package func reading(at instant: UTCInstant) -> (day: CivilDate, milliseconds: Int64) {
    let shown = instant + offset(at: instant)
    return (CivilDate(instant: shown), shown - shown.startOfDay)
  }

  /// - Unit: milliseconds ahead of UTC.
  private func offset(at instant: UTCInstant) -> Int64 {
    let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1_000)
    return Int64(zone.secondsFromGMT(for: date)) * UTCInstant.millisecondsPerSecond
  }
}
