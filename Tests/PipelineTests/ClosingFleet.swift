import Configuration
import Foundation
import Quantities
import Records
import Simulator
import Store
import TestSupport
import Testing

@testable import Pipeline

/// A simulated fleet around the end of a month, whose hours come when a test wants them.
final class ClosingFleet {
  static let hour = UTCInstant.millisecondsPerHour
  let folder = TemporaryFolder()
  let fleet: Fleet
  let store: Store
  /// The text of gputally.yaml.
  var text: String

  /// The 30th and 31st of October and the first two days of November.
  static func fleet(seed: UInt64, volumes: Int = 0) throws -> Fleet {
    var plan = FleetPlan(start: try #require(CivilDate(year: 2026, month: 10, day: 30)).startInUTC)
    plan.seed = seed
    plan.hosts = 2
    plan.gpusPerHost = 4
    plan.teams = 3
    plan.hours = 4 * 24
    plan.scrapeInterval = 60_000
    plan.volumes = volumes
    return try Fleet(plan)
  }

  /// - Parameter adjust: a change of the fleet's own gputally.yaml.
  init(_ fleet: Fleet, adjust: (String) -> String = { $0 }) throws {
    self.fleet = fleet
    text = adjust(fleet.configuration(url: "http://127.0.0.1:9"))
    store = try Store(path: folder.path + "/x.sqlite", access: .write(holder: "test"))
  }

  var configuration: Configuration {
    get throws { try ConfigurationLoader.parse(text, file: folder.path + "/gputally.yaml") }
  }

  var kept: KeptConfiguration {
    get throws {
      try KeptConfiguration(of: text, file: folder.path + "/gputally.yaml") { _ in "" }
    }
  }

  /// When the month is over.
  static func end(of month: String) throws -> UTCInstant {
    try #require(BillingMonth(month)).next.firstDay.startInUTC
  }

  /// Collects the hours from `first` up to but without `end`, counted from the fleet's start.
  ///
  /// - Parameter alter: what came of them.
  func collect(_ first: Int, _ end: Int, alter: (inout CollectedWindow) -> Void = { _ in }) throws {
    let plan = fleet.plan
    let origin = SourceOrigin(name: fleet.sourceName, site: plan.site, cluster: plan.cluster)
    let range = TimeRange(
      plan.start + Int64(first) * Self.hour, plan.start + Int64(end) * Self.hour)
    // A window is of one day.
    var start = range.start
    while start < range.end {
      let part = TimeRange(start, min(range.end, start.startOfDay + UTCInstant.millisecondsPerDay))
      var window = fleet.window(part)
      alter(&window)
      let writer = store.window(part, of: origin)
      for frame in window.frames { try writer.add(frame) }
      try writer.commit(window)
      start = part.end
    }
  }

  func roll(window: TimeRange? = nil) throws {
    _ = try Rollup(store: store, configuration: configuration)
      .run(now: fleet.plan.span.end + Self.hour, window: window)
  }

  @discardableResult
  func post(_ range: TimeRange? = nil) throws -> PostingRun.Outcome {
    try PostingRun(store: store, configuration: configuration).run(range: range)
  }

  @discardableResult
  func correct(_ month: String) throws -> PostingRun.Outcome {
    let range = try configuration.calendar.range(of: #require(BillingMonth(month)))
    return try PostingRun(store: store, configuration: configuration)
      .correct(range: range, with: kept)
  }

  @discardableResult
  func close(_ month: String, now: UTCInstant? = nil, acceptsGaps: Bool = true) throws
    -> ClosedMonth
  {
    try Closing(store: store, configuration: configuration, kept: kept)
      .run(
        #require(BillingMonth(month)), now: now ?? Self.end(of: "2027-12"),
        acceptsGaps: acceptsGaps
      ).month
  }

  /// The rows of a query as text.
  func rows(_ sql: String) throws -> [String] {
    try QueryStore(path: store.path, calendar: configuration.calendar)
      .query(sql, parameters: [:], rowLimit: nil).rows
      .map { row in
        row.map { cell in
          switch cell {
          case .null: "-"
          case .integer(let number): String(number)
          case .real(let number): String(number)
          case .text(let text): text
          }
        }.joined(separator: " ")
      }
  }

  /// What every day was charged in all, postings and corrections together, line by line.
  func charges() throws -> [String] {
    let key = "pool_id, kind, team, cost_center, state, host_id, gpu_id, workload_id, owner"
    let numbers = ["gpu_ms", "measured_gpu_ms", "activity_ppm_ms", "energy_uj", "cost_micros"]
    let sums = numbers.map { "coalesce(sum(\($0)), 0)" }
    return try rows(
      """
      SELECT day, \(key), \(sums.joined(separator: ", ")) FROM (
        SELECT day, \(key), \(numbers.joined(separator: ", ")) FROM posting
        UNION ALL SELECT charge_day, \(key), \(numbers.joined(separator: ", ")) FROM correction)
      GROUP BY day, \(key) HAVING \(sums.map { $0 + " <> 0" }.joined(separator: " OR "))
      """)
  }

  /// What each team owes of each pool, over all months.
  func owed() throws -> [String] {
    try rows(
      """
      SELECT team, cost_center, pool_id, currency, sum(cost_micros) FROM (
        SELECT team, cost_center, pool_id, currency, cost_micros FROM posting
        UNION ALL SELECT team, cost_center, pool_id, currency, cost_micros FROM correction)
      GROUP BY 1, 2, 3, 4 HAVING sum(cost_micros) <> 0
      """)
  }

  /// Everything that a closed month must go on being, and what it bears.
  func frozen(_ month: String) throws -> [String] {
    try [
      "posting", "pool_cost", "exchange_rate", "posting_by_day", "posting_by_month",
      "posted_month", "storage_use", "correction", "cost_correction", "closed_month", "closed_gap",
    ].flatMap { try rows("SELECT '\($0)', * FROM \($0) WHERE month = '\(month)'") }
  }

  func corrections() throws -> [String] {
    try rows("SELECT * FROM correction") + rows("SELECT * FROM cost_correction")
  }

  func problems() throws -> [String] {
    var found: [StoreProblem] = []
    for check in Verification(store: store).checks { found += try check.run() }
    found += try SlotVerification(store: store, configuration: configuration).problems()
    found += try ClosedVerification(store: store).problems()
    return found.map(\.description)
  }
}
