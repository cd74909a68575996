import Foundation
import GRDB
import Quantities
import Records
import Testing

@testable import Store

/// A store of random samples of some days, and SQL over it.
private struct SampleFixture {
  let fixture: StoreFixture
  let queries: QueryStore
  /// The rows that the frames hold, as `gpu_sample` must show them.
  let expected: [[Cell]]

  static let all = """
    time, site, cluster, host, gpu_uuid, metric, value, instance, namespace, workload, target
    """

  init(seed: UInt64, days: Int64 = 1, hourCount: Int64 = 4) throws {
    fixture = try StoreFixture()
    var expected: [[Cell]] = []
    for day in 0..<days {
      var random = RandomWindows(seed: seed &+ UInt64(day), hourCount: hourCount)
      for window in random.hours() {
        let shift = day * UTCInstant.millisecondsPerDay
        try fixture.collect(window.later(by: shift))
      }
    }
    for day in try fixture.storedDays() {
      expected += Self.rows(of: try fixture.store.frame(day))
    }
    self.expected = Self.inOrder(expected)
    queries = try QueryStore(path: fixture.store.path, calendar: .utc())
  }

  private static func rows(of frame: SampleFrame) -> [[Cell]] {
    frame.points.flatMap { points in
      zip(points.timestamps, points.values).map { time, value -> [Cell] in
        let key = points.key
        return [
          .integer(time), .text("fra"), .text("c1"), .text(key.entity.host),
          .text(key.entity.uuid), .text(key.metric.fieldName), .real(value),
          key.entity.instance.map { .integer(Int64($0)) } ?? .null,
          key.workload.map { .text($0.namespace) } ?? .null,
          key.workload.map { .text($0.name) } ?? .null, .text(frame.target),
        ]
      }
    }
  }

  func rows(_ sql: String, _ parameters: [String: Cell] = [:]) throws -> [[Cell]] {
    try queries.query(sql, parameters: parameters, rowLimit: nil).rows
  }

  func sorted(_ sql: String) throws -> [[Cell]] {
    Self.inOrder(try rows(sql))
  }

  private static func inOrder(_ rows: [[Cell]]) -> [[Cell]] {
    func text(_ cell: Cell) -> String {
      switch cell {
      case .null: "-"
      case .integer(let number): String(number)
      case .real(let number): String(number)
      case .text(let text): text
      }
    }
    return rows.map { (key: $0.map(text).joined(separator: "|"), row: $0) }
      .sorted { $0.key < $1.key }.map(\.row)
  }

  /// How many target's days and columns a query decodes.
  func decoded(by sql: String) throws -> (days: Int, columns: Int) {
    let before = queries.samples.decoded
    _ = try rows(sql)
    let after = queries.samples.decoded
    return (after.days - before.days, after.columns - before.columns)
  }
}

extension BillingCalendar {
  fileprivate static func utc() throws -> BillingCalendar { try BillingCalendar(zone: "UTC") }
}

extension CollectedWindow {
  /// The window and all in it, later.
  fileprivate func later(by shift: Int64) -> CollectedWindow {
    CollectedWindow(
      range: TimeRange(range.start + shift, range.end + shift),
      frames: frames.map { frame in
        SampleFrame(
          target: frame.target, timestamps: frame.timestamps.map { $0 + shift },
          series: frame.series)
      })
  }
}

extension StoreFixture {
  fileprivate func storedDays() throws -> [StoredDay] {
    try store.read { database in
      try Row.fetchAll(
        database, sql: "SELECT source, target, day_ms FROM segment WHERE metric = 0"
      ).map {
        StoredDay(source: $0[0], target: $0[1], day: UTCInstant(milliseconds: $0[2]), step: nil)
      }
    }
  }
}

