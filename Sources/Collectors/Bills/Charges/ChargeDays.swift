import Quantities

/// The billing days of charge periods.
struct ChargeDays {
  private let calendar: BillingCalendar
  /// The day that answered last.
  private var last = (start: Int64.max, end: Int64.min)
  /// The days of UTC hours that were asked for before.
  private var byHour: [Int64: (start: Int64, end: Int64)] = [:]
  private static let hoursMax = 20_000

  init(_ calendar: BillingCalendar) { self.calendar = calendar }

  /// The day that holds all of a period, or nil where it reaches over midnight.
  ///
  /// - Unit: milliseconds since 1970 UTC.
  @inline(__always) mutating func day(from start: Int64, to end: Int64) -> (
    start: Int64, end: Int64
  )? {
    if start < last.start || start >= last.end { find(start) }
    return end <= last.end ? last : nil
  }

  private mutating func find(_ start: Int64) {
    let instant = UTCInstant(milliseconds: start)
    let hour = instant.startOfHour.milliseconds
    if let known = byHour[hour] {
      last = known
      return
    }
    let range = calendar.range(of: calendar.day(of: instant))
    last = (range.start.milliseconds, range.end.milliseconds)
    if byHour.count >= Self.hoursMax { byHour.removeAll() }
    byHour[hour] = last
  }
}
