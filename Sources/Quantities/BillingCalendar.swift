import Foundation

/// Days and months as finance counts them: the only place that knows zones and calendars.
package struct BillingCalendar: Sendable {
  package let zone: String
  private let calendar: Calendar

  /// Creates the calendar of a zone of the IANA data base: `Asia/Seoul`.
  ///
  /// - Throws: ``BillingCalendarError`` for a zone that isn't known, or one whose days don't start
  ///   on a UTC hour, since the ledger counts in UTC hours.
  package init(zone: String) throws(BillingCalendarError) {
    guard let timeZone = TimeZone(identifier: zone) else { throw .unknownZone(zone) }
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = timeZone
    self.zone = zone
    self.calendar = calendar
    for month in 1...12 {
      guard let day = CivilDate(year: 2026, month: month, day: 1) else { continue }
      let start = self.start(of: day)
      guard start == start.startOfHour else { throw .notOnTheHour(zone) }
    }
  }

  /// The instant at which `day` starts.
  package func start(of day: CivilDate) -> UTCInstant {
    let parts = DateComponents(year: day.year, month: day.month, day: day.day)
    guard let date = calendar.date(from: parts) else {
      preconditionFailure("BUG: the calendar has no \(day)")
    }
    return Self.instant(calendar.startOfDay(for: date))
  }

  /// The billing day that contains `instant`.
  package func day(of instant: UTCInstant) -> CivilDate {
    let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1_000)
    let parts = calendar.dateComponents([.year, .month, .day], from: date)
    guard
      let day = CivilDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0)
    else { preconditionFailure("BUG: the calendar has no day for \(instant)") }
    return day
  }

  package func range(of day: CivilDate) -> TimeRange {
    TimeRange(start(of: day), start(of: day.adding(days: 1)))
  }

  package func range(of month: BillingMonth) -> TimeRange {
    TimeRange(start(of: month.firstDay), start(of: month.next.firstDay))
  }

  /// The billing days that have time in `range`, in order.
  package func days(in range: TimeRange) -> [CivilDate] {
    guard !range.isEmpty else { return [] }
    var days: [CivilDate] = []
    var day = day(of: range.start)
    while start(of: day) < range.end {
      days.append(day)
      day = day.adding(days: 1)
    }
    return days
  }

  /// The hour that a clock of the zone shows at `instant`.
  ///
  /// - Range: 0 to 23.
  package func hourOfDay(of instant: UTCInstant) -> Int {
    let date = Date(timeIntervalSince1970: Double(instant.milliseconds) / 1_000)
    return calendar.component(.hour, from: date)
  }

  private static func instant(_ date: Date) -> UTCInstant {
    UTCInstant(milliseconds: Int64((date.timeIntervalSince1970 * 1_000).rounded()))
  }
}

/// A month of bills: `2026-11`.
package struct BillingMonth: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let firstDay: CivilDate

  package init(containing day: CivilDate) {
    firstDay = day.adding(days: 1 - day.day)
  }

  /// Creates the month from `2026-11`.
  package init?(_ text: some StringProtocol) {
    guard let day = CivilDate(text + "-01") else { return nil }
    firstDay = day
  }

  package var next: BillingMonth { BillingMonth(containing: firstDay.adding(days: 31)) }

  package var previous: BillingMonth { BillingMonth(containing: firstDay.adding(days: -1)) }

  package static func < (left: Self, right: Self) -> Bool { left.firstDay < right.firstDay }

  package var description: String { String(firstDay.description.prefix(7)) }
}

/// Why there is no billing calendar.
package enum BillingCalendarError: Error, Equatable, CustomStringConvertible {
  case unknownZone(String)
  case notOnTheHour(String)

  package var description: String {
    switch self {
    case .unknownZone(let zone):
      "time zone '\(zone)' is not in this machine's zone data base; expected a name such as "
        + "Asia/Seoul or UTC"
    case .notOnTheHour(let zone):
      "the days of time zone '\(zone)' don't start on a full UTC hour, which the ledger counts in; "
        + "use UTC or a zone with a whole-hour offset"
    }
  }
}
