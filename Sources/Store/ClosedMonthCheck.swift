import GRDB
import Quantities

/// Checks that closed months are what they were when they were closed.
package struct ClosedMonthCheck {
  private let store: Store
  /// A closed month, and when it was.
  package typealias Month = (month: ClosedMonth, range: TimeRange)
  private let months: [Month]

  package init(store: Store, months: [Month]) {
    self.store = store
    self.months = months
  }

  /// What changed in closed months, and corrections that don't add up.
  package func problems() throws(StoreError) -> [StoreProblem] {
    var problems: [StoreProblem] = []
    for (month, range) in months {
      problems += try charges(of: month) + facts(of: month, in: range)
    }
    return problems
  }

  private func charges(of closed: ClosedMonth) throws(StoreError) -> [StoreProblem] {
    let (digests, cost) = try store.read { database in
      (
        try MonthDigests(database: database).charges(of: closed.month),
        try MonthCost.micros(of: closed.month, in: database)
      )
    }
    let tables = MonthDigests.tables(of: closed.postingsDigest, thatDifferFrom: digests)
    var problems = tables.map {
      problem(closed, "the table '\($0)' is not what it was when the month was closed")
    }
    if tables.isEmpty, digests != closed.postingsDigest {
      problems.append(problem(closed, "its digest in 'closed_month' was changed"))
    }
    if cost != closed.costMicros {
      problems.append(
        problem(
          closed,
          "postings and corrections sum to \(cost) micros, it was closed with \(closed.costMicros)")
      )
    }
    return problems
  }

  private func problem(_ closed: ClosedMonth, _ what: String) -> StoreProblem {
    StoreProblem(
      what: "closed month \(closed.month): \(what) (\(closed.closed))",
      remedy: PostingRemedy.ofClosed)
  }

  /// Facts of a closed month may be made anew; its corrections are then of the newer ones.
  private func facts(
    of closed: ClosedMonth, in range: TimeRange
  ) throws(StoreError) -> [StoreProblem] {
    let (digest, corrected, isUnposted) = try store.read { database in
      (
        try MonthDigests(database: database).facts(in: range),
        try String.fetchOne(
          database, sql: "SELECT facts_digest FROM corrected_month WHERE month = ?",
          arguments: [closed.month.description]),
        try Bool.fetchOne(
          database,
          sql: "SELECT EXISTS (SELECT 1 FROM unposted_hour WHERE hour_ms >= ? AND hour_ms < ?)",
          arguments: [range.start.milliseconds, range.end.milliseconds]) ?? false
      )
    }
    guard !isUnposted, digest != corrected ?? closed.factsDigest else { return [] }
    return [
      StoreProblem(
        what: "closed month \(closed.month): its facts are other ones than its charges and "
          + "corrections were made of",
        remedy: "restore the store from a backup, or run 'gputally post --period \(closed.month)' "
          + "to charge the difference in the open month")
    ]
  }
}

/// How wrong charges are mended.
struct PostingRemedy {
  static let ofClosed = "restore the store from a backup: a closed month is never posted again"
  private let closed: Set<String>

  init(_ store: Store) throws(StoreError) {
    closed = Set(try store.closedMonths().map(\.month.description))
  }

  /// - Parameters:
  ///   - month: that bears the charges. - posting: the month to post, nil for the same.
  func text(for month: String, posting: String? = nil) -> String {
    closed.contains(month)
      ? Self.ofClosed : "run 'gputally post --period \(posting ?? month)'"
  }
}
