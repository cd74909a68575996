import Collectors
import Configuration
import Foundation
import Quantities
import Records
import Store
import Transport

/// Brings the accounting of a batch scheduler up to date.
struct JobCollection {
  private let store: Store
  private let calendar: BillingCalendar
  private let client: HTTPClient

  init(store: Store, calendar: BillingCalendar, client: HTTPClient) {
    self.store = store
    self.client = client
    self.calendar = calendar
  }

  /// - Throws: ``StoreError`` where the store fails; a source that fails is told in the outcome.
  func run(
    _ slurm: SlurmSource, of source: Source, plan: CollectPlan, now: UTCInstant,
    _ counter: ProgressCounter
  ) async throws -> Collection.SourceOutcome {
    var outcome = Collection.SourceOutcome(source: source.name)
    outcome.jobs = 0
    let settings = SlurmSettings(slurm, of: source, calendar: calendar)
    let collector = SlurmCollector(settings: settings, client: client)
    if case .file(let path) = slurm.access {
      try await read(path, collector, source, now: now, &outcome)
      return outcome
    }
    let reader = SlurmClusterReader(settings)
    let cluster = plan.windows.isEmpty ? nil : reader?.read(now: now)
    if let cluster, let asked = cluster.reservationsAsked {
      try store.replaceReservations(
        ReservationWindow(reservations: cluster.reserved.forWork, start: asked), of: source.origin)
    }
    // What the controller says now is told once, with the first window that is stored.
    var refusedNow = cluster?.rejections ?? []
    for window in plan.windows {
      do {
        let result = try await collector.collect(window)
        let around = Self.surroundings(of: window, reader, cluster)
        // Jobs come last: they say that the hours are complete.
        if let reservations = around.reservations {
          try store.replaceReservations(
            ReservationWindow(reservations: reservations, start: window.start, end: window.end),
            of: source.origin)
        }
        let rejections = result.rejections + around.rejections + refusedNow
        try store.replaceJobs(
          JobWindow(
            range: window, jobs: result.jobs.placed(cluster?.placements ?? [:]),
            nodes: cluster?.nodes ?? Self.nodes(of: result.jobs), outages: around.outages,
            rejections: rejections, shortfalls: around.shortfalls),
          of: source.origin)
        outcome.add(window, jobs: result.jobs.count, rejections)
        refusedNow = []
        if !around.shortfalls.isEmpty {
          outcome.miss(window, around.shortfalls.joined(separator: "; "))
        }
      } catch let error as CollectorError {
        try store.recordGap(source: source.name, range: window, reason: "\(error)")
        outcome.miss(window, "\(error)")
      }
      counter.step()
    }
    outcome.rejections += refusedNow
    return outcome
  }

  /// What is said of the nodes in a window, and what couldn't be said.
  private struct Surroundings {
    var outages: [Observation] = []
    var reservations: [Reservation]?
    var rejections: [Rejection] = []
    var shortfalls: [String] = []
  }

  private static func surroundings(
    of window: TimeRange, _ reader: SlurmClusterReader?, _ cluster: SlurmCluster?
  ) -> Surroundings {
    guard let reader, let cluster else { return Surroundings() }
    var around = Surroundings(shortfalls: cluster.shortfalls)
    do throws(CollectorError) {
      let out = try reader.outages(in: window)
      let reserved = try reader.reservations(in: window, cluster)
      around.outages = out.outages + reserved.maintenance
      around.reservations = reserved.forWork
      around.rejections = out.rejections + reserved.rejections
    } catch {
      around.shortfalls.append("outages and reservations: \(error)")
    }
    return around
  }

  /// A file tells of the hours from its first job's submission to when it was printed.
  private func read(
    _ path: String, _ collector: SlurmCollector, _ source: Source, now: UTCInstant,
    _ outcome: inout Collection.SourceOutcome
  ) async throws {
    let printed = Self.modified(path) ?? now
    let end = min(printed, now).startOfHour
    do {
      let result = try await collector.collect(TimeRange(end, end))
      let first = result.jobs.map(\.submitted).min()?.startOfHour ?? end
      let last = result.jobs.compactMap(\.ended).max()?.endOfHour ?? end
      let range = TimeRange(min(first, end), max(end, min(last, now.endOfHour)))
      try store.replaceJobs(
        JobWindow(
          range: range, jobs: result.jobs, nodes: Self.nodes(of: result.jobs),
          rejections: result.rejections, isLive: false),
        of: source.origin)
      outcome.add(range, jobs: result.jobs.count, result.rejections)
    } catch let error as CollectorError {
      outcome.miss(TimeRange(end, end), "\(error)")
    }
  }

  /// The nodes that a file tells of: those that jobs ran on.
  private static func nodes(of jobs: [Job]) -> [SchedulerNode] {
    Set(jobs.flatMap(\.hosts)).sorted().map { SchedulerNode(name: $0, gpuCount: 0) }
  }

  private static func modified(_ path: String) -> UTCInstant? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let date = attributes?[.modificationDate] as? Date else { return nil }
    return UTCInstant(milliseconds: Int64(date.timeIntervalSince1970 * 1_000))
  }
}

extension Collection.SourceOutcome {
  fileprivate mutating func add(_ range: TimeRange, jobs count: Int, _ refused: [Rejection]) {
    hours += Int(range.milliseconds / UTCInstant.millisecondsPerHour)
    jobs = (jobs ?? 0) + count
    rejections += refused
  }
}

extension [Job] {
  /// The jobs with what those that run have of their nodes.
  fileprivate func placed(_ placements: [String: [Job.Placement]]) -> [Job] {
    map { job in
      // Users write into what scontrol prints: what doesn't fit the accounting isn't believed.
      guard job.state == .running, let known = placements[job.id],
        Set(known.map(\.host)) == Set(job.hosts),
        known.reduce(0, { $0 + $1.indexes.count }) == job.gpuCount
      else { return job }
      var job = job
      job.placements = known
      return job
    }
  }
}
