import Configuration
import Pipeline
import Quantities
import Records
import Simulator
import Store
import TestSupport
import Testing

/// A simulated fleet whose days are collected, rolled up and posted one after the other.
private struct RetainedFleet {
  static let day = UTCInstant.millisecondsPerDay
  let folder = TemporaryFolder()
  let fleet: Fleet
  let store: Store
  var configuration: Configuration
  let start: UTCInstant

  init(seed: UInt64, days: Int) throws {
    start = try #require(CivilDate(year: 2026, month: 10, day: 30)).startInUTC
    var plan = FleetPlan(start: start)
    plan.seed = seed
    plan.hosts = 4
    plan.gpusPerHost = 2
    plan.hours = days * 24
    plan.scrapeInterval = 60_000
    fleet = try Fleet(plan)
    configuration = try ConfigurationLoader.parse(
      fleet.configuration(url: "http://127.0.0.1:9"), file: folder.path + "/gputally.yaml")
    store = try Store(path: folder.path + "/x.sqlite", access: .write(holder: "test"))
  }

  func end(of day: Int) -> UTCInstant { start + Int64(day + 1) * Self.day }

  func collect(day: Int) throws {
    let plan = fleet.plan
    let origin = SourceOrigin(name: fleet.sourceName, site: plan.site, cluster: plan.cluster)
    let range = TimeRange(end(of: day) - Self.day, end(of: day))
    let window = fleet.window(range)
    let writer = store.window(range, of: origin)
    for frame in window.frames { try writer.add(frame) }
    try writer.commit(window)
  }

  @discardableResult
  func roll(after day: Int, window: TimeRange? = nil) throws -> Rollup.Outcome {
    try Rollup(store: store, configuration: configuration).run(now: end(of: day), window: window)
  }

  func post() throws { _ = try PostingRun(store: store, configuration: configuration).run() }

  func drop(after day: Int, keptDays: Int64) throws -> Retention.Outcome {
    try Retention(store: store).run(kept: keptDays * Self.day, now: end(of: day))
  }

  /// The facts and the money, of hours before `end` where one is given.
  func ledger(before end: UTCInstant? = nil) throws -> [[Cell]] {
    let source = try QueryStore(path: store.path, calendar: configuration.calendar)
    let hours = "WHERE hour_ms < \(end?.milliseconds ?? .max)"
    return try (["state_hour \(hours)", "idle_piece \(hours)"] + (end == nil ? ["posting"] : []))
      .flatMap {
        try source.query("SELECT * FROM \($0)", parameters: [:], rowLimit: nil).rows
      }
  }

  func problems() throws -> [StoreProblem] {
    var found: [StoreProblem] = []
    for check in Verification(store: store).checks { found += try check.run() }
    return try found + SlotVerification(store: store, configuration: configuration).problems()
  }
}

@Suite struct `Dropping old samples` {
  @Test(arguments: [1, 2] as [UInt64])
  func `night after night leaves the ledger as without it`(seed: UInt64) throws {
    let days = 6
    let kept = try RetainedFleet(seed: seed, days: days)
    let dropped = try RetainedFleet(seed: seed, days: days)
    var count = 0
    for day in 0..<days {
      for one in [kept, dropped] {
        try one.collect(day: day)
        try one.roll(after: day)
        try one.post()
      }
      count += try dropped.drop(after: day, keptDays: 2).targetDays
    }
    #expect(count >= 4 * 2)
    #expect(try kept.ledger() == dropped.ledger())
    #expect(try dropped.store.sampleSizes().samples * 2 < kept.store.sampleSizes().samples * 3 / 2)
    #expect(try dropped.problems() == [])
    #expect(try dropped.store.frozenUntil() == dropped.end(of: days - 3))
  }

  @Test func `keeps final what a forced rollup or another idle rule would make of nothing`()
    throws
  {
    var fleet = try RetainedFleet(seed: 3, days: 5)
    for day in 0..<5 { try fleet.collect(day: day) }
    try fleet.roll(after: 4)
    try fleet.post()
    let before = try fleet.ledger()
    let outcome = try fleet.drop(after: 4, keptDays: 2)
    let frozen = try #require(outcome.frozenUntil)
    #expect(frozen == fleet.end(of: 2) && outcome.targetDays > 0)
    #expect(try fleet.ledger() == before)

    #expect(try fleet.roll(after: 4).frozenUntil == nil)
    let all = TimeRange(fleet.start, fleet.end(of: 4))
    #expect(try fleet.roll(after: 4, window: all).frozenUntil == frozen)
    #expect(try fleet.ledger() == before)
    #expect(
      try fleet.roll(after: 4, window: TimeRange(frozen, all.end)).frozenUntil == nil)

    let final = try fleet.ledger(before: frozen)
    fleet.configuration.idle = IdleRule(belowPartsPerMillion: 900_000)
    #expect(try fleet.roll(after: 4).frozenUntil == frozen)
    try fleet.post()
    #expect(try fleet.ledger(before: frozen) == final)
    #expect(try fleet.ledger() != before)
    #expect(try fleet.problems() == [])
  }

  @Test func `waits until every hour is rolled up and posted`() throws {
    let fleet = try RetainedFleet(seed: 4, days: 5)
    for day in 0..<5 { try fleet.collect(day: day) }
    let samples = try fleet.store.sampleSizes().samples
    #expect(try fleet.drop(after: 4, keptDays: 2) == Retention.Outcome())
    try fleet.roll(after: 4)
    #expect(try fleet.drop(after: 4, keptDays: 2) == Retention.Outcome())
    #expect(try fleet.store.sampleSizes().samples == samples)
    try fleet.post()
    // A day collected again is to be rolled up again.
    try fleet.store.markStale(
      hosts: Array(try fleet.store.hosts().values),
      ranges: [TimeRange(fleet.end(of: 1) + 3_600_000, fleet.end(of: 1) + 7_200_000)],
      settings: [:])
    #expect(try fleet.drop(after: 4, keptDays: 2).frozenUntil == fleet.end(of: 1))
    try fleet.roll(after: 4)
    try fleet.post()
    #expect(try fleet.drop(after: 4, keptDays: 2).frozenUntil == fleet.end(of: 2))
  }

  @Test func `refuses to collect what it dropped, and says why`() throws {
    let fleet = try RetainedFleet(seed: 5, days: 5)
    for day in 0..<5 { try fleet.collect(day: day) }
    try fleet.roll(after: 4)
    try fleet.post()
    _ = try fleet.drop(after: 4, keptDays: 2)
    let before = try fleet.ledger()
    let error = #expect(throws: StoreError.self) { try fleet.collect(day: 2) }
    #expect(
      error?.description
        == "the window 2026-11-01T00:00:00Z/2026-11-02T00:00:00Z can't be collected: samples "
        + "before 2026-11-02T00:00:00Z were dropped by 'retention', and their hours stay as they "
        + "were posted; start the window at 2026-11-02T00:00:00Z")
    try fleet.collect(day: 3)
    #expect(try fleet.ledger() == before)
    let source = try #require(fleet.configuration.sources.first)
    try fleet.store.recordGap(
      source: source.name, range: TimeRange(fleet.start, fleet.start + 3_600_000), reason: "down")
    let plan = try CollectPlan(
      bringing: source, upTo: fleet.end(of: 4) + 60_000, store: fleet.store,
      calendar: fleet.configuration.calendar)
    #expect(plan.windows.isEmpty)
  }
}
