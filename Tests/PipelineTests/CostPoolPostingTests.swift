import Configuration
import Pipeline
import Quantities
import Records
import Simulator
import Store
import TestSupport
import Testing

/// A simulated fleet whose cost is known by what is paid for it.
private struct PaidFleet {
  static let day = UTCInstant.millisecondsPerDay
  let folder = TemporaryFolder()
  let fleet: Fleet
  let store: Store
  let text: String
  let start: UTCInstant

  init(_ more: String) throws {
    start = try #require(CivilDate(year: 2026, month: 10, day: 30)).startInUTC
    fleet = try Self.fleet(from: start, seed: 7, cluster: "train")
    text = fleet.configuration(url: "http://127.0.0.1:9") + more
    store = try Store(path: folder.path + "/x.sqlite", access: .write(holder: "test"))
  }

  static func fleet(from start: UTCInstant, seed: UInt64, cluster: String) throws -> Fleet {
    var plan = FleetPlan(start: start)
    plan.seed = seed
    plan.hosts = 3
    plan.gpusPerHost = 2
    plan.hours = 120
    plan.scrapeInterval = 60_000
    plan.cluster = cluster
    return try Fleet(plan)
  }

  func configuration() throws -> Configuration {
    try ConfigurationLoader.parse(text, file: folder.path + "/gputally.yaml")
  }

  func collect(day: Int, of other: Fleet? = nil) throws {
    let fleet = other ?? fleet
    let plan = fleet.plan
    let origin = SourceOrigin(name: fleet.sourceName, site: plan.site, cluster: plan.cluster)
    let range = TimeRange(start + Int64(day) * Self.day, start + Int64(day + 1) * Self.day)
    let window = fleet.window(range)
    let writer = store.window(range, of: origin)
    for frame in window.frames { try writer.add(frame) }
    try writer.commit(window)
  }

  @discardableResult
  func post(_ configuration: Configuration, afterDay day: Int) throws -> [String] {
    let now = start + Int64(day + 1) * Self.day
    _ = try Rollup(store: store, configuration: configuration).run(now: now)
    let outcome = try PostingRun(store: store, configuration: configuration).run()
    return outcome.months.map(\.month.description)
  }

  /// The rows of a query as text.
  func rows(_ sql: String) throws -> [String] {
    let calendar = try BillingCalendar(zone: "UTC")
    return try QueryStore(path: store.path, calendar: calendar)
      .query(sql, parameters: [:], rowLimit: nil).rows.map { row in
        row.map { cell in
          switch cell {
          case .null: "-"
          case .integer(let number): "\(number)"
          case .real(let number): "\(number)"
          case .text(let text): text
          }
        }.joined(separator: " ")
      }
  }

  func number(_ sql: String) throws -> Int64 {
    let text = try #require(rows(sql).first)
    return try #require(Int64(text))
  }

  func problems() throws -> [StoreProblem] {
    try Verification(store: store).checks.flatMap { try $0.run() }
  }
}

@Suite struct `Posting what pools cost` {
  private static let pools = """
    exchange_rates:
      - { month: 2026-10, currency: USD, rate: "1385.50" }
      - { month: 2026-11, currency: USD, rate: "1390" }
    cost_pools:
      - name: train
        site: pangyo
        cluster: train
        hardware:
          - { name: hosts, price: "36600000000", in_service: 2026-01-01, useful_life_months: 48 }
        costs:
          - { name: colo, kind: hosting, per_rack_month: "310000", racks: 3 }
          - { name: Rancher Prime, kind: licence, per_host_month: "31", currency: USD }
        power:
          pue: "1.35"
          nameplate_watts_per_gpu: 700
          tariffs:
            - { per_kwh: "90", hours: "00:00-12:00" }
            - { per_kwh: "120" }
      - name: nowhere
        site: pangyo
        gpu_model: none*
        costs: [{ name: lease, kind: other, flat_month: "3100", currency: USD }]

    """

