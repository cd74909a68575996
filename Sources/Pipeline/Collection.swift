import Collectors
import Configuration
import Logging
import Quantities
import Records
import Store
import Transport

/// Brings sources up to date: all at once, each one window after another.
package struct Collection: Sendable {
  /// What came of one source.
  package struct SourceOutcome: Sendable {
    package let source: String
    package var hours = 0
    package var samples = 0
    /// nil for sources that have none.
    package var jobs: Int?
    /// How many virtual machines had GPUs; nil for sources that have none.
    package var machines: Int?
    /// What came of a source that is read as a whole, in words; nil for others.
    package var told: String?
    package var rejections: [Rejection] = []
    /// Spans that could not be collected or may be thin, and why.
    package var gaps: [(range: TimeRange, reason: String)] = []

    package init(source: String) {
      self.source = source
    }

    package var isComplete: Bool { gaps.isEmpty && rejections.isEmpty }
  }

  private let store: Store
  private let configuration: Configuration
  private let client: HTTPClient
  private let log: Logger
  private var calendar: BillingCalendar { configuration.calendar }

  package init(
    store: Store, configuration: Configuration, client: HTTPClient, log: Logger
  ) {
    self.store = store
    self.configuration = configuration
    self.client = client
    self.log = log
  }

  /// Collects from `sources` at once.
  ///
  /// - Parameters:
  ///   - window: to collect this span again; else everything missing up to `now`.
  ///   - progress: told the done and the whole number of windows.
  /// - Throws: ``StoreError`` where the store fails; a source that fails is told in its outcome.
  package func run(
    _ sources: [Source], window: TimeRange?, now: UTCInstant,
    progress: @escaping @Sendable (Int, Int) -> Void
  ) async throws -> [SourceOutcome] {
    var plans: [(Source, CollectPlan)] = []
    for source in sources {
      plans.append((source, try plan(of: source, window: window, now: now)))
    }
    let counter = ProgressCounter(
      whole: plans.reduce(0) { $0 + $1.1.windows.count }, report: progress)
    return try await withThrowingTaskGroup(of: SourceOutcome.self) { group in
      for (source, plan) in plans {
        group.addTask { try await collect(source, plan, now: now, counter) }
      }
      var outcomes: [SourceOutcome] = []
      for try await outcome in group { outcomes.append(outcome) }
      return outcomes.sorted { $0.source < $1.source }
    }
  }

  private func plan(of source: Source, window: TimeRange?, now: UTCInstant) throws -> CollectPlan {
    switch source.kind {
    case .prometheus: break
    // An exporter tells the present only, a file and a list what they tell.
    case .dcgmExporter, .reservations, .assignments, .bill, .rancher, .uyuni: return .nothing
    case .slurm(let slurm): if case .file = slurm.access { return .nothing }
    case .openstack, .vsphere: break
    }
    if let window {
      try store.checkIsOpen(window)
      return CollectPlan(again: window, upTo: now)
    }
    return try CollectPlan(bringing: source, upTo: now, store: store, calendar: calendar)
  }

  private func collect(
    _ source: Source, _ plan: CollectPlan, now: UTCInstant, _ counter: ProgressCounter
  ) async throws -> SourceOutcome {
    switch source.kind {
    case .prometheus(let prometheus):
      return try await collect(prometheus, of: source, plan, counter)
    case .dcgmExporter:
      return try await Following(open: { [store] in store }, client: client, clock: { now })
        .once(source)
    case .slurm(let slurm):
      return try await JobCollection(store: store, calendar: calendar, client: client)
        .run(slurm, of: source, plan: plan, now: now, counter)
    case .reservations(let reservations):
      return try await BookingCollection(store: store, calendar: calendar, client: client)
        .run(reservations, of: source, now: now)
    case .assignments(let assignments):
      return try await BookingCollection(store: store, calendar: calendar, client: client)
        .run(assignments, of: source, now: now)
    case .bill(let bill):
      return try await BillCollection(
        store: store, calendar: calendar, types: InstanceTypes(configuration), client: client
      ).run(bill, of: source, now: now)
    case .rancher(let rancher):
      return try await RancherCollection(store: store, calendar: calendar, client: client)
        .run(rancher, of: source, now: now)
    case .uyuni:
      var outcome = SourceOutcome(source: source.name)
      outcome.told = "nothing is stored of it; 'gputally inventory \(source.name)' prints its hosts"
      return outcome
    case .openstack(let cloud):
      return try await MachineCollection(store: store, client: client).run(
        PlatformSource(OpenStackSettings(cloud, source.connection), client: client), of: source,
        plan: plan, now: now, counter)
    case .vsphere(let vCenter):
      return try await MachineCollection(store: store, client: client).run(
        PlatformSource(VSphereSettings(vCenter, source.connection), client: client), of: source,
        plan: plan, now: now, counter)
    }
  }

  private func collect(
    _ settings: PrometheusSource, of source: Source, _ plan: CollectPlan,
    _ counter: ProgressCounter
  ) async throws -> SourceOutcome {
    var outcome = SourceOutcome(source: source.name)
    let collector = PrometheusCollector(
      settings: PrometheusSettings(settings, source.connection), client: client, log: log)
    var failures = 0
    for window in plan.windows {
      // A source that failed twice in a row is down: asking for every other window costs minutes.
      let result =
        failures < 2
        ? try await self.collect(window, source, collector)
        : .failure(reason: "not asked for, since the source failed twice in a row")
      switch result {
      case .success(let count, let collected):
        failures = 0
        outcome.add(window, samples: count, collected)
      case .failure(let reason):
        failures += 1
        try store.recordGap(source: source.name, range: window, reason: reason)
        outcome.miss(window, reason)
      }
      counter.step()
    }
    return outcome
  }

  private enum WindowResult {
    case success(samples: Int, CollectedWindow)
    case failure(reason: String)
  }

  private func collect(_ window: TimeRange, _ source: Source, _ collector: PrometheusCollector)
    async throws -> WindowResult
  {
    let writer = store.window(window, of: source.origin)
    let intake = Intake(writer: writer)
    do {
      let collected = try await collector.collect(window) { try intake.add($0) }
      try writer.commit(collected)
      return .success(samples: intake.samples, collected)
    } catch let error as CollectorError {
      // A full disk is no fault of the source: it ends the run.
      if let failure = intake.failure { throw failure }
      return .failure(reason: "\(error)")
    }
  }
}

extension Collection.SourceOutcome {
  mutating func add(_ window: TimeRange, samples count: Int, _ collected: CollectedWindow) {
    hours += Int(window.milliseconds / UTCInstant.millisecondsPerHour)
    samples += count
    rejections += collected.rejections
    if !collected.shortfalls.isEmpty {
      miss(window, collected.shortfalls.joined(separator: "; "))
    }
  }

  /// Notes a gap; windows that follow each other and are missing for one reason are one gap.
  mutating func miss(_ window: TimeRange, _ reason: String) {
    if let last = gaps.last, last.range.end == window.start, last.reason == reason {
      gaps[gaps.count - 1].range = TimeRange(last.range.start, window.end)
    } else {
      gaps.append((window, reason))
    }
  }
}
