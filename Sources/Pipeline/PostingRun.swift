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
    /// Storage in the written months of which nothing says what it costs.
    package fileprivate(set) var unpriced: [UnpricedStorage] = []

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
  /// - Throws: ``ClosingError`` where closed months count days or money otherwise, ``StoreError``,
  ///   or ``LedgerError`` where a price is missing or a balance is off; the months before that one
  ///   are posted then.
  package func run(range: TimeRange? = nil) throws -> Outcome {
    var outcome = Outcome()
    let closed = try store.closedMonths()
    try ClosedConfigurations.check(configuration, against: closed)
    try Requesters(store: store, configuration: configuration).run()
    try store.replaceSites(
      Dictionary(configuration.sites.map { ($0.name, $0.kind.rawValue) }) { first, _ in first })
    guard let facts = try span() else { return outcome }
    for month in try months(in: range, facts: facts)
    where !closed.contains(where: { $0.month == month }) {
      outcome.months.append(try post(month, facts: facts, isRenewing: range != nil))
    }
    let corrections = CorrectionRun(store: store, configuration: configuration)
    for month in try corrections.due(of: closed, in: range, facts: facts) {
      outcome.corrections.append(try corrections.run(month, facts: facts))
    }
    let written = Set(outcome.written)
    outcome.unpriced = try store.unpricedStorage().filter { written.contains($0.month) }
    return outcome
  }

  /// Prices the closed months of `range` with this configuration from now on, and charges the
  /// difference in the open one.
  ///
  /// - Parameter kept: what is kept of this configuration.
  /// - Throws: ``ClosingError`` where one of the months is open, or as ``run(range:)`` does.
  package func correct(range: TimeRange, with kept: KeptConfiguration) throws -> Outcome {
    var outcome = Outcome()
    let closed = try store.closedMonths()
    try ClosedConfigurations.check(configuration, against: closed)
    try ClosedConfigurations.check(kept, isOf: configuration)
    guard let facts = try span() else { return outcome }
    if let open = try months(in: range, facts: facts).first(where: { month in
      !closed.contains { $0.month == month }
    }) {
      throw ClosingError.notClosed(open)
    }
    let corrections = CorrectionRun(store: store, configuration: configuration)
    for month in closed
    where configuration.calendar.range(of: month.month).intersection(range) != nil {
      outcome.corrections.append(try corrections.run(month, facts: facts, repricing: kept))
    }
    return outcome
  }

  private func volumeSpan() throws(StoreError) -> TimeRange? {
    try store.volumeSpan(of: configuration.sources.map(\.name))
  }

  /// What the ledger of states spans; where there are no GPUs what volumes do, and where there are
  /// only bills, nothing at their beginning.
  func span() throws(StoreError) -> TimeRange? {
    if let facts = try store.factSpan() { return facts }
    if let volumes = try volumeSpan() { return volumes }
    return try store.billedSpan().map { TimeRange($0.start, $0.start) }
  }

  private func months(
    in range: TimeRange?, facts: TimeRange
  ) throws(StoreError) -> [BillingMonth] {
    let calendar = configuration.calendar
    let spans = [facts, try store.billedSpan(), try volumeSpan()].compactMap { $0 }.filter {
      !$0.isEmpty
    }
    let all = Set(
      spans.compactMap { span in range.map { span.intersection($0) } ?? span }
        .flatMap(calendar.days(in:)).map(BillingMonth.init(containing:)))
    if range != nil { return all.sorted() }
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
  func fingerprint(of month: BillingMonth, facts: TimeRange) -> String {
    let days = chargedDays(of: month, facts: facts)
    guard let first = days.first, let last = days.last else {
      return configuration.moneyFingerprint
    }
    return "\(configuration.moneyFingerprint) \(first) to \(last)"
  }

  private func post(
    _ month: BillingMonth, facts: TimeRange, isRenewing: Bool
  ) throws -> Outcome.Month {
    let reading = try read(month, facts: facts)
    defer { reading.cancel() }
    let book = try store.replacePostings(
      of: month, range: reading.range, currency: configuration.currency,
      fingerprint: fingerprint(of: month, facts: facts), isRenewing: isRenewing
    ) { writer in
      let (book, notes) = try fill(from: reading) { posted, totals, day, book in
        try writer.add(
          posted.lines, costs: posted.costs, storage: posted.storage, totals: totals, of: day,
          pools: book.pools, payers: book.payers)
        try writer.register(reading.volumes.workloads(on: day))
      }
      try writer.write(notes)
      return book
    }
    return Outcome.Month(month: month, postings: book.count, costMicros: book.costMicros)
  }

  /// A month's facts, which are read ahead.
  struct Reading {
    fileprivate let ledger: MonthLedger
    let range: TimeRange
    fileprivate let dates: [CivilDate]
    /// The days that cost something without any time.
    fileprivate let charged: Set<CivilDate>
    fileprivate let hosts: [Int64: HostKey]
    fileprivate let models: [Int64: String]
    fileprivate let types: [HostKey: String]
    fileprivate let billed: BilledMonth
    let volumes: VolumeMonth
    fileprivate let attributes: WorkloadAttributes
    fileprivate let storageRates: StorageRates
    fileprivate let days: Ahead<Result<DayFacts, any Error>>

    /// Lets nothing more be read.
    func cancel() { days.cancel() }
  }

  /// Starts to read the facts of `month`.
  func read(_ month: BillingMonth, facts: TimeRange) throws -> Reading {
    let calendar = configuration.calendar
    let range = calendar.range(of: month)
    let dates = calendar.days(in: range)
    let attributes = try WorkloadAttributes(
      store: store, configuration: configuration, range: range)
    let store = self.store
    let plan = configuration.costPlan
    return Reading(
      ledger: MonthLedger(
        month: month, currency: configuration.currency, rates: configuration.rateCard,
        teams: configuration.teamMap, policies: configuration.policyBook, plan: plan,
        storageRates: configuration.storageRateList),
      range: range, dates: dates, charged: Set(chargedDays(of: month, facts: facts)),
      hosts: try store.hosts(), models: try store.gpuModels(),
      types: try store.gpuTypes(configuration, in: range),
      billed: try BilledMonth(store, configuration, in: range),
      volumes: try VolumeMonth(store, configuration, in: range), attributes: attributes,
      storageRates: configuration.storageRateList,
      days: Ahead(count: dates.count, width: Self.readersMax) { index in
        Result {
          try DayFacts(
            store, of: calendar.range(of: dates[index]), attributes: attributes,
            hasEnergy: plan.needsEnergy)
        }
      })
  }

  /// Writes the account book of the month that is read.
  ///
  /// - Parameter add: is given each day as it is posted, in order.
  /// - Returns: what it comes to, and what is known of the workloads in it.
  func fill(
    from reading: Reading,
    _ add: (MonthBook.Day, [DayTotal], CivilDate, MonthBook) throws -> Void
  ) throws -> (book: PostedBook, notes: [Int64: WorkloadNote]) {
    var book = reading.ledger.open()
    var notes: [Int64: WorkloadNote] = [:]
    for day in reading.dates {
      guard var facts = try reading.days.next()?.get() else { break }
      let stored = reading.volumes.workloads(on: day)
      guard
        !facts.totals.isEmpty || reading.charged.contains(day) || reading.billed.charges(on: day)
          || !stored.isEmpty
      else { continue }
      var hostPools = HostPools()
      let energy = try facts.number(
        on: day, hosts: reading.hosts, models: reading.models, types: reading.types,
        inventory: inventory, path: store.path, in: &book, &hostPools)
      let billed = reading.billed.amounts(on: day, hosts: hostPools) { book.number(of: $0) }
      let volumes = reading.volumes.volumes(on: day, rates: reading.storageRates) {
        book.number(of: $0)
      }
      let ofVolumes = reading.attributes.of(
        stored, before: configuration.calendar.range(of: day).end)
      var workloads = facts.attributes
      if !billed.isEmpty { workloads.merge(reading.billed.attributes(on: day)) { own, _ in own } }
      workloads.merge(ofVolumes) { own, _ in own }
      let posted = book.post(
        facts.totals, of: day, workloads: workloads, energy: energy, billed: billed,
        volumes: volumes)
      notes.merge(facts.notes) { old, _ in old }
      notes.merge(ofVolumes.mapValues(WorkloadNote.init)) { old, _ in old }
      try add(posted, facts.totals, day, book)
    }
    let costs = try book.close()
    return (
      PostedBook(
        costMicros: costs.reduce(0) { $0 + $1.costMicros }, pools: book.pools,
        payers: book.payers, exchangeRates: book.exchangeRates), notes
    )
  }

  /// Cores that read while another writes.
  private static let readersMax = 2
}
