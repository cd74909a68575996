import Foundation
import Quantities
import TestSupport
import Testing

/// Jobs of a real Slurm that end in each of the ways that they have, in the reports.
@Suite(.serialized, .enabled(if: RealSlurm.isInstalled, "needs root and Slurm's packages"))
struct LiveSlurmTests {
  /// A run of a job that started, as sacct tells of it.
  private struct Run {
    let job: String
    let account: String
    let state: String
    let gpus: Int64
    /// - Unit: seconds, suspended time left out.
    let elapsed: Int64
    /// - Unit: seconds.
    let suspended: Int64
  }

  private func runs(_ live: LiveSlurm) async throws -> [Run] {
    let text = try await live.slurm.run(
      "sacct", "-a", "-D", "-X", "-n", "-P", "-S", live.start, "-E", live.end, "-o",
      "JobIDRaw,Account,State,ElapsedRaw,Suspended,AllocTRES")
    return try (text ?? "").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      guard fields[5] != "" else { return nil }
      let gpus = try #require(fields[5].firstMatch(of: /gres\/gpu=([0-9]+)/))
      return Run(
        job: fields[0], account: fields[1], state: String(fields[2].prefix { $0 != " " }),
        gpus: try #require(Int64(gpus.1)), elapsed: try #require(Int64(fields[3])),
        suspended: try #require(Int64(fields[4].suffix(2))))
    }
  }

  /// The lines of a report on the hours of the jobs, by column.
  private func lines(
    _ live: LiveSlurm, _ way: LiveSlurm.Way = .commands, _ arguments: String...
  ) async throws -> [[String: String]] {
    let program = try #require(live.ended[way])
    let period = "\(live.hours.start)/\(live.hours.end)"
    return try await program.lines(["report"] + arguments + ["--period", period])
  }

  private func sums<Key: Hashable>(
    _ runs: [Run], by key: (Run) -> Key, _ value: (Run) -> Int64
  ) -> [Key: Int64] {
    runs.reduce(into: [:]) { $0[key($1), default: 0] += value($1) }
  }

  private func sums(_ lines: [[String: String]], by keys: String...) -> [[String]: Int64] {
    lines.reduce(into: [:]) { sums, line in
      sums[keys.map { line[$0] ?? "" }, default: 0] += Self.seconds(line["gpu_hours"])
    }
  }

  /// Six places of an hour are 3.6 ms: whole seconds are the nearest.
  private static func seconds(_ hours: String?) -> Int64 {
    let micros = Decimals.parse(hours ?? "", places: 6) ?? 0
    return Int64((micros * 3_600 + 500_000) / 1_000_000)
  }

