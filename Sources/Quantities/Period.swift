/// A span of time that a user asked for.
package struct Period: Hashable, Sendable, CustomStringConvertible {
  /// How it was given.
  package enum Kind: Hashable, Sendable {
    case month(BillingMonth)
    case day(CivilDate)
    case interval
  }
  package let kind: Kind
  package let range: TimeRange

  private init(kind: Kind, range: TimeRange) {
    self.kind = kind
    self.range = range
  }

  /// Creates a billing month.
  package init(_ month: BillingMonth, calendar: BillingCalendar) {
    self.init(kind: .month(month), range: calendar.range(of: month))
  }

  /// Creates a billing day.
  package init(_ day: CivilDate, calendar: BillingCalendar) {
    self.init(kind: .day(day), range: calendar.range(of: day))
  }

  /// Reads `2026-11`, `2026-11-23`, `yesterday`, `last-month` or an interval.
  ///
  /// - Parameters:
  ///   - calendar: says when billing days and months start.
  ///   - now: what `yesterday` and `last-month` are seen from.
  package static func parse(
    _ text: String, calendar: BillingCalendar, now: UTCInstant
  ) throws(PeriodError) -> Period {
    let today = calendar.day(of: now)
    switch text {
    case "yesterday": return Period(today.adding(days: -1), calendar: calendar)
    case "last-month":
      return Period(BillingMonth(containing: today).previous, calendar: calendar)
    default: break
    }
    if let month = BillingMonth(text) { return Period(month, calendar: calendar) }
    if let day = CivilDate(text) { return Period(day, calendar: calendar) }
    guard text.contains("/") else { throw .unknownPeriod(text) }
    return Period(kind: .interval, range: try Interval.parse(text))
  }

  /// The text as it was resolved: `2026-10` for `last-month`; an interval in UTC.
  package var label: String {
    switch kind {
    case .month(let month): month.description
    case .day(let day): day.description
    case .interval: range.description
    }
  }

  package var description: String { label }
}

/// Spans between two instants, as ISO 8601 writes them.
package enum Interval {
  /// Reads `2026-11-01T00:00Z/2026-11-08T00:00Z`; the end does not belong to it.
  package static func parse(_ text: String) throws(PeriodError) -> TimeRange {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw .badInterval(text) }
    guard let start = UTCInstant(parts[0]) else { throw .badInstant(String(parts[0])) }
    guard let end = UTCInstant(parts[1]) else { throw .badInstant(String(parts[1])) }
    guard start < end else { throw .emptyInterval(start: start, end: end) }
    return TimeRange(start, end)
  }
}

extension TimeRange {
  /// Whether it starts and ends on full UTC hours, the unit of the ledger of states.
  package var isOnHours: Bool { start == start.startOfHour && end == end.startOfHour }
}

/// Why a text names no period.
package enum PeriodError: Error, Equatable, CustomStringConvertible {
  case unknownPeriod(String)
  case badInterval(String)
  case badInstant(String)
  case emptyInterval(start: UTCInstant, end: UTCInstant)

  package var description: String {
    switch self {
    case .unknownPeriod(let text):
      "found the period '\(text)'; expected a month such as 2026-11, a day such as 2026-11-23, "
        + "yesterday, last-month, or an interval such as 2026-11-01T00:00Z/2026-11-08T00:00Z"
    case .badInterval(let text):
      "found the interval '\(text)'; expected two instants with a slash between them, such as "
        + "2026-11-01T00:00Z/2026-11-08T00:00Z"
    case .badInstant(let text):
      "found the instant '\(text)'; expected RFC 3339 with Z or an offset, such as "
        + "2026-11-01T00:00Z or 2026-11-01T09:00+09:00"
    case .emptyInterval(let start, let end):
      "found an interval from \(start) to \(end); expected an end after the start"
    }
  }
}
