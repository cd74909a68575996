import Foundation
import Quantities
import TestSupport
import Testing

/// A real Slurm, read as its users read it.
@Suite(.serialized, .enabled(if: RealSlurm.isInstalled, "needs root and Slurm's packages"))
struct SlurmTests {
  private static let hour: Int64 = 3_600_000

  /// A program whose source is `sacct` of the rig.
  private func program(_ slurm: RealSlurm, now: UTCInstant) throws -> Program {
    var program = Program(folder: TemporaryFolder(), environment: slurm.environment)
    program.environment["GPUTALLY_NOW"] = now.description
    try program.write(
      "gputally.yaml",
      """
      store: gputally.sqlite
      currency: KRW
      sites: [{ name: pangyo, kind: on-prem }]
      sources: [{ name: batch, type: slurm, site: pangyo, cluster: batch, sacct: local }]
      teams:
        - { name: seers, match: [{ account: vision }] }
        - { name: makers, match: [{ account: robot }] }
      rates: [{ gpu_model: h100, per_gpu_hour: "3600", currency: KRW, from: 2020-01-01 }]
      """)
    return program
  }

  /// The rows of a CSV report by their column, without the head.
  private func report(_ program: Program, _ arguments: String...) async throws -> [[String]] {
    let result = try await program.run(["report"] + arguments + ["--format", "csv"])
    #expect(result.status == 0, "\(result.errors)")
    return result.output.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  // MARK: What sreport counts

  /// Jobs of the last three days, 2,400 of them, on lanes of which a node's eight GPUs have four:
  /// never more than eight GPUs at once.
  private func history(from start: Int64) -> String {
    """
    UPDATE rig_event_table SET time_start = \(start - 86_400);
    DELETE FROM rig_last_ran_table;
    INSERT INTO rig_job_table(mod_time, account, cpus_req, job_name, id_assoc, id_array_job,
      id_array_task, id_job, id_qos, id_resv, id_wckey, id_user, id_group, het_job_id,
      het_job_offset, state_reason_prev, nodelist, nodes_alloc, node_inx, `partition`, priority,
      state, timelimit, time_submit, time_eligible, time_start, time_end, tres_alloc, tres_req)
    SELECT \(start), account, 1, CONCAT('job|', seq), id_assoc, 0, 4294967294, 10000 + seq, 1, 0, 0,
      0, 0, 0, 4294967294, 0, CONCAT('gpu0', node), 1, node - 1, 'gpu', 1,
      ELT(1 + seq * 31 MOD 5, 3, 4, 5, 6, 7), 60, begin - 60, begin - 60, begin,
      begin + 300 + seq * 7919 MOD 900,
      CONCAT('1=1,4=1,1001=', gpus, ',1002=', gpus), CONCAT('1=1,1001=', gpus)
    FROM (SELECT seq, 1 + seq MOD 12 DIV 4 AS node, ELT(1 + seq MOD 4, 1, 2, 4, 1) AS gpus,
        \(start) + seq DIV 12 * 1296 AS begin,
        IF(seq * 17 MOD 3 = 0, 'vision', 'robot') AS account FROM seq_0_to_2399) AS job
    JOIN (SELECT acct, id_assoc FROM rig_assoc_table WHERE user = 'root' AND deleted = 0) AS assoc
      ON assoc.acct = job.account;

    """
  }

  @Test func `GPU-seconds by account are those of sreport, and the ledger's by team`() async throws
  {
    let slurm = try await RealSlurm(nodes: 3)
    try await prepare(slurm)
    let today = UTCInstant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)).startOfDay
    let start = today - 4 * 24 * Self.hour
    let end = start + 3 * 24 * Self.hour
    try await slurm.rewriteAccounting(history(from: start.milliseconds / 1_000))
    let used = try await usage(slurm, start, end)
    #expect(used.count == 2 && used.values.allSatisfy { $0 > 0 }, "\(used)")

    let program = try program(slurm, now: end + 600_000)
    let window = "\(start)/\(end)"
    try await program.expectSuccess("collect", "--window", window)
    let accounting = try await report(
      program, "accounting", "--by", "account", "--period", window)
    #expect(seconds(accounting, of: 0, hours: 2) == used)

