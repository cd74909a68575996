import Quantities

/// Instants of local times without a zone, each hour looked up once.
struct LocalClock {
  private let calendar: BillingCalendar
  private var hours: [Hour: UTCInstant] = [:]

  private struct Hour: Hashable {
    let day: CivilDate
    let hour: Int64
  }

  init(_ calendar: BillingCalendar) {
    self.calendar = calendar
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
    let start = calendar.instant(of: day, hour: Int(hour))
    hours[key] = start
    return start + rest
  }
}