  @Test func `jobs and their hours are those of sacct, whatever became of a run`() async throws {
    let live = try await LiveSlurm.shared()
    let runs = try await runs(live)
    let lines = try await lines(live, .commands, "accounting", "--by", "account,state")
    let told = sums(lines, by: "account", "state")
    #expect(told == sums(runs, by: { [$0.account, $0.state] }) { $0.gpus * $0.elapsed })
    // Who was taken back ran twice; who was cancelled while it waited isn't among them.
    #expect(
      lines.map { [$0["account"], $0["state"], $0["jobs_ended"]] } == [
        ["robot", "CANCELLED", "1"], ["robot", "COMPLETED", "5"], ["robot", "PREEMPTED", "1"],
        ["robot", "REQUEUED", "1"], ["vision", "COMPLETED", "4"], ["vision", "FAILED", "1"],
        ["vision", "TIMEOUT", "1"],
      ])
  }

  @Test func `the ledger holds the GPU-seconds of sreport, suspended ones among them`()
    async throws
  {
    let live = try await LiveSlurm.shared()
    let used = try await live.usage()
    let ledger = sums(
      try await lines(live, .commands, "states", "--by", "hour,team")
        .filter { $0["state"] == "allocated_unknown" }, by: "team")
    #expect(
      ledger == [["makers"]: used["robot"] ?? -1, ["seers"]: used["vision"] ?? -1], "\(used)")
    // What is suspended keeps its GPUs, and sreport takes its time away from CPUs alone.
    let accounting = sums(
      try await lines(live, .commands, "accounting", "--by", "account"), by: "account")
    let suspended = sums(try await runs(live), by: { [$0.account] }) { $0.gpus * $0.suspended }
    #expect(
      accounting.merging(suspended, uniquingKeysWith: +)
        == Dictionary(uniqueKeysWithValues: used.map { ([$0.key], $0.value) }))
    #expect(suspended[["robot"]] == 0)
    #expect(suspended[["vision"], default: 0] >= 3 * 2, "\(suspended)")
  }

  @Test func `each run holds its GPUs once, and one that never started none`() async throws {
    let live = try await LiveSlurm.shared()
    let lines = try await lines(live, .commands, "states", "--by", "hour,workload")
    let told = sums(lines.filter { $0["state"] == "allocated_unknown" }, by: "workload")
    let runs = try await runs(live)
    #expect(told == sums(runs, by: { [$0.job] }) { $0.gpus * ($0.elapsed + $0.suspended) })
    #expect(Set(runs.map(\.job)).isSuperset(of: live.jobs.filter { $0.key != "never" }.values))
    #expect(told[[live.jobs["never"] ?? ""]] == nil)
    #expect(runs.filter { $0.job == live.jobs["victim"] }.count == 2)
    #expect(Set(lines.compactMap { $0["state"] }).isDisjoint(with: ["busy", "idle", "unknown"]))
  }

  @Test(arguments: [
    ("late", "TIMEOUT", "time_limit"), ("victim", "PREEMPTED", "preemption"),
    ("again", "REQUEUED", "requeue"), ("stopped", "CANCELLED", "cancelled"),
    ("broken", "FAILED", "failed"),
  ])
  func `what was lost is told by its own cause`(name: String, state: String, cause: String)
    async throws
  {
    let live = try await LiveSlurm.shared()
    let run = try #require(
      try await runs(live).first { $0.job == live.jobs[name] && $0.state == state })
    for way in LiveSlurm.Way.present {
      let lines = try await lines(live, way, "failure-waste", "--by", "cause")
      // Nobody's node failed, and what was completed is no waste.
      #expect(lines.count == 5)
      let line = try #require(lines.first { $0["cause"] == cause })
      #expect(line["runs"] == "1")
      #expect(Self.seconds(line["gpu_hours"]) == run.gpus * run.elapsed)
    }
  }

  @Test(.enabled(if: RealSlurm.hasREST, "needs slurmrestd"))
  func `slurmrestd gives the jobs and the ledger that sacct gives`() async throws {
    let live = try await LiveSlurm.shared()
    let questions = [
      "SELECT * FROM job ORDER BY id, submitted_ms",
      "SELECT name, uid, host, start_ms, end_ms, claim.gpus, devices FROM claim "
        + "JOIN workload ON workload.id = workload_id WHERE kind = 'job' ORDER BY 1, 2, 3",
      "SELECT name, uid, user, attributes FROM workload WHERE kind = 'job' ORDER BY 1, 2",
    ]
    for question in questions {
      var answers: [[[String: String]]] = []
      for way in LiveSlurm.Way.present {
        answers.append(try await #require(live.ended[way]).lines(["query", "-e", question]))
      }
      #expect(answers[0].count >= 14)
      #expect(answers[0] == answers[1], "\(question)")
    }
    for report in ["accounting", "states"] {
      let by = report == "states" ? "hour,team,workload" : "account,user,partition,state"
      var answers: [[[String: String]]] = []
      for way in LiveSlurm.Way.present {
        answers.append(
          try await lines(live, way, report, "--by", by).filter { $0["workload"] != "" })
      }
      #expect(answers[0] == answers[1], "\(report)")
    }
  }

  @Test(.enabled(if: RealSlurm.hasREST, "needs slurmrestd"))
  func `slurmrestd tells nodes, GPUs and what is out or reserved as the commands do`()
    async throws
  {
    let live = try await LiveSlurm.shared()
    var said: [[[String: String]]] = []
    var drained: [Int64] = []
    for way in LiveSlurm.Way.present {
      let program = try #require(live.running[way])
      func rows(_ question: String) async throws -> [[String: String]] {
        try await program.lines(["query", "-e", question])
      }
      let outages = try await rows(
        "SELECT subject, attributes, start_ms FROM observation WHERE kind = 4")
      #expect(outages.map { $0["subject"] } == ["gpu04"])
      #expect(outages.map { $0["attributes"] } == [#"{"reason":"drained"}"#])
      drained.append(try #require(Int64(outages.first?["start_ms"] ?? "")))
      // The job that was resumed runs still; which GPUs it has is told of running jobs alone.
      let held = try await rows(
        "SELECT host, name, kind, start_ms, claim.gpus, devices FROM claim "
          + "JOIN workload ON workload.id = workload_id "
          + "WHERE kind = 'reservation' OR name = '\(live.jobs["paused"] ?? "")' ORDER BY kind")
      #expect(held.map { $0["host"] } == ["gpu01", "gpu05"])
      #expect(held.first?["devices"]?.split(separator: ",").count == 3)
      said.append(
        held + (try await rows("SELECT * FROM observation WHERE kind = 5 ORDER BY subject"))
          + (try await rows("SELECT * FROM reservation")))
      let check = try await program.run("check")
      #expect(check.output.contains("5 nodes with 40 GPUs; 1 reservations now and later"))
    }
    #expect(said[0] == said[1])
    #expect(abs(drained[0] - drained[1]) <= 2_000, "\(drained)")
  }
}

extension Program {
  /// The lines of a CSV that the program prints, by column.
  fileprivate func lines(_ arguments: [String]) async throws -> [[String: String]] {
    let result = try await run(arguments + ["--format", "csv"])
    #expect(result.status == 0, "\(arguments): \(result.errors)")
    return try result.table()
  }
}
