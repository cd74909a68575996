import Quantities
import Store

/// Where a billing month stands: posted, closed, and what is still to be charged of it.
package struct MonthStatus: Sendable, CustomStringConvertible {
  package let month: BillingMonth
  /// What its postings cost, nil before the first.
  package let posted: MonthRecord?
  /// As it was closed, nil where it is open.
  package let closed: ClosedMonth?
  /// What was missing when it was closed.
  package let gaps: [ClosedGap]
  /// What it bears of closed months.
  package let corrections: [BookedCorrections]
  /// Whether it has facts that are newer than its charges.
  package let isPending: Bool
  /// The month in which its facts are charged, once it is closed.
  package let open: BillingMonth?

  /// Every month that was posted, closed, corrected or has facts to post.
  static func all(store: Store, calendar: BillingCalendar) throws(StoreError) -> [MonthStatus] {
    let posted = try store.postedMonths()
    let closed = try store.closedMonths()
    let booked = try store.bookedCorrections()
    let gaps = try store.closedGaps()
    let pending = Set(
      try store.unpostedHours().map { BillingMonth(containing: calendar.day(of: $0)) })
    let open = try store.openMonth()
    let months = pending.union(posted.map(\.month)).union(closed.map(\.month))
      .union(booked.map(\.month))
    return months.sorted().map { month in
      MonthStatus(
        month: month, posted: posted.first { $0.month == month },
        closed: closed.first { $0.month == month }, gaps: gaps[month] ?? [],
        corrections: booked.filter { $0.month == month }, isPending: pending.contains(month),
        open: open)
    }
  }

  /// A line or several, the second and the following ones indented.
  package var description: String {
    var lines: [String] = []
    if let closed {
      let hours = gaps.reduce(0) { $0 + $1.hours }
      let missing = gaps.isEmpty ? "" : ", \(hours) hours missing were accepted"
      lines.append(
        "\(month) closed at \(closed.closed), \(Self.amount(closed.costMicros, closed.currency))"
          + missing)
      if isPending {
        lines.append(
          "has newer facts, which 'gputally post' charges in \(open.map { "\($0)" } ?? "the next")")
      }
    } else {
      lines.append(
        "\(month) open, "
          + (posted.map { Self.amount($0.costMicros, $0.currency) } ?? "not posted yet"))
      if isPending, posted != nil { lines.append("has facts that are not posted") }
    }
    for correction in corrections {
      lines.append(
        "bears \(correction.count) corrections of \(correction.chargeMonth), "
          + Self.amount(correction.costMicros, correction.currency)
          + (closed == nil ? "" : " of the above"))
    }
    return lines.joined(separator: "\n           ")
  }

  private static func amount(_ micros: Int64, _ currency: String) -> String {
    "\(Decimals.text(Int128(micros), places: 6)) \(currency)"
  }
}
