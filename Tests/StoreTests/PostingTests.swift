import GRDB
import Quantities
import Records
import Testing

@testable import Store

@Suite struct PostingTests {
  private let fixture: StoreFixture
  private let pools = ["H100", "A100"].map { PoolKey(site: "fra", cluster: "c1", gpuModel: $0) }
  private let payers = ["beta", "alpha", "platform"].map {
    Payer(name: $0, costCenter: $0 == "alpha" ? "CC-1" : nil)
  }

  init() throws {
    fixture = try StoreFixture()
  }

  /// A line for a GPU that was busy for some time.
  private func total(_ gpu: Int64, pool: Int32 = 0, milliseconds: Int64 = 1_000) -> DayTotal {
    DayTotal(
      host: 1, gpu: gpu, workload: gpu, state: .busy, pool: pool, owner: gpu % 2 == 0 ? 2 : nil,
      gpuMilliseconds: milliseconds, measuredMilliseconds: milliseconds,
      activityPPMMilliseconds: Int64.max / 3, energyMicrojoules: gpu == 3 ? nil : 5)
  }

  /// Posts days of November: each GPU of a day is a line, of `beta` and `alpha` in turn.
  @discardableResult
  private func post(_ days: [Int: [DayTotal]], isRenewing: Bool = false) throws -> PostedBook {
    let month = try #require(BillingMonth("2026-11"))
    let currency = try #require(Currency("KRW"))
    var cost: Int64 = 0
    return try fixture.store.replacePostings(
      of: month, range: StoreFixture.hours(0..<1), currency: currency, fingerprint: "f",
      isRenewing: isRenewing
    ) { writer in
      for (day, totals) in days.sorted(by: { $0.key < $1.key }) {
        let lines = totals.enumerated().map { index, total in
          cost += total.gpuMilliseconds
          return PostingLine(
            kind: .usage, pool: total.pool, payer: Int32(index % 2), state: .busy,
            total: Int32(index), gpuMilliseconds: total.gpuMilliseconds,
            costMicros: total.gpuMilliseconds)
        }
        try writer.add(
          lines, costs: costs(of: lines), totals: totals,
          of: #require(CivilDate(year: 2026, month: 11, day: day)),
          pools: pools, payers: payers)
      }
      return PostedBook(costMicros: cost, pools: pools, payers: payers)
    }
  }

  /// Two items that cost what the lines do.
  private func costs(of lines: [PostingLine]) throws -> [PoolCost] {
    let currency = try #require(Currency("KRW"))
    return Dictionary(grouping: lines, by: \.pool).flatMap { pool, lines in
      let sum = lines.reduce(0) { $0 + $1.costMicros }
      return [("a", sum / 3), ("b", sum - sum / 3)].map { name, cost in
        PoolCost(
          pool: pool, item: CostItem(kind: .rate, name: name, currency: currency), basis: "",
          originalMicros: cost, costMicros: cost)
      }
    }
  }

  private func problems() throws -> [String] {
    try PostingSumsCheck(store: fixture.store).run().map(\.description)
  }

  private static let months: [[Int: [Int64]]] = [
    [1: [1, 2, 3], 2: [1]], [1: [1, 2, 3], 2: [1, 2]], [2: [1, 2], 3: [9]], [:], [4: [1]],
  ]

  @Test func `sums are those of the postings, whatever was posted before`() throws {
    for month in Self.months {
      try post(month.mapValues { $0.map { total($0, pool: Int32($0 % 2)) } })
      #expect(try problems() == [])
      let days = Set(try fixture.rows("SELECT DISTINCT day FROM posting"))
      #expect(days.count == month.count)
      #expect(Set(try fixture.rows("SELECT DISTINCT day FROM posting_by_day")) == days)
      let count = month.values.map(\.count).reduce(0, +)
      #expect(try fixture.rows("SELECT count(*) FROM posting") == ["\(count)"])
    }
  }

  @Test func `only a day that is another one is written`() throws {
    let day = [1, 2, 3].map { total($0) }
    #expect(try post([1: day, 2: day]).daysWritten == 2)
    let before = try fixture.rows("SELECT * FROM posting")
    #expect(try post([1: day, 2: day]).daysWritten == 0)
    #expect(try fixture.rows("SELECT * FROM posting") == before)
    #expect(try post([1: day, 2: day], isRenewing: true).daysWritten == 2)
    #expect(try fixture.rows("SELECT * FROM posting") == before)
    var other = day
    other[2].lastMilliseconds += 1
    #expect(try post([1: day, 2: other]).daysWritten == 1)
    #expect(try post([1: day, 2: other, 3: day]).daysWritten == 1)
  }

