import Configuration
import Quantities
import Records
import Store

/// Closes billing months, each once everything of it is collected, rolled up and posted.
package struct Closing {
  private let store: Store
  private let configuration: Configuration
  private let kept: KeptConfiguration

  /// - Parameter kept: what is kept of `configuration`.
  package init(store: Store, configuration: Configuration, kept: KeptConfiguration) {
    self.store = store
    self.configuration = configuration
    self.kept = kept
  }

  /// Closes a month.
  ///
  /// - Parameter acceptsGaps: whether it may be closed with hours of sources missing, which are
  ///   written down then.
  /// - Returns: the month as it was closed, and the gaps that were accepted.
  /// - Throws: ``ClosingError`` with what to do first, or ``StoreError``; nothing is changed then.
  package func run(_ month: BillingMonth, now: UTCInstant, acceptsGaps: Bool) throws
    -> (month: ClosedMonth, gaps: [ClosedGap])
  {
    let calendar = configuration.calendar
    let range = calendar.range(of: month)
    let closed = try store.closedMonths()
    try ClosedConfigurations.check(configuration, against: closed)
    if let before = closed.first(where: { $0.month == month }) {
      throw ClosingError.alreadyClosed(month, at: before.closed, next: try store.openMonth())
    }
    guard range.end <= now else { throw ClosingError.notOver(month, end: range.end) }
    try checkOrder(month, closed: Set(closed.map(\.month)))
    try checkRollup(month, range)
    try checkPostings(month, closed: Set(closed.map(\.month)))
    let gaps = try ClosingGaps(store: store, configuration: configuration).gaps(in: range)
    guard gaps.isEmpty || acceptsGaps else { throw ClosingError.incomplete(month, gaps) }
    try ClosedConfigurations.check(kept, isOf: configuration)
    let result = try store.close(
      month, range: range, currency: configuration.currency, gaps: gaps, now: now,
      configuration: kept.text)
    return (result, gaps)
  }

  /// The months that have facts or bear corrections, oldest first.
  private func months() throws -> [BillingMonth] {
    var months = Set(try store.bookedCorrections().map(\.month))
    for record in try store.postedMonths() { months.insert(record.month) }
    if let facts = try store.factSpan() {
      months.formUnion(
        configuration.calendar.days(in: facts).map(BillingMonth.init(containing:)))
    }
    return months.sorted()
  }

  private func checkOrder(_ month: BillingMonth, closed: Set<BillingMonth>) throws {
    let open = try months().filter { !closed.contains($0) }
    guard open.contains(month) else { throw ClosingError.nothing(month, open: open) }
    if let earlier = open.first, earlier < month {
      throw ClosingError.outOfOrder(month, first: earlier)
    }
  }

  /// Sees that all samples of the month are in its facts.
  private func checkRollup(_ month: BillingMonth, _ range: TimeRange) throws {
    let due = try Rollup(store: store, configuration: configuration).due(in: range)
    guard due == 0 else { throw ClosingError.stale(month, hostHours: due) }
  }

  /// Sees that the month's postings are of its facts and of this configuration, and that what
  /// changed of months closed before is charged in it.
  private func checkPostings(_ month: BillingMonth, closed: Set<BillingMonth>) throws {
    let calendar = configuration.calendar
    let unposted = Set(
      try store.unpostedHours().map { BillingMonth(containing: calendar.day(of: $0)) })
    if let changed = unposted.sorted().first(where: { $0 == month || closed.contains($0) }) {
      throw ClosingError.unposted(month, changed: changed)
    }
    let posting = PostingRun(store: store, configuration: configuration)
    guard let facts = try posting.span() else { return }
    guard let posted = try store.postedMonths().first(where: { $0.month == month }) else {
      // A month without facts may bear corrections alone.
      guard facts.intersection(calendar.range(of: month)) != nil else { return }
      throw ClosingError.unposted(month, changed: month)
    }
    guard posted.fingerprint == posting.fingerprint(of: month, facts: facts) else {
      throw ClosingError.otherConfiguration(month)
    }
  }
}

/// What closed months were priced with, ready to be used again.
enum ClosedConfigurations {
  /// Sees that `configuration` counts days and money as the closed months do.
  ///
  /// - Throws: ``ClosingError`` where it doesn't: the days of open months would overlap closed ones
  ///   or leave hours out, and differences between two currencies are no amounts.
  static func check(_ configuration: Configuration, against closed: [ClosedMonth]) throws {
    guard let last = closed.last else { return }
    let kept = try self.configuration(of: last)
    for (key, was, found) in [
      ("time_zone", kept.calendar.zone, configuration.calendar.zone),
      ("currency", last.currency, configuration.currency.code),
    ] where was != found {
      throw ClosingError.otherUnit(key: key, closed: last.month, was: was, found: found)
    }
  }

  /// Sees that what is kept says of money what `configuration` does.
  static func check(_ kept: KeptConfiguration, isOf configuration: Configuration) throws {
    let again = try kept.configuration(named: "what is kept of \(configuration.file)")
    guard again.moneyFingerprint == configuration.moneyFingerprint else {
      throw ClosingError.changedMeanwhile(configuration.file)
    }
  }

  /// The configuration that is kept with a closed month.
  static func configuration(of closed: ClosedMonth) throws -> Configuration {
    try KeptConfiguration(text: closed.configuration)
      .configuration(named: "the configuration kept with \(closed.month)")
  }
}