  @Test func `items and postings agree, and power is the energy of the facts`() throws {
    let fleet = try PaidFleet(Self.pools)
    for day in 0..<2 { try fleet.collect(day: day) }
    try fleet.post(fleet.configuration(), afterDay: 1)
    #expect(try fleet.problems() == [])
    let cost = "SELECT sum(cost_micros) FROM "
    #expect(
      try fleet.number(cost + "posting") == fleet.number(cost + "pool_cost"))
    #expect(
      try fleet.rows(
        """
        SELECT cost_pool, kind, item, original_currency, exchange_rate, sum(original_micros),
          sum(cost_micros)
        FROM pool_cost WHERE kind NOT IN ('power', 'depreciation') GROUP BY 1, 2, 3, 4, 5
        """) == [
          "nowhere other lease USD 1385.5 200000000 277100000000",
          "train hosting colo KRW - 60000000000 60000000000",
          // Three hosts and the spare one.
          "train licence Rancher Prime USD 1385.5 8000000 11084000000",
        ])
    // 36,600,000,000 over 1,461 days.
    let loss = try fleet.number(cost + "pool_cost WHERE kind = 'depreciation'")
    #expect(loss == 50_102_669_404_517)
    #expect(
      try fleet.rows(
        "SELECT kind, team, state, sum(cost_micros) FROM posting WHERE kind = 'variance' GROUP BY 1"
      ) == ["variance variance 0 277100000000"])
    // By another way: all energy at its tariff.
    let energy = "sum(coalesce(energy_uj, gpu_ms * 700 * 1000)) FROM state_hour WHERE"
    let night = try fleet.number("SELECT \(energy) hour_ms / 3600000 % 24 < 12")
    let day = try fleet.number("SELECT \(energy) hour_ms / 3600000 % 24 >= 12")
    let exact = (Int128(night) * 90 + Int128(day) * 120) * 1_350_000
    let expected = Rounding.halfEven(exact, dividedBy: 3_600_000_000_000)
    let power = try Int128(fleet.number(cost + "pool_cost WHERE kind = 'power'"))
    #expect((power - expected).magnitude <= 3 && power > 0)
    #expect(try fleet.rows("SELECT * FROM exchange_rate") == ["2026-10 USD KRW 1385.5"])
  }

  @Test func `days between those with facts are charged, also when they come to be so later`()
    throws
  {
    let fleet = try PaidFleet(Self.pools)
    var configuration = try fleet.configuration()
    configuration.inventory = []
    let days =
      "SELECT day, sum(cost_micros) / 1000000 FROM posting WHERE kind = 'variance' GROUP BY 1"
    try fleet.collect(day: 0)
    #expect(try fleet.post(configuration, afterDay: 0) == ["2026-10"])
    #expect(try fleet.rows(days) == ["2026-10-30 138550"])
    // The second of November, of other GPUs: nobody has time on the first. The last samples of the
    // thirtieth speak for some seconds of the day after.
    let other = try PaidFleet.fleet(from: fleet.start, seed: 8, cluster: "lab")
    configuration.rates = [
      Rate(perGPUHour: try #require(Money("1", currency: configuration.currency)))
    ]
    try fleet.post(configuration, afterDay: 0)
    try fleet.collect(day: 3, of: other)
    #expect(try fleet.post(configuration, afterDay: 3) == ["2026-10", "2026-11"])
    // The lease, the racks and a day's share of 36,600,000,000 over 1,461 days: 25,051,334.70.
    #expect(
      try fleet.rows(days) == [
        "2026-10-30 138550", "2026-10-31 138550", "2026-11-01 25225968", "2026-11-02 25225968",
      ])
    #expect(
      try fleet.rows("SELECT count(*) FROM posting WHERE day = '2026-11-01' AND kind = 'usage'")
        == ["0"])
    #expect(try fleet.problems() == [])
    #expect(try fleet.post(configuration, afterDay: 3) == [])
    #expect(
      try fleet.rows("SELECT month, rate FROM exchange_rate") == ["2026-10 1385.5", "2026-11 1390"])
  }

  @Test func `rates alone are items too, exchanged at the month's rate`() throws {
    let fleet = try PaidFleet(
      "exchange_rates: [{ month: 2026-10, currency: USD, rate: \"1385.50\" }]\n")
    let rates = "per_gpu_hour: \"[0-9]+\", currency: KRW"
    let text = fleet.text.replacing(
      try Regex(rates), with: "per_gpu_hour: \"2.49\", currency: USD")
    let configuration = try ConfigurationLoader.parse(text, file: fleet.folder.path + "/c.yaml")
    try fleet.collect(day: 0)
    try fleet.post(configuration, afterDay: 0)
    #expect(try fleet.problems() == [])
    let items = try fleet.rows(
      """
      SELECT DISTINCT cost_pool, kind, item, original_currency, exchange_rate, currency
      FROM pool_cost
      """)
    #expect(items == [" rate 2.49 USD per GPU-hour USD 1385.5 KRW"])
    let time = try fleet.number("SELECT sum(gpu_ms) FROM posting")
    let cost = try Int128(fleet.number("SELECT sum(cost_micros) FROM posting"))
    let expected = Rounding.halfEven(Int128(time) * 249 * 13_855, dividedBy: 3_600)
    let pools = try fleet.rows("SELECT DISTINCT pool_id FROM pool_cost").count
    #expect((cost - expected).magnitude <= pools)
    #expect(
      try fleet.rows("SELECT count(*) FROM pool_cost WHERE basis LIKE '2.49 USD per GPU-hour x %'")
        == ["\(pools)"])

    // The next month has no rate: nothing of it is posted, and the month before stays.
    for day in 1..<3 { try fleet.collect(day: day) }
    let error = #expect(throws: (any Error).self) {
      try fleet.post(configuration, afterDay: 2)
    }
    let told = try #require(error)
    #expect(
      "\(told)".hasPrefix(
        "2026-11: no rate of exchange from USD to KRW, which the rate 2.49 USD per GPU-hour needs"))
    #expect(try fleet.rows("SELECT month FROM posted_month") == ["2026-10"])
    #expect(try fleet.problems() == [])
  }
}