  @Test func `numbers too large for one sum are summed in several rows`() throws {
    try post([1: [2, 4, 6, 8].map { total($0) }, 2: [2, 4].map { total($0) }])
    #expect(try problems() == [])
    #expect(
      try fixture.rows(
        """
        SELECT team, count(*), sum(gpu_ms), sum(activity_ppm_ms / 3) FROM posting_by_month
        GROUP BY team ORDER BY team
        """) == ["\"alpha\"|1|3000|\(Int64.max / 3)", "\"beta\"|1|3000|\(Int64.max / 3)"])
    try post([1: (1...16).map { total($0 * 2) }], isRenewing: true)
    #expect(try problems() == [])
    #expect(
      try fixture.rows("SELECT team, count(*) FROM posting_by_month GROUP BY team")
        == ["\"alpha\"|3", "\"beta\"|3"])
  }

  @Test func `lines that move cost tell by which policy, and one more changes the day`() throws {
    let month = try #require(BillingMonth("2026-11"))
    let currency = try #require(Currency("KRW"))
    let day = month.firstDay
    func post(_ borrowed: MovingPolicy) throws -> PostedBook {
      try fixture.store.replacePostings(
        of: month, range: StoreFixture.hours(0..<1), currency: currency, fingerprint: "f",
        isRenewing: false
      ) { writer in
        let lines = [
          PostingLine(
            kind: .usage, pool: 0, payer: 0, state: .busy, total: 0, gpuMilliseconds: 1_000,
            costMicros: 7),
          PostingLine(
            kind: .shared, pool: 0, payer: 0, state: .unallocated, costMicros: 2,
            policy: .shared(.even)),
          PostingLine(
            kind: .borrowed, pool: 0, payer: 0, state: .busy, costMicros: -1, policy: borrowed),
          PostingLine(
            kind: .borrowed, pool: 0, payer: 2, state: .busy, costMicros: 1, policy: borrowed),
        ]
        try writer.add(
          lines, costs: costs(of: lines), totals: [total(1)], of: day, pools: pools, payers: payers)
        return PostedBook(costMicros: 9, pools: pools, payers: payers)
      }
    }
    let third = MovingPolicy.borrowed(ownerMillionths: 333_333)
    #expect(try post(third).daysWritten == 1)
    #expect(
      try fixture.rows("SELECT kind, team, cost_micros, policy FROM posting") == [
        #""borrowed"|"beta"|-1|"owner 33.3333 %""#, #""borrowed"|"platform"|1|"owner 33.3333 %""#,
        #""shared"|"beta"|2|"even""#, #""usage"|"beta"|7|NULL"#,
      ])
    #expect(try problems() == [])
    #expect(try post(third).daysWritten == 0)
    #expect(try post(.borrowed(ownerMillionths: 333_334)).daysWritten == 1)
  }

  /// A deliberate fault, and the tables that are told to be off.
  private static let faults: [(String, [String])] = [
    ("UPDATE posting SET cost_micros = cost_micros + 1 WHERE gpu_id = 2", ["posting_by_day"]),
    ("UPDATE posting SET gpu_ms = 7 WHERE gpu_id = 1", ["posting_by_day"]),
    ("UPDATE posting SET energy_uj = NULL WHERE gpu_id = 2", ["posting_by_day"]),
    ("DELETE FROM posting WHERE day = '2026-11-02'", ["posting_by_day"]),
    ("DELETE FROM posting_by_day", ["posting_by_day", "posting_by_month"]),
    ("UPDATE posting_by_month SET team = 'gamma' WHERE team = 'beta'", ["posting_by_month"]),
    ("UPDATE posting_by_month SET activity_ppm_ms = 1 + activity_ppm_ms", ["posting_by_month"]),
    ("DELETE FROM posting_by_month", ["posting_by_month"]),
  ]

  @Test(arguments: faults)
  func `a deliberate fault is told and mended`(fault: String, tables: [String]) throws {
    let days = [1: [1, 2].map { total($0) }, 2: [total(1)]]
    try post(days)
    try fixture.store.write { try $0.execute(sql: fault) }
    #expect(
      try problems()
        == tables.map {
          "month 2026-11: the sums in '\($0)' are not those of the postings; run 'gputally post "
            + "--period 2026-11'"
        })
    try post(days, isRenewing: true)
    #expect(try problems() == [])
  }

  @Test(arguments: [
    "UPDATE pool_cost SET cost_micros = cost_micros + 1 WHERE item = 'a'",
    "DELETE FROM pool_cost WHERE item = 'b'",
    "UPDATE posting SET cost_micros = cost_micros + 1 WHERE gpu_id = 1",
    "INSERT INTO pool_cost SELECT month, day, 7, cost_pool, kind, item, basis, original_micros, "
      + "original_currency, exchange_rate, cost_micros, currency FROM pool_cost WHERE item = 'a'",
  ])
  func `a pool's items that are not what was posted are told and mended`(fault: String) throws {
    let check = PoolCostCheck(store: fixture.store, problemsMax: 9)
    try post([1: [1, 2].map { total($0) }])
    #expect(try check.run() == [])
    try fixture.store.write { try $0.execute(sql: fault) }
    let found = try check.run().map(\.description)
    let figures =
      switch fault.prefix(6) {
      case "UPDATE" where fault.contains("pool_cost"): ("fra/c1/H100", 2_001, 2_000)
      case "DELETE": ("fra/c1/H100", 666, 2_000)
      case "INSERT": ("7", 666, 0)
      default: ("fra/c1/H100", 2_000, 2_001)
      }
    #expect(
      found == [
        "day 2026-11-01, pool \(figures.0): its items cost \(figures.1) micros, its postings sum "
          + "to \(figures.2) micros; run 'gputally post --period 2026-11'"
      ])
    try post([1: [1, 2].map { total($0) }], isRenewing: true)
    #expect(try check.run() == [])
    #expect(try fixture.rows("SELECT count(*) FROM pool_cost") == ["2"])
  }

  @Test func `a body that fails leaves the month that was`() throws {
    struct Stop: Error {}
    try post([1: [total(1)]])
    let before = try fixture.rows("SELECT * FROM posting")
    let month = try #require(BillingMonth("2026-11"))
    let currency = try #require(Currency("KRW"))
    #expect(throws: Stop.self) {
      try fixture.store.replacePostings(
        of: month, range: StoreFixture.hours(0..<1), currency: currency, fingerprint: "g",
        isRenewing: true
      ) { _ in throw Stop() }
    }
    #expect(try fixture.rows("SELECT * FROM posting") == before)
    #expect(try problems() == [])
  }

  @Test func `a store of the first layout is migrated, and read as it is`() throws {
    try post([1: [1, 2, 3].map { total($0) }, 2: [total(1)]])
    let keys = "\(Schema2.keys), gpu_ms, measured_gpu_ms, energy_uj, cost_micros"
    let byDay = "SELECT day, \(keys) FROM posting_by_day ORDER BY 1, 2, 3, 4, 5, 6, 7"
    let byMonth = "SELECT month, \(keys) FROM posting_by_month ORDER BY 1, 2, 3, 4, 5, 6, 7"
    let expected = try (fixture.rows(byDay), fixture.rows(byMonth))
    try fixture.store.write { database in
      let later = [
        "posting_by_day", "posting_by_month", "posted_day", "pool_cost", "exchange_rate",
        "closed_month", "closed_gap", "correction", "cost_correction", "corrected_month",
        "job", "side_source", "claim", "reservation", "reserved_hour", "demand", "requester",
        "bill_file", "bill_item", "bill_charge", "site", "storage_use",
      ]
      for table in later { try database.execute(sql: "DROP TABLE \(table)") }
      try database.execute(sql: "ALTER TABLE state_hour DROP COLUMN shared_gpu_ms")
      try database.execute(sql: "ALTER TABLE posting DROP COLUMN policy")
      try database.execute(sql: "ALTER TABLE posted_month DROP COLUMN version")
      try database.execute(sql: "PRAGMA user_version = 1")
    }
    func rows(_ store: Store, _ sql: String) throws -> [String] {
      try store.read { database in
        try Row.fetchAll(database, sql: sql).map { row in
          row.databaseValues.map(\.description).joined(separator: "|")
        }
      }
    }
    let reader = try Store(path: fixture.store.path, access: .read)
    #expect(try rows(reader, byDay) == expected.0)
    #expect(try rows(reader, byMonth) == expected.1)
    let added = "SELECT DISTINCT policy, version FROM posting, posted_month"
    #expect(try rows(reader, added) == ["NULL|\"\""])
    try fixture.store.write { try Migrations.apply(to: $0, path: "store") }
    #expect(try fixture.rows(byDay) == expected.0)
    #expect(try fixture.rows(byMonth) == expected.1)
    #expect(try fixture.rows("PRAGMA user_version") == ["\(Migrations.latest)"])
    #expect(try problems() == [])
  }

  @Test(arguments: [
    [:], ["a": "b"], ["label_a10": "1", "label_a2": "2", "Label_b": "ü/é", "_x": ""],
    ["quote": "say \"hi\"", "slash": "a/b\\c", "tab": "\t\u{7f}\u{2028}"], ["é": "1", "z": "2"],
  ])
  func `plain attributes are the text that Foundation writes`(attributes: [String: String]) {
    let text = AttributeText.json(attributes)
    #expect(text == AttributeText.anyJSON(attributes))
    #expect(AttributeText.attributes(text) == attributes)
    #expect(AttributeText.anyAttributes(text) == attributes)
  }

  @Test(arguments: [
    "", "{", "[]", "{\"a\"}", "{\"a\":1}", "{\"a\":\"b\"", "{\"a\":\"b\",}", "{\"a\" : \"b\"}",
    "{\"a\":\"b\"\"c\":\"d\"}",
  ])
  func `text that is anything else is left to Foundation`(text: String) {
    #expect(AttributeText.plain(text) == nil)
    #expect(AttributeText.attributes(text) == AttributeText.anyAttributes(text))
  }
}
