import Configuration
import Quantities
import Store

/// Which windows to ask a source for.
package struct CollectPlan: Sendable {
  package let windows: [TimeRange]

  /// No window at all.
  static let nothing = CollectPlan(windows: [])

  private init(windows: [TimeRange]) {
    self.windows = windows
  }

  /// After the end of an hour, this long is waited for its last samples to be stored.
  package static let settlingMilliseconds: Int64 = 60_000

  /// Everything that is missing up to the last complete hour.
  ///
  /// A source that was never collected starts with yesterday, the billing day before `now`'s.
  package init(
    bringing source: Source, upTo now: UTCInstant, store: Store, calendar: BillingCalendar
  ) throws(StoreError) {
    let end = Self.lastCompleteHourEnd(now)
    let yesterday = calendar.start(of: calendar.day(of: now).adding(days: -1))
    var hours = Set(try store.gaps(of: source.name).map(\.hour))
    var hour = try store.span(of: source.name)?.end ?? yesterday
    while hour < end {
      hours.insert(hour)
      hour = hour + UTCInstant.millisecondsPerHour
    }
    // A span has holes where windows were collected out of order.
    if let span = try store.span(of: source.name) {
      let complete = try store.completeHours(of: source.name, in: span)
      var hour = span.start
      while hour < span.end {
        if !complete.contains(hour) { hours.insert(hour) }
        hour = hour + UTCInstant.millisecondsPerHour
      }
    }
    // What was dropped is not asked for again.
    let frozen = try store.frozenUntil()
    windows = Self.windows(of: hours.filter { $0 < end && $0 >= frozen ?? $0 })
  }

  /// The whole hours that `range` touches, as far as they are over.
  package init(again range: TimeRange, upTo now: UTCInstant) {
    let end = min(range.end.endOfHour, Self.lastCompleteHourEnd(now))
    var hours: Set<UTCInstant> = []
    var hour = range.start.startOfHour
    while hour < end {
      hours.insert(hour)
      hour = hour + UTCInstant.millisecondsPerHour
    }
    windows = Self.windows(of: hours)
  }

  static func lastCompleteHourEnd(_ now: UTCInstant) -> UTCInstant {
    (now - settlingMilliseconds).startOfHour
  }

  /// Hours that meet, joined within their UTC day.
  private static func windows(of hours: Set<UTCInstant>) -> [TimeRange] {
    var windows: [TimeRange] = []
    for hour in hours.sorted() {
      let end = hour + UTCInstant.millisecondsPerHour
      if let last = windows.last, last.end == hour, hour != hour.startOfDay {
        windows[windows.count - 1] = TimeRange(last.start, end)
      } else {
        windows.append(TimeRange(hour, end))
      }
    }
    return windows
  }
}
