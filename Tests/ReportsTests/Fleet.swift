import Quantities
import Records
import Reports
import Testing

@testable import Store

/// Two days of four GPUs, each second of which is written down below.
///
/// `train` has host gpu001 with two H100 and one slot never seen at 3,250 KRW an hour, `lab` has
/// host lab01 with one A100 at 1,000.5 KRW. Days are those of Seoul.
enum Fleet {
  /// What a GPU did for a while.
  struct Span {
    let day: String
    let from: String
    let to: String
    let gpu: String
    let state: State
    let workload: String
    let team: String

    init(
      _ day: String, _ from: String, _ to: String, _ gpu: String, _ state: State,
      _ workload: String, _ team: String
    ) {
      self.day = day
      self.from = from
      self.to = to
      self.gpu = gpu
      self.state = state
      self.workload = workload
      self.team = team
    }
  }

  static let spans: [Span] = [
    // GPU-a: a training that stops at 08:20, sits there till two the next night, and leaves.
    Span("2026-11-01", "00:00", "08:20", "GPU-a", .busy, "train-7", "perception"),
    Span("2026-11-01", "08:20", "24:00", "GPU-a", .idle, "train-7", "perception"),
    Span("2026-11-02", "00:00", "02:00", "GPU-a", .idle, "train-7", "perception"),
    Span("2026-11-02", "02:00", "12:00", "GPU-a", .unallocated, "", "unallocated"),
    Span("2026-11-02", "12:00", "24:00", "GPU-a", .reservedUnused, "", "로봇"),
    // GPU-b: a notebook with two pauses, one of them short; then use that nobody ordered.
    Span("2026-11-01", "00:00", "04:00", "GPU-b", .busy, "notebook", "로봇"),
    Span("2026-11-01", "04:00", "04:20", "GPU-b", .idle, "notebook", "로봇"),
    Span("2026-11-01", "04:20", "10:00", "GPU-b", .busy, "notebook", "로봇"),
    Span("2026-11-01", "10:00", "13:30", "GPU-b", .idle, "notebook", "로봇"),
    Span("2026-11-01", "13:30", "24:00", "GPU-b", .allocatedUnknown, "notebook", "로봇"),
    Span("2026-11-02", "00:00", "20:00", "GPU-b", .unattributed, "", "platform"),
    Span("2026-11-02", "20:00", "24:00", "GPU-b", .outOfService, "", "out-of-service"),
    // The slot that no sample ever showed.
    Span("2026-11-01", "00:00", "24:00", "", .unknown, "", "unknown"),
    Span("2026-11-02", "00:00", "24:00", "", .unknown, "", "unknown"),
    // GPU-c: somebody whom no rule matches.
    Span("2026-11-01", "00:00", "24:00", "GPU-c", .unallocated, "", "unallocated"),
    Span("2026-11-02", "00:00", "23:59", "GPU-c", .busy, "sweep", "unassigned"),
    Span("2026-11-02", "23:59", "24:00", "GPU-c", .allocatedUnknown, "sweep", "unassigned"),
  ]

  /// Money that policies move, and a late correction, in micros.
  static let shared: [(pool: Int, day: String, team: String, state: State, micros: Int64)] = [
    (1, "2026-11-02", "unallocated", .unallocated, -32_500_000_000),
    (1, "2026-11-02", "perception", .unallocated, 20_000_000_001),
    (1, "2026-11-02", "로봇", .unallocated, 12_499_999_999),
  ]

  static let costCenters = ["perception": "CC-100", "로봇": "CC-200"]
  static let workloads = ["train-7": 11, "notebook": 12, "sweep": 13]
  static let gpus = ["": 0, "GPU-a": 21, "GPU-b": 22, "GPU-c": 23]

  static func calendar() throws -> BillingCalendar { try BillingCalendar(zone: "Asia/Seoul") }

