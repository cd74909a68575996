import Quantities
import Records
import Reports
import Testing

@testable import Store

/// A November of batch jobs and pods that ended in every way, with the nodes that failed them.
enum FailedFleet {
  struct Run {
    let id: Int64
    let state: Job.State
    let start: String
    let end: String
    let hosts: String
    var gpus: Int64 = 8
    var account = "vision"
    var suspended: Int64 = 0
    /// In whole won; nil where it isn't posted.
    var cost: Int64?
  }

  static let runs = [
    Run(id: 1, state: .completed, start: "11-02 00", end: "11-02 10", hosts: "n1", cost: 80_000),
    // Began in October: all of it is lost.
    Run(
      id: 2, state: .nodeFail, start: "10-30 00", end: "11-01 00", hosts: "n1,n2,n3", gpus: 24,
      cost: 1_000_000),
    // Said to have failed, but n2 went down under it.
    Run(id: 3, state: .failed, start: "11-03 00", end: "11-03 06", hosts: "n1,n2", cost: 48_001),
    Run(id: 3, state: .requeued, start: "11-04 00", end: "11-04 01", hosts: "n3", cost: 8_000),
    // Two minutes after n2 was up again.
    Run(id: 4, state: .failed, start: "11-03 00", end: "11-03 08", hosts: "n2", account: "speech"),
    Run(id: 5, state: .failed, start: "11-05 00", end: "11-05 01", hosts: "n1", account: "speech"),
    Run(
      id: 6, state: .cancelled, start: "11-05 00", end: "11-05 02", hosts: "n1", gpus: 1,
      suspended: 1_800_000, cost: 1_500),
    Run(id: 7, state: .timeout, start: "11-05 00", end: "11-05 03", hosts: "n1", gpus: 1),
    Run(id: 8, state: .deadline, start: "11-05 00", end: "11-05 04", hosts: "n1", gpus: 1),
    Run(id: 9, state: .preempted, start: "11-05 00", end: "11-05 05", hosts: "n1", gpus: 1),
    Run(id: 10, state: .outOfMemory, start: "11-05 00", end: "11-05 06", hosts: "n1", gpus: 1),
    Run(id: 11, state: .bootFail, start: "11-06 00", end: "11-06 01", hosts: "n3", gpus: 8),
    // These don't count: without GPUs, ended before, goes on.
    Run(id: 12, state: .failed, start: "11-05 00", end: "11-05 06", hosts: "n1", gpus: 0),
    Run(id: 13, state: .failed, start: "10-05 00", end: "10-05 06", hosts: "n1"),
    Run(id: 14, state: .running, start: "11-05 00", end: "", hosts: "n1"),
  ]

  static let teams = ["vision": "AI/vision", "speech": "AI/speech"]

  /// Name, phase, reason, GPU-hours, cost.
  static let pods: [(name: String, phase: String, reason: String?, hours: Int64, cost: Int64)] = [
    ("evicted", "Failed", "Evicted", 5, 5_000), ("lost", "Failed", "NodeLost", 7, 7_000),
    ("crashed", "Failed", nil, 2, 2_000), ("done", "Succeeded", nil, 11, 11_000),
    ("running", "Running", nil, 13, 13_000),
  ]

  static func store() throws -> FakeStore {
    let store = try FakeStore(calendar: Fleet.calendar())
    for run in runs { try write(run, to: store) }
    for (index, pod) in pods.enumerated() {
      let id = Int64(100 + index)
      var attributes = ["phase": pod.phase, "node": "k1", "uid": "u-\(index)"]
      attributes["reason"] = pod.reason
      try store.write(
        "INSERT INTO observation VALUES ('kube', 1, ?, ?, ?, ?)",
        [
          "ml/\(pod.name)/u-\(index)", AttributeText.json(attributes),
          BookedFleet.instant("11-07 05"), BookedFleet.instant("11-07 09"),
        ])
      try store.write(
        """
        INSERT INTO workload(id, site, cluster, kind, namespace, name, uid)
        VALUES (?, 'pangyo', 'kube', 'pod', 'ml', ?, ?)
        """, [id, pod.name, "u-\(index)"])
      try post(id, "11-07", hours: pod.hours, won: pod.cost, team: "AI/speech", to: store)
    }
    try store.write(
      "INSERT INTO observation VALUES (?, 4, ?, ?, ?, ?)",
      rows: [
        [
          "batch", "n2.cluster.example", #"{"reason":"down"}"#,
          try BookedFleet.instant("11-03 06") + 59_000,
          try BookedFleet.instant("11-03 08") - 120_000,
        ],
        // Drained on purpose is no failure, and other sources' nodes are others.
        [
          "batch", "n1", #"{"reason":"drained"}"#, try BookedFleet.instant("11-05 00"),
          try BookedFleet.instant("11-06 00"),
        ],
        [
          "other", "n1", #"{"reason":"down"}"#, try BookedFleet.instant("11-05 00"),
          try BookedFleet.instant("11-06 00"),
        ],
      ])
    return store
  }

  private static func write(_ run: Run, to store: FakeStore) throws {
    let start = try BookedFleet.instant(run.start)
    let end = run.end.isEmpty ? nil : try BookedFleet.instant(run.end)
    try store.write(
      """
      INSERT INTO job VALUES ('batch', 'hpc', ?, ?, ?, ?, ?, NULL, ?, ?, ?, '', ?, 'mina', 'gpu',
        '', '', ?, 1, 1, ?, '', 1)
      """,
      [
        String(run.id), start, start, end, end ?? start + 3_600_000, run.suspended,
        run.state.rawValue, String(run.id), run.account, run.hosts, run.gpus,
      ])
    guard let cost = run.cost else { return }
    let id = start / 1_000 * 100 + run.id
    try store.write(
      """
      INSERT INTO workload(id, site, cluster, kind, namespace, name, uid, user)
      VALUES (?, 'pangyo', 'batch', 'job', '', ?, ?, 'mina')
      """, [id, String(run.id), "hpc:\(start / 1_000)"])
    try post(
      id, String(run.start.prefix(5)), hours: 1, won: cost, team: teams[run.account] ?? "",
      to: store)
  }

  private static func post(
    _ workload: Int64, _ day: String, hours: Int64, won: Int64, team: String, to store: FakeStore
  ) throws {
    try store.write(
      """
      INSERT INTO posting(month, day, pool_id, kind, team, state, host_id, gpu_id, workload_id,
        gpu_ms, cost_micros, currency)
      VALUES (?, ?, 1, 'usage', ?, 1, 1, 1, ?, ?, ?, 'KRW')
      """,
      [
        "2026-" + day.prefix(2), "2026-" + day, team, workload, hours * 3_600_000, won * 1_000_000,
      ])
  }
}