@Suite struct `The table of samples` {
  @Test(arguments: UInt64(1)...20)
  func `has a row for each value of the frames`(seed: UInt64) throws {
    let store = try SampleFixture(seed: seed, days: 2)
    #expect(try store.sorted("SELECT \(SampleFixture.all) FROM gpu_sample") == store.expected)
    #expect(
      try store.rows("SELECT count(*), count(DISTINCT rowid) FROM gpu_sample")
        == [[.integer(Int64(store.expected.count)), .integer(Int64(store.expected.count))]])
  }

  private static let day = StoreFixture.day.milliseconds

  /// Conditions, and the same ones in a form that is never passed to the table.
  private static let conditions: [(String, String)] = [
    ("time >= \(day + 5_400_000)", "+time >= \(day + 5_400_000)"),
    ("time > \(day + 3_600_000).5", "+time > \(day + 3_600_000).5"),
    ("time < \(day + 7_200_000) + 0.5", "+time < \(day + 7_200_000) + 0.5"),
    ("time BETWEEN \(day) AND \(day + 1_800_000)", "+time BETWEEN \(day) AND \(day + 1_800_000)"),
    ("time > 1.5 AND time < 1e300", "+time > 1.5 AND +time < 1e300"),
    ("time > -1e300 AND time <= 9223372036854775807", "1"),
    ("time >= 9223372036854775807", "0"), ("time <= -9223372036854775808", "0"),
    ("time = (SELECT max(time) FROM gpu_sample)", "+time = (SELECT max(time) FROM gpu_sample)"),
    (
      "time IN (SELECT time FROM gpu_sample LIMIT 9)",
      "+time IN (SELECT time FROM gpu_sample LIMIT 9)"
    ),
    ("time > '\(day + 5_400_000)'", "+time > \(day + 5_400_000)"),
    ("time = NULL", "0"), ("time > NULL", "0"), ("host = NULL", "0"), ("metric = NULL", "0"),
    ("time IS NULL", "0"), ("metric IS NOT NULL", "1"), ("workload IS NULL", "+workload IS NULL"),
    ("host IN (NULL, 'node-10.0.0.0:9400')", "+host = 'node-10.0.0.0:9400'"),
    ("gpu_uuid = 'GPU-10.0.0.0:9400-0'", "+gpu_uuid = 'GPU-10.0.0.0:9400-0'"),
    ("gpu_uuid = 'gpu-10.0.0.0:9400-0'", "0"),
    (
      "gpu_uuid = 'gpu-10.0.0.0:9400-0' COLLATE NOCASE",
      "+gpu_uuid = 'gpu-10.0.0.0:9400-0' COLLATE NOCASE"
    ),
    (
      "gpu_uuid IN ('GPU-10.0.0.0:9400-0', 'GPU-10.0.0.1:9400-1', 'none')",
      "+gpu_uuid IN ('GPU-10.0.0.0:9400-0', 'GPU-10.0.0.1:9400-1', 'none')"
    ),
    (
      "gpu_uuid = 'GPU-10.0.0.0:9400-0' OR gpu_uuid = 'GPU-10.0.0.0:9400-1'",
      "+gpu_uuid IN ('GPU-10.0.0.0:9400-0', 'GPU-10.0.0.0:9400-1')"
    ),
    (
      "gpu_uuid = 'GPU-10.0.0.0:9400-0' OR metric = 'DCGM_FI_DEV_FB_USED'",
      "+gpu_uuid = 'GPU-10.0.0.0:9400-0' OR +metric = 'DCGM_FI_DEV_FB_USED'"
    ),
    ("host = 'node-10.0.0.0:9400'", "+host = 'node-10.0.0.0:9400'"),
    ("site = 'fra' AND cluster = 'c1'", "1"), ("site = 'fra' AND cluster = 'c2'", "0"),
    ("host = 5", "0"), ("host = x'00'", "0"),
    ("metric = 'DCGM_FI_DEV_POWER_USAGE'", "+metric = 'DCGM_FI_DEV_POWER_USAGE'"),
    (
      "metric IN ('DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_DEV_FB_USED') AND time > \(day + 4_000_000)",
      "+metric IN ('DCGM_FI_DEV_GPU_UTIL', 'DCGM_FI_DEV_FB_USED') AND +time > \(day + 4_000_000)"
    ),
    ("metric = 'DCGM_FI_DEV_GPU_TEMP'", "0"),
    ("value > 50 AND instance = 1", "+value > 50 AND +instance = 1"),
  ]

  private nonisolated(unsafe) static let stores = Result {
    try (UInt64(1)...4).map { try SampleFixture(seed: $0, days: 2) }
  }

  @Test(arguments: conditions)
  func `gives with a condition what it gives without`(condition: String, plain: String) throws {
    for (index, store) in try Self.stores.get().enumerated() {
      let columns = SampleFixture.all
      let pushed = try store.sorted("SELECT \(columns) FROM gpu_sample WHERE \(condition)")
      let filtered = try store.sorted("SELECT \(columns) FROM gpu_sample WHERE \(plain)")
      #expect(pushed == filtered, "seed \(index + 1)")
    }
  }

  @Test func `decodes only the days and metrics that a condition leaves`() throws {
    let fixture = try StoreFixture()
    for day in Int64(0)..<5 {
      let frames = (0..<4).map { host in
        frame(
          "t\(host)", gpu: "GPU-\(host)", host: "node-\(host)", minutes: [10, 20], daysLater: day)
      }
      let power = SampleFrame(
        target: "t9",
        points: frames[0].points.map { points in
          SeriesPoints(
            key: SeriesKey(
              metric: .powerUsage, entity: points.key.entity, workload: points.key.workload),
            timestamps: points.timestamps, values: points.values)
        })
      try fixture.collect(
        CollectedWindow(
          range: StoreFixture.hours(0..<1, daysLater: day), frames: frames + [power]))
    }
    let queries = try QueryStore(path: fixture.store.path, calendar: .utc())
    func decoded(_ condition: String) throws -> Int {
      let before = queries.samples.decoded.days
      _ = try queries.query(
        "SELECT count(*) FROM gpu_sample WHERE \(condition)", parameters: [:], rowLimit: nil)
      return queries.samples.decoded.days - before
    }
    let second = Self.day + UTCInstant.millisecondsPerDay
    #expect(try decoded("1") == 25)
    #expect(try decoded("+time >= \(second)") == 25)
    #expect(try decoded("time >= \(second)") == 20)
    #expect(try decoded("time >= \(second) AND time < \(second + 86_400_000)") == 5)
    #expect(try decoded("time >= \(second) AND time <= \(second + 86_400_000)") == 5)
    #expect(try decoded("time > \(second + 1_200_001) AND time < \(second + 86_400_000)") == 0)
    #expect(try decoded("gpu_uuid = 'GPU-1'") == 5)
    #expect(try decoded("gpu_uuid IN ('GPU-1', 'GPU-2') AND time < \(second)") == 2)
    #expect(try decoded("host = 'node-0'") == 10)
    #expect(try decoded("host = 'node-0' AND metric = 'DCGM_FI_DEV_POWER_USAGE'") == 5)
    #expect(try decoded("metric = 'DCGM_FI_DEV_POWER_USAGE'") == 5)
    #expect(try decoded("metric = 'DCGM_FI_DEV_FB_USED'") == 0)
    #expect(try decoded("site = 'ber'") == 0)
    #expect(try decoded("time = NULL") == 0)
  }

  @Test func `stops decoding when a limit is reached`() throws {
    let store = try SampleFixture(seed: 3, days: 3)
    #expect(try store.decoded(by: "SELECT * FROM gpu_sample LIMIT 3").days == 1)
    let before = store.queries.samples.decoded.days
    let cut = try store.queries.query("SELECT * FROM gpu_sample", parameters: [:], rowLimit: 2)
    #expect(cut.isCut && store.queries.samples.decoded.days == before + 1)
    #expect(try store.decoded(by: "SELECT * FROM gpu_sample").days > 2)
  }

  @Test func `shows its plan`() throws {
    let store = try SampleFixture(seed: 1)
    let plan = try store.rows(
      """
      EXPLAIN QUERY PLAN SELECT * FROM gpu_sample
      WHERE gpu_uuid = 'GPU-1' AND time >= 5 AND time < 9 AND metric IN ('a', 'b') AND value > 1
      """)
    #expect("\(plan)".contains("VIRTUAL TABLE INDEX 0:gpu_uuid=,time>,time<,metric="))
  }

  @Test func `sorts by time where that is asked for`() throws {
    let store = try SampleFixture(seed: 2, days: 2)
    let times = try store.rows("SELECT time FROM gpu_sample ORDER BY time DESC").map(\.[0])
    let expected = store.expected.map(\.[0]).compactMap { cell -> Int64? in
      if case .integer(let time) = cell { time } else { nil }
    }
    #expect(times == expected.sorted(by: >).map(Cell.integer))
  }

  @Test func `joins the ledger, each side first`() throws {
    let store = try SampleFixture(seed: 5, days: 2)
    let hour: Int64 = 3_600_000
    try store.fixture.store.write { database in
      try database.execute(
        sql: """
          INSERT INTO state_hour
          SELECT DISTINCT :day + n * :hour, s.host_id, s.gpu_id, 1, 0, 1, 0, 1, 0, 0, NULL, 0
          FROM sighting s, (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2)
          """, arguments: ["day": Self.day, "hour": hour])
    }
    let joined = { (order: String) in
      """
      SELECT f.hour_ms, g.uuid, s.metric, count(*), sum(value) FROM \(order)
      WHERE g.id = f.gpu_id AND h.id = f.host_id AND s.gpu_uuid = g.uuid AND s.host = h.name
        AND s.time >= f.hour_ms AND s.time < f.hour_ms + \(hour) GROUP BY 1, 2, 3
      """
    }
    let first = try store.sorted(
      joined("state_hour f CROSS JOIN gpu g CROSS JOIN host h CROSS JOIN gpu_sample s"))
    let last = try store.sorted(
      joined("gpu_sample s CROSS JOIN gpu g CROSS JOIN host h CROSS JOIN state_hour f"))
    #expect(!first.isEmpty)
    #expect(first == last)
    #expect(try store.sorted(joined("state_hour f, gpu g, host h, gpu_sample s")) == first)
  }

  @Test func `names a broken segment and what to do, after the rows before it`() throws {
    let store = try SampleFixture(seed: 4, days: 2)
    try store.fixture.store.write { database in
      try database.execute(
        sql: """
          UPDATE segment SET bytes = CAST(substr(bytes, 1, length(bytes) - 1) || x'00' AS BLOB)
          WHERE rowid = (SELECT max(rowid) FROM segment
            WHERE target = (SELECT max(target) FROM segment) AND metric > 0)
          """)
    }
    let error = #expect(throws: StoreError.self) { try store.rows("SELECT * FROM gpu_sample") }
    let text = error?.description ?? ""
    #expect(text.contains("samples of source 'prometheus', target") && text.contains("checksum"))
    #expect(text.contains("collect that day again with 'gputally collect --source prometheus"))
    #expect(!text.contains("the query can't be run"))
    #expect(try store.rows("SELECT * FROM gpu_sample LIMIT 1").count == 1)
    let other = #expect(throws: StoreError.self) {
      try store.rows("SELECT absent FROM gpu_sample")
    }
    #expect(other?.description == "the query can't be run: no such column: absent")
  }

  @Test(arguments: [
    "INSERT INTO gpu_sample(time) VALUES(1)", "DELETE FROM gpu_sample",
    "UPDATE gpu_sample SET value = 0",
  ])
  func `is never written`(sql: String) throws {
    let store = try SampleFixture(seed: 1)
    let error = #expect(throws: StoreError.self) { try store.rows(sql) }
    #expect(
      error?.description == "the query can't be run: table gpu_sample may not be modified")
  }

  @Test func `has other tables' rows beside it in one snapshot`() throws {
    let store = try SampleFixture(seed: 6)
    #expect(
      try store.rows(
        "SELECT (SELECT count(*) FROM gpu_sample) = (SELECT sum(samples) FROM segment)")
        == [[.integer(1)]])
  }
}
