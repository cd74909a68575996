import Configuration
import Ledger
import Quantities
import Records
import Store

/// The state ledger to money: whole billing months, each in one transaction.
package struct PostingRun {
  private let store: Store
  private let configuration: Configuration
  private let inventory: Inventory

  /// What was posted.
  package struct Outcome: Sendable {
    /// One billing month.
    package struct Month: Sendable {
      package let month: BillingMonth
      package let postings: Int
      package let costMicros: Int64
    }
    package var months: [Month] = []
  }

  package init(store: Store, configuration: Configuration) {
    self.store = store
    self.configuration = configuration
    inventory = Inventory(configuration)
  }

  /// Posts the months of `range`, or without one those that changed since they were posted.
  ///
  /// - Parameter range: its months are written anew as a whole, also where nothing changed.
  /// - Throws: ``StoreError``, or ``LedgerError`` where a price is missing or a balance is off;
  ///   the months before that one are posted then.
  package func run(range: TimeRange? = nil) throws -> Outcome {
    var outcome = Outcome()
    guard let facts = try store.factSpan() else { return outcome }
    for month in try months(in: range, facts: facts) {
      outcome.months.append(try post(month, facts: facts, isRenewing: range != nil))
    }
    return outcome
  }

  private func months(
    in range: TimeRange?, facts: TimeRange
  ) throws(StoreError) -> [BillingMonth] {
    let calendar = configuration.calendar
    if let range {
      guard let part = range.intersection(facts) else { return [] }
      return Set(calendar.days(in: part).map(BillingMonth.init(containing:))).sorted()
    }
    let all = Set(calendar.days(in: facts).map(BillingMonth.init(containing:)))
    let current = Set(
      try store.postedMonths().filter {
        $0.fingerprint == fingerprint(of: $0.month, facts: facts)
      }.map(\.month))
    let changed = Set(
      try store.unpostedHours().map { BillingMonth(containing: calendar.day(of: $0)) })
    return all.subtracting(current).union(changed).sorted()
  }

  /// The days of a month that cost something: those from the first to the last with facts, where
  /// cost pools say what days without time cost.
  private func chargedDays(of month: BillingMonth, facts: TimeRange) -> [CivilDate] {
    let calendar = configuration.calendar
    guard !configuration.costPools.isEmpty,
      let part = calendar.range(of: month).intersection(facts)
    else { return [] }
    return calendar.days(in: part)
  }

  /// What a month is made with.
  private func fingerprint(of month: BillingMonth, facts: TimeRange) -> String {
    let days = chargedDays(of: month, facts: facts)
    guard let first = days.first, let last = days.last else {
      return configuration.moneyFingerprint
    }
    return "\(configuration.moneyFingerprint) \(first) to \(last)"
  }

  private func post(
    _ month: BillingMonth, facts: TimeRange, isRenewing: Bool
  ) throws -> Outcome.Month {
    let calendar = configuration.calendar
    let range = calendar.range(of: month)
    let days = calendar.days(in: range)
    let attributes = try WorkloadAttributes(
      store: store, configuration: configuration, range: range)
    let hosts = try store.hosts()
    let models = try store.gpuModels()
    let store = self.store
    let plan = configuration.costPlan
    let charged = Set(chargedDays(of: month, facts: facts))
    let ahead = Ahead(count: days.count, width: Self.readersMax) { index in
      Result {
        try DayFacts(
          store, of: calendar.range(of: days[index]), attributes: attributes,
          hasEnergy: plan.needsEnergy)
      }
    }
    defer { ahead.cancel() }
    let ledger = MonthLedger(
      month: month, currency: configuration.currency, rates: configuration.rateCard,
      teams: configuration.teamMap, policies: configuration.policyBook, plan: plan)
    let book = try store.replacePostings(
      of: month, range: range, currency: configuration.currency,
      fingerprint: fingerprint(of: month, facts: facts), isRenewing: isRenewing
    ) { writer in
      var book = ledger.open()
      var notes: [Int64: WorkloadNote] = [:]
      for day in days {
        guard var facts = try ahead.next()?.get() else { break }
        guard !facts.totals.isEmpty || charged.contains(day) else { continue }
        let energy = try facts.number(
          on: day, hosts: hosts, models: models, inventory: inventory, path: store.path, in: &book)
        let posted = book.post(
          facts.totals, of: day, workloads: facts.attributes, energy: energy)
        notes.merge(facts.notes) { old, _ in old }
        try writer.add(
          posted.lines, costs: posted.costs, totals: facts.totals, of: day, pools: book.pools,
          payers: book.payers)
      }
      let costs = try book.close()
      try writer.write(notes)
      return PostedBook(
        costMicros: costs.reduce(0) { $0 + $1.costMicros }, pools: book.pools,
        payers: book.payers, exchangeRates: book.exchangeRates)
    }
    return Outcome.Month(month: month, postings: book.count, costMicros: book.costMicros)
  }

  /// Cores that read while another writes.
  private static let readersMax = 2
}
