import Collectors
import Configuration
import Foundation
import Quantities
import Records
import Store
import Transport

/// Scrapes dcgm-exporters at their interval until it is told to stop.
///
/// Scrapes wait in memory and are stored every few minutes, at the end of each UTC hour, and at
/// the end: a crash loses the minutes since. The store is open only for the moments in which
/// scrapes are stored, so that a nightly run finds it free; while somebody else writes, scrapes
/// wait longer.
package struct Following: Sendable {
  /// How often what was scraped is stored.
  private static let flushMilliseconds: Int64 = 5 * 60 * 1_000

  private let open: @Sendable () throws -> Store
  /// One source stores at a time: the store has one writer.
  private let turn = NSLock()
  private let client: HTTPClient
  private let clock: @Sendable () -> UTCInstant

  /// - Parameters:
  ///   - open: opens the store to write; called for each time that something is stored.
  ///   - clock: asked for the time of each scrape.
  package init(
    open: @escaping @Sendable () throws -> Store, client: HTTPClient,
    clock: @escaping @Sendable () -> UTCInstant
  ) {
    self.open = open
    self.client = client
    self.clock = clock
  }

  /// Follows `sources` until the task is cancelled.
  ///
  /// - Returns: what came of each source; those that can't be followed are left out.
  /// - Throws: ``StoreError`` where the store fails.
  package func run(_ sources: [Source]) async throws -> [Collection.SourceOutcome] {
    try await withThrowingTaskGroup(of: Collection.SourceOutcome.self) { group in
      for source in sources {
        guard case .dcgmExporter(let exporter) = source.kind else { continue }
        group.addTask { try await follow(source, exporter) }
      }
      var outcomes: [Collection.SourceOutcome] = []
      for try await outcome in group { outcomes.append(outcome) }
      return outcomes.sorted { $0.source < $1.source }
    }
  }

  /// Scrapes the targets of `source` once, and stores that.
  package func once(_ source: Source) async throws -> Collection.SourceOutcome {
    var outcome = Collection.SourceOutcome(source: source.name)
    guard case .dcgmExporter(let exporter) = source.kind else { return outcome }
    let collector = DCGMExporterCollector(
      settings: DCGMExporterSettings(exporter, source.connection), client: client)
    let now = clock()
    var buffer = ScrapeBuffer()
    buffer.add(await collector.scrape(at: now))
    var hour = FollowedHour(start: now, isWhole: false)
    try store(&buffer, TimeRange(now, now + 1), of: source, in: try open(), &hour, &outcome)
    return outcome
  }

  private func follow(_ source: Source, _ exporter: DCGMExporterSource) async throws
    -> Collection.SourceOutcome
  {
    let collector = DCGMExporterCollector(
      settings: DCGMExporterSettings(exporter, source.connection), client: client)
    var outcome = Collection.SourceOutcome(source: source.name)
    var buffer = ScrapeBuffer()
    var flushed = clock()
    var hour = FollowedHour(start: flushed, isWhole: flushed == flushed.startOfHour)
    var next = flushed
    while !Task.isCancelled {
      let now = clock()
      buffer.add(await collector.scrape(at: now))
      if now.startOfHour > flushed.startOfHour || now - flushed >= Self.flushMilliseconds {
        do {
          try flush(&buffer, from: &flushed, to: now, of: source, &hour, &outcome)
        } catch StoreError.locked {
          // What was scraped waits for the next time.
        }
      }
      next = max(next + exporter.interval, clock())
      try? await Task.sleep(for: .milliseconds(max(0, next - clock())))
    }
    try flush(&buffer, from: &flushed, to: clock() + 1, of: source, &hour, &outcome)
    return outcome
  }

  /// Stores what was scraped since `flushed`, hour by hour.
  private func flush(
    _ buffer: inout ScrapeBuffer, from flushed: inout UTCInstant, to now: UTCInstant,
    of source: Source, _ hour: inout FollowedHour, _ outcome: inout Collection.SourceOutcome
  ) throws {
    turn.lock()
    defer { turn.unlock() }
    let store = try open()
    defer { store.close() }
    while flushed < now {
      let end = min(now, flushed.startOfHour + UTCInstant.millisecondsPerHour)
      try self.store(&buffer, TimeRange(flushed, end), of: source, in: store, &hour, &outcome)
      if end == end.startOfHour {
        outcome.hours += 1
        hour = FollowedHour(start: end, isWhole: true)
      }
      flushed = end
    }
  }

  private func store(
    _ buffer: inout ScrapeBuffer, _ range: TimeRange, of source: Source, in store: Store,
    _ hour: inout FollowedHour, _ outcome: inout Collection.SourceOutcome
  ) throws {
    var window = buffer.drain(range)
    hour.failures.formUnion(window.shortfalls)
    for failure in window.shortfalls { outcome.gaps.append((range, failure)) }
    outcome.rejections += window.rejections
    outcome.samples += window.frames.reduce(0) { $0 + $1.sampleCount }
    window.shortfalls = hour.shortfalls(at: range.end)
    let writer = store.window(range, of: source.origin)
    for frame in window.frames { try writer.add(frame) }
    try writer.commit(window, isReplacing: false)
  }
}

/// What is known of the hour that is being followed.
private struct FollowedHour {
  let start: UTCInstant
  /// Whether the hour was followed from its very start.
  let isWhole: Bool
  var failures: Set<String> = []

  init(start: UTCInstant, isWhole: Bool) {
    self.start = start
    self.isWhole = isWhole
  }

  /// Why the hour isn't complete as of `end`, empty where it is.
  func shortfalls(at end: UTCInstant) -> [String] {
    var reasons = failures.sorted()
    if !isWhole { reasons.insert("followed from \(start) on", at: 0) }
    if end != end.startOfHour { reasons.append("followed until \(end)") }
    return reasons
  }
}
