import Foundation
import Quantities
import TestSupport
import Testing

/// A real Slurm on which jobs ended in each of the ways that they have, all of it within a minute.
///
/// `late` ran into its limit; `sweep` is an array of three; `paused` was suspended and resumed;
/// `victim` was preempted by `urgent`, and `again` was requeued: both ran again; `stopped` was
/// cancelled while it ran and `never` while it waited; `broken` failed; `pair` has two components.
///
/// Its nodes `gpu01` to `gpu03` work, `gpu04` is drained, `gpu05` is reserved and idle.
final class LiveSlurm: Sendable {
  /// What is settled once for all tests.
  private static let task = Task { try await LiveSlurm() }

  static func shared() async throws -> LiveSlurm { try await task.value }

  let slurm: RealSlurm
  /// The numbers of the jobs by what they are called here.
  let jobs: [String: String]
  /// What was collected by each way while jobs ran.
  let running: [Way: Program]
  /// What was collected by each way of the ended jobs, in ``hours``.
  let ended: [Way: Program]
  /// The complete hours in which the jobs have run, once their times were moved.
  let hours: TimeRange

  /// How Slurm is asked.
  enum Way: String, CaseIterable {
    case commands, rest

    /// Those that the machine has.
    static var present: [Way] { RealSlurm.hasREST ? allCases : [.commands] }
  }

  private static let settings = [
    "AccountingStorageEnforce=associations,limits,qos", "PreemptType=preempt/qos",
    "PreemptMode=REQUEUE", "KillWait=1",
    // Heterogeneous jobs are started by the backfill scheduler alone.
    "SchedulerParameters=bf_interval=1",
  ]

