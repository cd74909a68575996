import Configuration
import Ledger
import Quantities
import Records
import Store

/// Charges in the open month what changed of closed ones.
///
/// A closed month is posted anew, in memory, with what it was closed with; what that differs by
/// from everything charged for it so far replaces what the open month bears of it. So the same
/// facts give the same corrections, however often and in whatever order they came.
package struct CorrectionRun {
  private let store: Store
  private let configuration: Configuration

  /// - Parameter configuration: today's, whose sources tell where samples that came late are from.
  package init(store: Store, configuration: Configuration) {
    self.store = store
    self.configuration = configuration
  }

  /// The closed months with facts that are newer than their charges, those with more days that
  /// cost something since, and those of `range`.
  ///
  /// - Parameter facts: what the ledger of states spans.
  func due(
    of closed: [ClosedMonth], in range: TimeRange?, facts: TimeRange
  ) throws -> [ClosedMonth] {
    guard !closed.isEmpty else { return [] }
    let calendar = configuration.calendar
    let changed = Set(
      try store.unpostedHours().map { BillingMonth(containing: calendar.day(of: $0)) })
    return try closed.filter { month in
      if changed.contains(month.month) { return true }
      if let range, calendar.range(of: month.month).intersection(range) != nil { return true }
      let made = try store.correctedBy(month.month)
      let now = PostingRun(store: store, configuration: try kept(made.configuration, of: month))
        .fingerprint(of: month.month, facts: facts)
      return made.fingerprint ?? now != now
    }
  }

  /// Makes the corrections of a closed month.
  ///
  /// - Parameters:
  ///   - facts: what the ledger of states spans.
  ///   - repricing: what to price the month with from now on, nil for what it was priced with last.
  /// - Throws: ``StoreError``, ``ConfigurationError`` or ``LedgerError``; nothing is changed then.
  func run(
    _ closed: ClosedMonth, facts: TimeRange, repricing: KeptConfiguration? = nil
  ) throws -> BookedCorrections {
    let newest = try repricing?.text ?? store.correctedBy(closed.month).configuration
    let text = newest == closed.configuration ? nil : newest
    let posting = PostingRun(store: store, configuration: try kept(text, of: closed))
    let reading = try posting.read(closed.month, facts: facts)
    defer { reading.cancel() }
    do {
      return try store.replaceCorrections(
        of: closed, range: reading.range,
        fingerprint: posting.fingerprint(of: closed.month, facts: facts), configuration: text
      ) { writer in
        try write(posting, reading, with: &writer)
      }
    } catch let error as LedgerError where text == nil {
      throw ClosingError.unpriced(closed.month, reason: "\(error)")
    }
  }

  /// What a closed month is priced with: `text`, or what it was closed with.
  private func kept(_ text: String?, of closed: ClosedMonth) throws -> Configuration {
    var kept = try KeptConfiguration(text: text ?? closed.configuration)
      .configuration(named: "the configuration kept with \(closed.month)")
    let known = Set(kept.sources.map(\.name))
    kept.sources += configuration.sources.filter { !known.contains($0.name) }
    return kept
  }

  private func write(
    _ posting: PostingRun, _ reading: PostingRun.Reading, with writer: inout CorrectionWriter
  ) throws {
    let (_, notes) = try posting.fill(from: reading) { posted, totals, day, book in
      let due = try writer.charges(
        of: posted.lines, totals: totals, pools: book.pools, payers: book.payers)
      let costs = writer.charges(of: posted.costs, pools: book.pools)
      try Self.write(due, costs, on: day, with: &writer)
      try writer.write(posted.storage, on: day, pools: book.pools, payers: book.payers)
      try writer.register(reading.volumes.workloads(on: day))
    }
    for day in writer.daysLeft.sorted() {
      try Self.write([], [], on: day, with: &writer)
      try writer.write([], on: day, pools: [], payers: [])
    }
    try writer.write(notes)
  }

  private static func write(
    _ due: [Charge], _ costs: [CostCharge], on day: CivilDate,
    with writer: inout CorrectionWriter
  ) throws {
    let charged = try writer.charged(on: day)
    try writer.write(Corrections.differences(charged: charged, due: due), on: day)
    let chargedCosts = try writer.chargedCosts(on: day)
    try writer.write(Corrections.differences(charged: chargedCosts, due: costs), on: day)
  }
}