  /// The days from `first` up to but without `end`.
  static func period(_ label: String, _ first: String, _ end: String) throws -> ReportPeriod {
    let calendar = try calendar()
    let days = try (#require(CivilDate(first)), #require(CivilDate(end)))
    return ReportPeriod(
      label: label, range: TimeRange(calendar.start(of: days.0), calendar.start(of: days.1)))
  }

  /// A runner of the project's own queries over `store`.
  static func runner(_ store: FakeStore) throws -> ReportRunner {
    let catalog = QueryCatalog(folders: [Place.root + "/queries"])
    return try ReportRunner(
      catalog: catalog, source: store, calendar: calendar(), currency: #require(Currency("KRW")))
  }

  /// The store with all of it.
  static func store() throws -> FakeStore {
    let calendar = try calendar()
    let store = try FakeStore(calendar: calendar)
    try writeThings(store)
    for span in spans { try write(span, to: store, calendar) }
    for row in shared {
      try store.write(
        """
        INSERT INTO posting(month, day, pool_id, kind, team, cost_center, state, host_id, gpu_id,
          workload_id, cost_micros, currency)
        VALUES ('2026-11', ?, ?, 'shared', ?, ?, ?, 0, 0, 0, ?, 'KRW')
        """,
        [row.day, row.pool, row.team, costCenters[row.team], row.state.rawValue, row.micros])
    }
    try store.write(
      """
      INSERT INTO posting(month, day, pool_id, kind, team, cost_center, state, host_id, gpu_id,
        workload_id, cost_micros, currency, charge_class)
      VALUES ('2026-11', '2026-11-01', 1, 'shared', 'perception', 'CC-100', 7, 0, 0, 0,
        -1500250000, 'KRW', 'Correction')
      """)
    try writeCosts(store)
    return store
  }

  /// What the postings cost, in the lab as two items of a cost pool that is paid in dollars.
  private static func writeCosts(_ store: FakeStore) throws {
    try store.write(
      """
      INSERT INTO pool_cost
      SELECT '2026-11', day, pool_id, '', 'rate', '3250 KRW per GPU-hour', '', sum(cost_micros),
        'KRW', NULL, sum(cost_micros), 'KRW'
      FROM posting WHERE pool_id = 1 AND charge_class IS NULL GROUP BY day
      UNION ALL
      SELECT '2026-11', day, pool_id, 'lab', kinds.kind, kinds.item, '',
        sum(cost_micros) / 1250 * kinds.tenths / 10, 'USD', '1250', sum(cost_micros) * tenths / 10,
        'KRW'
      FROM posting CROSS JOIN (
        SELECT 'depreciation' AS kind, 'lab01' AS item, 9 AS tenths
        UNION ALL SELECT 'hosting', 'colo', 1) AS kinds
      WHERE pool_id = 2 GROUP BY day, kinds.kind
      """)
    try store.write(
      """
      INSERT INTO cost_correction VALUES ('2026-11', '2026-10', '2026-10-31', 1, '', 'rate',
        '3250 KRW per GPU-hour', -1500250000, 'KRW')
      """)
  }

  private static func writeThings(_ store: FakeStore) throws {
    try store.write(
      "INSERT INTO host VALUES (?, 'pangyo', ?, ?)",
      rows: [[1, "train", "gpu001"], [2, "lab", "lab01"]])
    try store.write(
      "INSERT INTO gpu VALUES (?, ?, ?)",
      rows: [
        [0, "", ""], [21, "GPU-a", "NVIDIA H100 80GB HBM3"],
        [22, "GPU-b", "NVIDIA H100 80GB HBM3"],
        [23, "GPU-c", "NVIDIA A100-SXM4-40GB"],
      ])
    try store.write(
      """
      INSERT INTO workload(id, site, cluster, kind, namespace, name, uid, user)
      VALUES (?, 'pangyo', ?, ?, ?, ?, '', ?)
      """,
      rows: [
        [0, "", "", "", "", nil], [11, "train", "pod", "perception-lidar", "train-7", "mina"],
        [12, "train", "pod", "robots", "notebook", nil], [13, "lab", "job", "", "sweep", "joon"],
      ])
    try store.write(
      "INSERT INTO pool VALUES (?, 'pangyo', 'on-prem', ?, 'gpu', ?)",
      rows: [[1, "train", "NVIDIA H100 80GB HBM3"], [2, "lab", "NVIDIA A100-SXM4-40GB"]])
    try store.write(
      "INSERT INTO source_hour VALUES (?, ?, ?, ?)",
      rows: [
        ["train", 0, "missing", "no answer"], ["train", 3_600_000, "missing", "no answer"],
        ["train", 7_200_000, "complete", ""], ["train", 10_800_000, "missing", "no answer"],
        ["lab", 3_600_000, "thin", "2 of 8 targets"],
      ])
  }

  private static func write(_ span: Span, to store: FakeStore, _ calendar: BillingCalendar) throws {
    let day = try #require(CivilDate(span.day))
    let start = calendar.start(of: day).milliseconds + minutes(span.from) * 60_000
    let end = calendar.start(of: day).milliseconds + minutes(span.to) * 60_000
    var hour = UTCInstant(milliseconds: start).startOfHour.milliseconds
    while hour < end {
      let piece = (start: max(start, hour), end: min(end, hour + 3_600_000))
      try write(span, piece.start, piece.end, hour: hour, to: store)
      hour += 3_600_000
    }
    try post(span, start, end, to: store)
  }

  private static func write(
    _ span: Span, _ start: Int64, _ end: Int64, hour: Int64, to store: FakeStore
  ) throws {
    let key: [Int64] = keys(span)
    let length = end - start
    let isMeasured = span.state.isObserved && span.gpu != ""
    try store.write(
      """
      INSERT INTO state_hour VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
      ON CONFLICT DO UPDATE SET gpu_ms = gpu_ms + excluded.gpu_ms,
        measured_gpu_ms = measured_gpu_ms + excluded.measured_gpu_ms,
        activity_ppm_ms = activity_ppm_ms + excluded.activity_ppm_ms,
        energy_uj = energy_uj + excluded.energy_uj, last_ms = excluded.last_ms
      """,
      [
        hour, key[0], key[1], span.state.rawValue, key[2], length, start, end,
        isMeasured ? length : 0, isMeasured ? activity(span) * length : 0, energy(span, length),
      ])
    guard span.state == .idle else { return }
    try store.write(
      "INSERT INTO idle_piece VALUES (?, ?, ?, ?, -1, ?, ?, 1, 1)",
      [hour, key[0], key[1], key[2], start, end])
  }

  private static func post(_ span: Span, _ start: Int64, _ end: Int64, to store: FakeStore) throws {
    let key: [Int64] = keys(span)
    let length = end - start
    let isMeasured = span.state.isObserved && span.gpu != ""
    let rate: Int128 = key[0] == 1 ? 3_250_000_000 : 1_000_500_000
    let cost = Int64(Rounding.halfEven(Int128(length) * rate, dividedBy: 3_600_000))
    try store.write(
      """
      INSERT INTO posting VALUES ('2026-11', ?, ?, 'usage', ?, ?, ?, ?, ?, ?, 'platform', ?, ?, ?,
        ?, ?, ?, ?, 'KRW', NULL, NULL)
      ON CONFLICT DO UPDATE SET gpu_ms = gpu_ms + excluded.gpu_ms,
        measured_gpu_ms = measured_gpu_ms + excluded.measured_gpu_ms,
        activity_ppm_ms = activity_ppm_ms + excluded.activity_ppm_ms,
        energy_uj = energy_uj + excluded.energy_uj, last_ms = excluded.last_ms,
        cost_micros = cost_micros + excluded.cost_micros
      """,
      [
        span.day, key[0], span.team, costCenters[span.team], span.state.rawValue, key[0], key[1],
        key[2], length, start, end, isMeasured ? length : 0,
        isMeasured ? activity(span) * length : 0, energy(span, length), cost,
      ])
  }

  /// Host, which has the number of its pool, GPU and workload.
  private static func keys(_ span: Span) -> [Int64] {
    [
      span.gpu == "GPU-c" ? 2 : 1, Int64(gpus[span.gpu] ?? -1),
      Int64(workloads[span.workload] ?? 0),
    ]
  }

  /// In millionths.
  private static func activity(_ span: Span) -> Int64 {
    switch span.state {
    case .busy: 900_000
    case .idle: 10_000
    case .unattributed: 500_000
    default: 0
    }
  }

  /// In microjoules: 700 W busy, 100 W idle, not measured in the lab.
  private static func energy(_ span: Span, _ length: Int64) -> Int64? {
    guard span.gpu != "", span.gpu != "GPU-c", span.state.isObserved else { return nil }
    return length * (span.state == .busy ? 700_000 : 100_000)
  }

  private static func minutes(_ clock: String) -> Int64 {
    let parts = clock.split(separator: ":").compactMap { Int64($0) }
    return parts[0] * 60 + parts[1]
  }
}
