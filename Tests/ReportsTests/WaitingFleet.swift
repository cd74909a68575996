import Quantities
import Records
import Reports
import Testing

@testable import Store

/// Three hours of a morning in which teams waited for GPUs, written down by hand.
///
/// Cluster train has two H100 and an L40S, cluster side at the same site an H100, cluster lab an
/// A100. A GPU-hour costs 4,000 KRW in train's pool of H100, 3,000 in side's, 1,000 in lab, and 500
/// for the L40S.
enum WaitingFleet {
  /// Host, GPU, and what each quarter of the hours from 10 to 13 was: a busy, i idle by the robots,
  /// r reserved by perception, u unallocated, ? unknown.
  static let quarters: [(host: Int64, gpu: Int64, quarters: String)] = [
    (1, 21, "iiii aaaa iaaa"), (1, 22, "aaaa aaaa aaaa"), (1, 25, "aaaa aaaa uuua"),
    (2, 23, "uuuu aaaa aaaa"), (3, 24, "rruu aaa? aaaa"),
  ]

  struct Wait {
    let id: Int64
    let cluster: String
    let team: String
    let start: String
    let minutes: Int64
    let gpus: Int64
    let type: String
  }

  static let waits = [
    // An hour and a half of three.
    Wait(
      id: 81, cluster: "train", team: "AI/vision", start: "11-02 10", minutes: 90, gpus: 3,
      type: "h100"),
    Wait(
      id: 82, cluster: "side", team: "speech", start: "11-02 10", minutes: 40, gpus: 1, type: "H100"
    ),
    // Types that nobody has, or that isn't told: any of the cluster.
    Wait(
      id: 83, cluster: "train", team: "AI/vision", start: "11-02 12", minutes: 15, gpus: 1,
      type: "gb200"),
    Wait(id: 84, cluster: "lab", team: "speech", start: "11-02 10", minutes: 30, gpus: 2, type: ""),
    Wait(
      id: 85, cluster: "train", team: "speech", start: "11-02 12", minutes: 60, gpus: 1, type: ""),
    // Of a cluster of which no GPU is known.
    Wait(id: 86, cluster: "far", team: "speech", start: "11-02 11", minutes: 60, gpus: 5, type: ""),
    // Outside the hours.
    Wait(
      id: 87, cluster: "train", team: "speech", start: "11-02 13", minutes: 60, gpus: 1, type: ""),
  ]

  static let states: [Character: (State, Int64)] = [
    "a": (.busy, 51), "i": (.idle, 51), "r": (.reservedUnused, 61), "u": (.unallocated, 0),
    "?": (.unknown, 0),
  ]
  static let prices: [Int64: (pool: Int64, won: Int64)] = [
    21: (1, 4_000), 22: (1, 4_000), 25: (4, 500), 23: (2, 1_000), 24: (3, 3_000),
  ]

  static func store() throws -> FakeStore {
    let store = try FakeStore(calendar: Fleet.calendar())
    try store.write(
      "INSERT INTO host VALUES (?, 'pangyo', ?, ?)",
      rows: [[1, "train", "t1"], [2, "lab", "l1"], [3, "side", "s1"]])
    let models = [
      21: "NVIDIA H100 80GB HBM3", 22: "NVIDIA H100 80GB HBM3", 23: "NVIDIA A100-SXM4-40GB",
      24: "NVIDIA H100 80GB HBM3", 25: "NVIDIA L40S",
    ]
    try store.write(
      "INSERT INTO gpu VALUES (?, ?, ?)", rows: models.map { [$0.key, "GPU-\($0.key)", $0.value] })
    try store.write(
      "INSERT INTO pool VALUES (?, 'pangyo', 'on-prem', ?, 'gpu', ?)",
      rows: [
        [1, "train", models[21]], [2, "lab", models[23]], [3, "side", models[24]],
        [4, "train", models[25]],
      ])
    for gpu in quarters { try write(gpu.quarters, host: gpu.host, gpu: gpu.gpu, to: store) }
    for wait in waits { try write(wait, to: store) }
    return store
  }

  private static func write(
    _ text: String, host: Int64, gpu: Int64, to store: FakeStore
  ) throws {
    let price = try #require(prices[gpu])
    let marks = text.filter { $0 != " " }
    for (index, mark) in marks.enumerated() {
      let (state, workload) = try #require(states[mark])
      let start = try BookedFleet.instant("11-02 10") + Int64(index) * 900_000
      try store.write(
        """
        INSERT INTO state_hour VALUES (?, ?, ?, ?, ?, 900000, ?, ?, 0, 0, NULL, 0)
        ON CONFLICT DO UPDATE SET gpu_ms = gpu_ms + 900000
        """,
        [
          start / 3_600_000 * 3_600_000, host, gpu, state.rawValue, workload, start,
          start + 900_000,
        ])
      let team = [State.busy: "robots", .idle: "robots", .reservedUnused: "AI/perception"][state]
      try store.write(
        """
        INSERT INTO posting(month, day, pool_id, kind, team, state, host_id, gpu_id, workload_id,
          gpu_ms, cost_micros, currency)
        VALUES ('2026-11', '2026-11-02', ?, 'usage', ?, ?, ?, ?, ?, 900000, ?, 'KRW')
        ON CONFLICT DO UPDATE SET gpu_ms = gpu_ms + 900000,
          cost_micros = cost_micros + excluded.cost_micros
        """,
        [
          price.pool, team ?? "\(state)", state.rawValue, host, gpu, workload,
          price.won * 250_000,
        ])
    }
  }

  private static func write(_ wait: Wait, to store: FakeStore) throws {
    let start = try BookedFleet.instant(wait.start)
    try store.write(
      """
      INSERT INTO workload(id, site, cluster, kind, namespace, name, uid)
      VALUES (?, 'pangyo', ?, 'job', '', ?, '')
      """, [wait.id, wait.cluster, "\(wait.id)"])
    try store.write(
      "INSERT INTO demand VALUES ('batch', ?, ?, ?, ?, ?)",
      [wait.id, start, start + wait.minutes * 60_000, wait.gpus, wait.type])
    try store.write("INSERT INTO requester VALUES (?, ?)", [wait.id, wait.team])
  }
}