  private init() async throws {
    let slurm = try await RealSlurm(nodes: 5, settings: Self.settings)
    self.slurm = slurm
    try await Self.prepare(slurm)
    let socket = RealSlurm.hasREST ? try await slurm.startREST() : ""
    jobs = try await Self.submit(slurm)
    try await Self.disturb(slurm, jobs)
    let now = UTCInstant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)).startOfHour
    let hour = UTCInstant.millisecondsPerHour
    running = try await Self.collect(slurm, socket, TimeRange(now - hour, now + hour))
    try Data().write(to: URL(fileURLWithPath: Self.permission(slurm)))
    try await slurm.wait(for: "the end of all jobs") {
      let states = try await slurm.run("sacct", "-a", "-X", "-n", "-P", "-o", "State") ?? "RUNNING"
      return ["RUNNING", "PENDING", "SUSPENDED"].allSatisfy { !states.contains($0) }
    }
    try await slurm.rewriteAccounting(Self.move(hours: 2))
    hours = TimeRange(now - 3 * hour, now)
    ended = try await Self.collect(slurm, socket, hours)
  }

  /// Collects by each way, with the clock at the end of the window.
  private static func collect(
    _ slurm: RealSlurm, _ socket: String, _ window: TimeRange
  ) async throws -> [Way: Program] {
    var programs: [Way: Program] = [:]
    for way in Way.present {
      let program = try program(
        slurm, way == .rest ? "rest: { unix_socket: \(socket), version: v0.0.38 }" : "sacct: local",
        now: window.end + 600_000)
      try await program.expectSuccess("collect", "--window", "\(window.start)/\(window.end)")
      try await program.expectSuccess("rollup")
      try await program.expectSuccess("post")
      try await program.expectSuccess("verify")
      programs[way] = program
    }
    return programs
  }

  private static func program(
    _ slurm: RealSlurm, _ access: String, now: UTCInstant
  ) throws -> Program {
    var program = Program(folder: TemporaryFolder(), environment: slurm.environment)
    program.environment["GPUTALLY_NOW"] = now.description
    try program.write(
      "gputally.yaml",
      """
      store: gputally.sqlite
      currency: KRW
      sites: [{ name: pangyo, kind: on-prem }]
      sources: [{ name: batch, type: slurm, site: pangyo, cluster: batch, \(access) }]
      teams:
        - { name: seers, match: [{ account: vision }] }
        - { name: makers, match: [{ account: robot }] }
      rates: [{ gpu_model: h100, per_gpu_hour: "3600", currency: KRW, from: 2020-01-01 }]

      """)
    return program
  }

  /// Moves what the accounting has of jobs and of the cluster back by whole hours: sreport tells of
  /// complete hours only.
  private static func move(hours: Int) -> String {
    func moved(_ table: String, _ columns: String...) -> String {
      let changes = columns.map {
        "\($0) = IF(\($0) = 0, 0, \($0) - \(hours * 3_600))"
      }
      return "UPDATE rig_\(table)_table SET \(changes.joined(separator: ", ")) ORDER BY time_start;"
    }
    return """
      \(moved("job", "time_submit", "time_eligible", "time_start", "time_end"))
      \(moved("suspend", "time_start", "time_end"))
      \(moved("event", "time_start", "time_end"))
      DELETE FROM rig_last_ran_table;

      """
  }

  /// The file that lets the job that was suspended end.
  private static func permission(_ slurm: RealSlurm) -> String { slurm.folder + "/may-end" }

  private static func prepare(_ slurm: RealSlurm) async throws {
    try await slurm.run("sacctmgr", "-i", "-Q", "add", "qos", "urgent", "preempt=normal")
    for account in ["vision", "robot"] {
      try await slurm.run("sacctmgr", "-i", "-Q", "add", "account", account)
      try await slurm.run(
        "sacctmgr", "-i", "-Q", "add", "user", "root", "account=\(account)", "qos=normal,urgent")
    }
    try await slurm.run(
      "scontrol", "create", "reservation", "reservationname=hoard", "starttime=now",
      "duration=60", "nodes=gpu05", "accounts=vision")
    try await slurm.run(
      "scontrol", "update", "nodename=gpu04", "state=drain", "reason=a fan is broken")
  }

  private static func submit(_ slurm: RealSlurm) async throws -> [String: String] {
    var jobs: [String: String] = [:]
    // It ends by itself only where it was started a second time.
    let twice = "[ \"${SLURM_RESTART_COUNT:-0}\" = 0 ] && sleep 300; sleep 3"
    jobs["late"] = try await slurm.submit(
      "-A", "vision", "--gres=gpu:2", "-w", "gpu01", script: "sleep 300")
    jobs["sweep"] = try await slurm.submit(
      "-A", "robot", "--gres=gpu:1", "-w", "gpu01", "--array=0-2",
      script: "sleep $((2 + SLURM_ARRAY_TASK_ID))")
    jobs["paused"] = try await slurm.submit(
      "-A", "vision", "--gres=gpu:3", "-w", "gpu01",
      script: "while [ ! -e \(permission(slurm)) ]; do sleep 0.2; done")
    jobs["victim"] = try await slurm.submit(
      "-A", "robot", "--gres=gpu:8", "-w", "gpu02", script: twice)
    jobs["again"] = try await slurm.submit(
      "-A", "robot", "--gres=gpu:4", "-w", "gpu03", script: twice)
    jobs["stopped"] = try await slurm.submit(
      "-A", "robot", "--gres=gpu:1", "-w", "gpu03", script: "sleep 300")
    jobs["broken"] = try await slurm.submit(
      "-A", "vision", "--gres=gpu:1", "-w", "gpu03", script: "sleep 1; exit 3")
    jobs["never"] = try await slurm.submit(
      "-A", "robot", "--gres=gpu:8", "-w", "gpu03", script: "sleep 300")
    try await slurm.wait(for: "running jobs") {
      let text = try await slurm.run("squeue", "-h", "-t", "RUNNING", "-o", "%A") ?? ""
      let running = Set(text.split(separator: "\n").map(String.init))
      return running.isSuperset(
        of: ["late", "paused", "victim", "again", "stopped"].map { jobs[$0] ?? "" })
    }
    jobs["urgent"] = try await slurm.submit(
      "-A", "vision", "--qos=urgent", "--gres=gpu:8", "-w", "gpu02", script: "sleep 2")
    jobs["pair"] = try await slurm.submit(
      "-A", "vision", "--gres=gpu:1", ":", "-A", "vision", "--gres=gpu:2", script: "sleep 2")
    return jobs
  }

  /// Does to the jobs what is to happen to them; the one that is late is so in half a minute.
  private static func disturb(_ slurm: RealSlurm, _ jobs: [String: String]) async throws {
    func number(_ name: String) -> String { jobs[name] ?? "" }
    try await tell(slurm, "update", "JobId=" + number("late"), "EndTime=now+5")
    try await Task.sleep(for: .seconds(2))
    try await slurm.run("scancel", number("stopped"), number("never"))
    try await tell(slurm, "suspend", number("paused"))
    try await tell(slurm, "requeue", number("again"))
    try await Task.sleep(for: .seconds(3))
    try await tell(slurm, "resume", number("paused"))
    try await slurm.wait(for: "the urgent job") {
      try await states(slurm)[number("urgent")] == "COMPLETED"
    }
    // What is requeued waits for two minutes otherwise.
    for name in ["victim", "again"] {
      try await tell(slurm, "update", "JobId=" + number(name), "StartTime=now")
    }
  }

  /// Tells the controller something, again while it isn't ready for it.
  private static func tell(_ slurm: RealSlurm, _ words: String...) async throws {
    try await slurm.wait(for: "scontrol " + words.joined(separator: " ")) {
      try await slurm.run(["scontrol"] + words) != nil
    }
  }

  /// As Slurm's commands want the ends of ``hours``.
  var start: String { String(hours.start.description.prefix(19)) }
  var end: String { String(hours.end.description.prefix(19)) }

  /// The GPU-seconds that sreport counts by account in ``hours``.
  func usage() async throws -> [String: Int64] {
    var usage: [String: Int64] = [:]
    try await slurm.wait(for: "usage") {
      let text = try await slurm.run(
        "sreport", "-n", "-P", "-t", "seconds", "-T", "gres/gpu", "cluster",
        "AccountUtilizationByUser", "start=\(start)", "end=\(end)", "format=Account,Login,Used")
      for line in (text ?? "").split(separator: "\n") {
        let fields = line.split(separator: "|", omittingEmptySubsequences: false)
        if fields.count == 3, fields[1].isEmpty, fields[0] != "root" {
          usage[String(fields[0])] = Int64(fields[2])
        }
      }
      return usage.count == 2
    }
    return usage
  }

  /// The last state of each job.
  static func states(_ slurm: RealSlurm) async throws -> [String: String] {
    let text = try await slurm.run("sacct", "-a", "-X", "-n", "-P", "-o", "JobIDRaw,State") ?? ""
    return text.split(separator: "\n").reduce(into: [:]) { states, line in
      let fields = line.split(separator: "|")
      states[String(fields[0])] = String(fields[1])
    }
  }
}
