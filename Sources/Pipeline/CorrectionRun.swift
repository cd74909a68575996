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

  /// The closed months with facts that are newer than their charges, and those of `range`.
  func due(of closed: [ClosedMonth], in range: TimeRange?) throws(StoreError) -> [ClosedMonth] {
    guard !closed.isEmpty else { return [] }
    let calendar = configuration.calendar
    let changed = Set(
      try store.unpostedHours().map { BillingMonth(containing: calendar.day(of: $0)) })
    return closed.filter { month in
      changed.contains(month.month)
        || range.map { calendar.range(of: month.month).intersection($0) != nil } ?? false
    }
  }

  /// Makes the corrections of a closed month.
  ///
  /// - Parameter repricing: what to price the month with from now on, nil for what it was priced
  ///   with last.
  /// - Throws: ``StoreError``, ``ConfigurationError`` or ``LedgerError``; nothing is changed then.
  package func run(_ closed: ClosedMonth, repricing: KeptConfiguration? = nil) throws
    -> BookedCorrections
  {
    let newest = try repricing?.text ?? store.correctedConfiguration(of: closed.month)
    let text = newest == closed.configuration ? nil : newest
    var kept = try KeptConfiguration(text: text ?? closed.configuration)
      .configuration(named: "the configuration kept with \(closed.month)")
    let known = Set(kept.sources.map(\.name))
    kept.sources += configuration.sources.filter { !known.contains($0.name) }
    let posting = PostingRun(store: store, configuration: kept)
    let reading = try posting.read(closed.month)
    defer { reading.cancel() }
    do {
      return try replace(closed, text, posting, reading)
    } catch let error as LedgerError where repricing == nil && text == nil {
      throw ClosingError.unpriced(closed.month, reason: "\(error)")
    }
  }

  private func replace(
    _ closed: ClosedMonth, _ text: String?, _ posting: PostingRun, _ reading: PostingRun.Reading
  ) throws -> BookedCorrections {
    try store.replaceCorrections(of: closed, range: reading.range, configuration: text) { writer in
      let (_, notes) = try posting.fill(from: reading) { lines, totals, day, book in
        let due = try writer.charges(
          of: lines, totals: totals, pools: book.pools, payers: book.payers)
        try Self.write(due, on: day, with: &writer)
      }
      for day in writer.daysLeft.sorted() { try Self.write([], on: day, with: &writer) }
      try writer.write(notes)
    }
  }

  private static func write(
    _ due: [Charge], on day: CivilDate, with writer: inout CorrectionWriter
  ) throws {
    let charged = try writer.charged(on: day)
    try writer.write(Corrections.differences(charged: charged, due: due), on: day)
  }
}
