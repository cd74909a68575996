import Quantities

/// Instants of local times without a zone, each hour looked up once.
struct LocalClock {
  private let clock: CivilClock
  private var hours: [Hour: UTCInstant] = [:]

  private struct Hour: Hashable {
    let day: CivilDate
    let hour: Int64
  }

  init(_ calendar: BillingCalendar) {
    guard let clock = CivilClock(zone: calendar.zone) else {
      preconditionFailure("BUG: zone \(calendar.zone) was known before")
    }
    self.clock = clock
  }

  /// The instant at so many milliseconds on the clock of `day`.
  ///
  /// An hour that comes twice, when summer time ends, is its first; one that is left out is the
  /// hour after it.
  mutating func instant(_ day: CivilDate, _ milliseconds: Int64) -> UTCInstant {
    let (hour, rest) = milliseconds.quotientAndRemainder(
      dividingBy: UTCInstant.millisecondsPerHour)
    let key = Hour(day: day, hour: hour)
    if let known = hours[key] { return known + rest }
    let start = clock.instant(day, hour * UTCInstant.millisecondsPerHour)
    hours[key] = start
    return start + rest
  }
}
