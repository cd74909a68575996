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
    /// What changed of closed months, and is charged in the open one.
    package var corrections: [BookedCorrections] = []

    /// The months whose charges were written.
    package var written: [BillingMonth] {
      Set(months.map(\.month) + corrections.map(\.month)).sorted()
    }
  }

  package init(store: Store, configuration: Configuration) {
    self.store = store
    self.configuration = configuration
    inventory = Inventory(configuration)
  }

  /// Posts the months of `range`, or without one those that changed since they were posted. What
  /// changed of closed months is charged in the open one.
  ///
  /// - Parameter range: its months are written anew as a whole, also where nothing changed; of
  ///   closed ones the corrections are.
  /// - Throws: ``ClosingError`` where closed months count days or money otherwise, ``StoreError``, or ``LedgerError`` where a price is missing or a balance is off;
  ///   the months before that one are posted then.
  package func run(range: TimeRange? = nil) throws -> Outcome {
    var outcome = Outcome()
    let closed = try store.closedMonths()
    try ClosedConfigurations.check(configuration, against: closed)
    for month in try months(in: range) where !closed.contains(where: { $0.month == month }) {
      outcome.months.append(try post(month, isRenewing: range != nil))
    }
    let corrections = CorrectionRun(store: store, configuration: configuration)
    for month in try corrections.due(of: closed, in: range) {
      outcome.corrections.append(try corrections.run(month))
    }
    return outcome
  }

  /// Prices the closed months of `range` with this configuration from now on, and charges the
  /// difference in the open one.
  ///
  /// - Parameter kept: what is kept of this configuration.
  /// - Throws: ``ClosingError`` where one of the months is open, or as ``run(range:)`` does.
  package func correct(range: TimeRange, with kept: KeptConfiguration) throws -> Outcome {
    let closed = try store.closedMonths()
    try ClosedConfigurations.check(configuration, against: closed)
    try ClosedConfigurations.check(kept, isOf: configuration)
    if let open = try months(in: range).first(where: { month in
      !closed.contains { $0.month == month }
    }) {
      throw ClosingError.notClosed(open)
    }
    let corrections = CorrectionRun(store: store, configuration: configuration)
    var outcome = Outcome()
    for month in closed
    where configuration.calendar.range(of: month.month).intersection(range) != nil {
      outcome.corrections.append(try corrections.run(month, repricing: kept))
    }
    return outcome
  }

  private func months(in range: TimeRange?) throws(StoreError) -> [BillingMonth] {
    guard let facts = try store.factSpan() else { return [] }
    let calendar = configuration.calendar
    if let range {
      guard let part = range.intersection(facts) else { return [] }
      return Set(calendar.days(in: part).map(BillingMonth.init(containing:))).sorted()
    }
    let all = Set(calendar.days(in: facts).map(BillingMonth.init(containing:)))
    let fingerprint = configuration.moneyFingerprint
    let current = Set(
      try store.postedMonths().filter { $0.fingerprint == fingerprint }.map(\.month))
    let changed = Set(
      try store.unpostedHours().map { BillingMonth(containing: calendar.day(of: $0)) })
    return all.subtracting(current).union(changed).sorted()
  }

  private func post(_ month: BillingMonth, isRenewing: Bool) throws -> Outcome.Month {
    let reading = try read(month)
    defer { reading.cancel() }
    let book = try store.replacePostings(
      of: month, range: reading.range, currency: configuration.currency,
      fingerprint: configuration.moneyFingerprint, isRenewing: isRenewing
    ) { writer in
      let (book, notes) = try fill(from: reading) { lines, totals, day, book in
        try writer.add(lines, totals: totals, of: day, pools: book.pools, payers: book.payers)
      }
      try writer.write(notes)
      return book
    }
    return Outcome.Month(month: month, postings: book.count, costMicros: book.costMicros)
  }

  /// A month's facts, which are read ahead.
  struct Reading {
    fileprivate let month: BillingMonth
    let range: TimeRange
    fileprivate let dates: [CivilDate]
    fileprivate let hosts: [Int64: HostKey]
    fileprivate let models: [Int64: String]
    fileprivate let days: Ahead<Result<DayFacts, any Error>>

    /// Lets nothing more be read.
    func cancel() { days.cancel() }
  }

  /// Starts to read the facts of `month`.
  func read(_ month: BillingMonth) throws -> Reading {
    let calendar = configuration.calendar
    let range = calendar.range(of: month)
    let dates = calendar.days(in: range)
    let attributes = try WorkloadAttributes(
      store: store, configuration: configuration, range: range)
    let store = self.store
    return Reading(
      month: month, range: range, dates: dates, hosts: try store.hosts(),
      models: try store.gpuModels(),
      days: Ahead(count: dates.count, width: Self.readersMax) { index in
        Result { try DayFacts(store, of: calendar.range(of: dates[index]), attributes: attributes) }
      })
  }

  /// Writes the account book of the month that is read.
  ///
  /// - Parameter add: is given the lines of each day, in order.
  /// - Returns: what it comes to, and what is known of the workloads in it.
  func fill(
    from reading: Reading,
    _ add: ([PostingLine], [DayTotal], CivilDate, MonthBook) throws -> Void
  ) throws -> (book: PostedBook, notes: [Int64: WorkloadNote]) {
    var book = MonthLedger(
      month: reading.month, currency: configuration.currency, rates: rates,
      teams: configuration.teamMap, policies: configuration.policyBook
    ).open()
    var notes: [Int64: WorkloadNote] = [:]
    for day in reading.dates {
      guard var facts = try reading.days.next()?.get() else { break }
      guard !facts.totals.isEmpty else { continue }
      try number(
        &facts.totals, on: day, hosts: reading.hosts, models: reading.models, in: &book)
      let lines = book.post(facts.totals, of: day, workloads: facts.attributes)
      notes.merge(facts.notes) { old, _ in old }
      try add(lines, facts.totals, day, book)
    }
    let costs = try book.close()
    return (
      PostedBook(
        costMicros: costs.reduce(0) { $0 + $1.costMicros }, pools: book.pools,
        payers: book.payers), notes
    )
  }

  /// Cores that read while another writes.
  private static let readersMax = 2

  /// What the store knows of a day.
  fileprivate struct DayFacts: Sendable {
    var totals: [DayTotal]
    /// Of the workloads that the totals name.
    let attributes: [Int64: [String: String]]
    let notes: [Int64: WorkloadNote]

    init(
      _ store: Store, of range: TimeRange, attributes: WorkloadAttributes
    ) throws(StoreError) {
      totals = try store.totals(in: range)
      var workloads: Set<Int64> = []
      var last: Int64 = 0
      for total in totals where total.workload != last {
        workloads.insert(total.workload)
        last = total.workload
      }
      self.attributes = try attributes.of(workloads)
      notes = self.attributes.mapValues(WorkloadNote.init)
    }
  }

  /// Gives a day's totals the numbers of their pools and owners.
  private func number(
    _ totals: inout [DayTotal], on day: CivilDate, hosts: [Int64: HostKey],
    models: [Int64: String], in book: inout MonthBook
  ) throws(StoreError) {
    var start = 0
    while start < totals.count {
      let id = totals[start].host
      guard let host = hosts[id] else {
        throw .broken(path: store.path, reason: "host \(id) has facts but no name")
      }
      let entry = inventory.entry(of: host, on: day)
      let owner = entry?.owner.map { book.number(ofTeam: $0, on: day) }
      var last: (gpu: Int64, pool: Int32)?
      while start < totals.count, totals[start].host == id {
        let gpu = totals[start].gpu
        if last?.gpu != gpu {
          let seen = models[gpu] ?? ""
          let pool = PoolKey(
            site: host.site, cluster: host.cluster,
            gpuModel: seen.isEmpty ? entry?.gpuModel ?? "" : seen)
          last = (gpu, book.number(of: pool))
        }
        totals[start].pool = last?.pool ?? 0
        totals[start].owner = owner
        start += 1
      }
    }
  }

  // MARK: What the configuration says, in the ledger's words

  private var rates: RateCard {
    RateCard(
      configuration.rates.map {
        RateCard.Rate(
          site: $0.site, cluster: $0.cluster, gpuModel: $0.gpuModel, perGPUHour: $0.perGPUHour,
          from: $0.from, to: $0.to)
      })
  }
}