    try await program.expectSuccess("rollup")
    try await program.expectSuccess("post")
    let states = try await report(
      program, "states", "--by", "team", "--period", window)
    let held = states.filter { $0[1] == "allocated_unknown" }
    #expect(
      seconds(held, of: 0, hours: 2) == ["seers": used["vision"], "makers": used["robot"]])
    // Three nodes of eight GPUs for three days, all of it accounted for.
    #expect(seconds(states.map { ["all"] + $0 }, of: 0, hours: 3) == ["all": 3 * 8 * 3 * 86_400])
    try await program.expectSuccess("verify")

    let before = try program.rows("claim") + program.rows("job") + program.rows("state_hour")
    try await program.expectSuccess("collect", "--window", window)
    try await program.expectSuccess("rollup")
    #expect(
      try program.rows("claim") + program.rows("job") + program.rows("state_hour") == before)
  }

  private func prepare(_ slurm: RealSlurm) async throws {
    for account in ["vision", "robot"] {
      try await slurm.run("sacctmgr", "-i", "-Q", "add", "account", account)
      try await slurm.run("sacctmgr", "-i", "-Q", "add", "user", "root", "account=\(account)")
    }
  }

  /// What sreport counts by account, once it has counted at all.
  private func usage(
    _ slurm: RealSlurm, _ start: UTCInstant, _ end: UTCInstant
  ) async throws -> [String: Int64] {
    var usage: [String: Int64] = [:]
    try await slurm.wait(for: "usage") {
      let text = try await slurm.run(
        "sreport", "-n", "-P", "-t", "seconds", "-T", "gres/gpu", "cluster",
        "AccountUtilizationByUser", "start=\(local(start))", "end=\(local(end))",
        "format=Account,Login,Used")
      for line in (text ?? "").split(separator: "\n") {
        let fields = line.split(separator: "|", omittingEmptySubsequences: false)
        guard fields.count == 3, fields[1].isEmpty, fields[0] != "root",
          let seconds = Int64(fields[2])
        else { continue }
        usage[String(fields[0])] = seconds
      }
      return usage.count == 2
    }
    return usage
  }

  private func local(_ instant: UTCInstant) -> String { String(instant.description.prefix(19)) }

  /// The seconds that decimals of hours sum to, by the text in a column.
  private func seconds(_ rows: [[String]], of column: Int, hours: Int) -> [String: Int64] {
    rows.reduce(into: [:]) { sums, row in
      let micros = Decimals.parse(row[hours], places: 6) ?? 0
      // Six places of an hour are 3.6 ms: whole seconds are the nearest.
      sums[row[column], default: 0] += Int64((micros * 3_600 + 500_000) / 1_000_000)
    }
  }

  // MARK: What happens to jobs

  @Test func `jobs, a lost node and an idle reservation are in the ledger`() async throws {
    let slurm = try await RealSlurm(nodes: 3)
    try await prepare(slurm)
    try await slurm.run(
      "scontrol", "create", "reservation", "reservationname=hoard", "starttime=now",
      "duration=60", "nodes=gpu02", "accounts=vision")
    // One that is over before anybody asks, and one for maintenance.
    try await slurm.run(
      "scontrol", "create", "reservation", "reservationname=brief", "starttime=now",
      "duration=60", "nodes=gpu01", "accounts=robot", "flags=IGNORE_JOBS,MAINT")
    try await Task.sleep(for: .seconds(2))
    try await slurm.run("scontrol", "delete", "reservationname=brief")
    let lost = try await slurm.submit(
      "-A", "robot", "--gres=gpu:8", "-w", "gpu03", "--no-requeue", script: "sleep 300")
    let done = try await slurm.submit(
      "-A", "vision", "--gres=gpu:2", "-w", "gpu01", "-J", "odd|na\"me", script: "sleep 2")
    let failed = try await slurm.submit(
      "-A", "robot", "--gres=gpu:3", "-w", "gpu01", script: "exit 3")
    let waiting = try await slurm.submit(
      "-A", "robot", "--gres=gpu:8", "-w", "gpu03", script: "exit 0")
    let ends = [done: "COMPLETED", failed: "FAILED", lost: "RUNNING"]
    try await slurm.wait(for: "jobs") { try await states(slurm).isSuperset(of: ends) }
    slurm.killNode(3)
    try await slurm.wait(for: "a lost node") {
      try await states(slurm).isSuperset(of: [lost: "NODE_FAIL"])
    }

    let now = UTCInstant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
    let end = now.startOfHour + Self.hour
    let program = try program(slurm, now: end + 600_000)
    let window = "\(end - 2 * Self.hour)/\(end)"
    let check = try await program.run("check")
    #expect(check.output.contains("3 nodes with 24 GPUs; 1 reservations now and later"))
    try await program.expectSuccess("collect", "--window", window)
    try await program.expectSuccess("rollup")
    try await program.expectSuccess("post")
    let told = try await report(
      program, "states", "--by", "hour,team,workload,host", "--period", window)
    func hasTime(_ team: String, _ workload: String, _ host: String, _ state: String) -> Bool {
      told.contains {
        Array($0[1...4]) == [team, workload, host, state] && $0[5] != "0.000000"
      }
    }
    #expect(hasTime("seers", done, "gpu01", "allocated_unknown"), "\(told)")
    #expect(hasTime("makers", lost, "gpu03", "allocated_unknown"), "\(told)")
    #expect(hasTime("seers", "hoard", "gpu02", "reserved_unused"), "\(told)")
    #expect(hasTime("", "", "gpu03", "out_of_service"), "\(told)")
    #expect(hasTime("", "", "gpu01", "out_of_service"), "\(told)")
    let waits = try await program.run(
      "query", "-e",
      "SELECT name, gpus FROM demand JOIN workload ON id = workload_id WHERE name = '\(waiting)'",
      "--format", "csv")
    #expect(waits.output == "name,gpus\n\(waiting),8\n")
    let hours = try await report(program, "utilization", "--by", "hour", "--period", window)
    #expect(hours.map { $0[1] } == ["24.000000", "24.000000"])
    try await program.expectSuccess("verify")
  }

  /// The last state of each job.
  private func states(_ slurm: RealSlurm) async throws -> [String: String] {
    let text = try await slurm.run("sacct", "-a", "-X", "-n", "-P", "-o", "JobID,State") ?? ""
    return text.split(separator: "\n").reduce(into: [:]) { states, line in
      let fields = line.split(separator: "|")
      states[String(fields[0])] = String(fields[1])
    }
  }
}

extension [String: String] {
  fileprivate func isSuperset(of other: [String: String]) -> Bool {
    other.allSatisfy { self[$0.key] == $0.value }
  }
}
