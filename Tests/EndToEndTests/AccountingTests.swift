import Foundation
import Quantities
import Store
import TestSupport
import Testing

/// Jobs of a batch scheduler, through the built program.
@Suite struct AccountingTests {
  private static let head =
    "JobIDRaw|JobID|Cluster|Account|User|Partition|Submit|Start|End|Suspended|State|NNodes|"
    + "AllocCPUS|AllocTRES|ReqTRES|NodeList|JobName"

  private func program(_ access: String) throws -> Program {
    let program = Program(folder: TemporaryFolder())
    try program.write(
      "gputally.yaml",
      """
      store: gputally.sqlite
      currency: KRW
      sites: [{ name: pangyo, kind: on-prem }]
      sources:
        - { name: batch, type: slurm, site: pangyo, cluster: batch, \(access) }
      """)
    return program
  }

  private func accounting(_ program: Program, _ arguments: String...) async throws -> String {
    let result = try await program.run(
      ["report", "accounting", "--format", "csv"] + arguments)
    #expect(result.status == 0, "\(result.errors)")
    return result.output
  }

  @Test func `jobs count by their end, hours by the days they ran in`() async throws {
    let program = try program("file: jobs.txt, time_zone: UTC")
    try program.write(
      "jobs.txt",
      Self.head + "\n"
        // Two GPUs from 22:00 to 02:00, half an hour of it suspended.
        + "1|1|rig|ml|alice|gpu|2026-11-01T21:00:00|2026-11-01T22:00:00|2026-11-02T02:00:00|"
        + "00:30:00|COMPLETED|1|4|cpu=4,gres/gpu=2,gres/gpu:h100=2|gres/gpu=2|gpu01|a\n"
        // Requeued: both runs count.
        + "2|2|rig|vision|bob|gpu|2026-11-01T00:00:00|2026-11-01T01:00:00|2026-11-01T02:00:00|"
        + "00:00:00|NODE_FAIL|1|1|gres/gpu=8|gres/gpu=8|gpu02|b\n"
        + "2|2|rig|vision|bob|gpu|2026-11-01T02:00:00|2026-11-01T03:00:00|2026-11-01T03:30:00|"
        + "00:00:00|COMPLETED|1|1|gres/gpu=8|gres/gpu=8|gpu02|b\n"
        // Never started.
        + "3|3|rig|ml|alice|gpu|2026-11-01T00:00:00|2026-11-01T05:00:00|2026-11-01T05:00:00|"
        + "00:00:00|CANCELLED by 7|1|1||gres/gpu=8|None assigned|c\n"
    )
    let first = try await program.run("collect")
    #expect(first.status == 0, "\(first.errors)")
    #expect(first.errors.contains("4 jobs"))
    let head = "jobs_ended,gpu_hours,cpu_hours,node_hours,wall_hours,wait_hours\n"
    #expect(
      try await accounting(program, "--period", "2026-11", "--by", "day,account")
        == "day,account," + head
        + "2026-11-01,ml,0,3.500000,7.000000,1.750000,1.750000,1.000000\n"
        + "2026-11-01,vision,2,12.000000,1.500000,1.500000,1.500000,2.000000\n"
        + "2026-11-02,ml,1,3.500000,7.000000,1.750000,1.750000,0.000000\n")
    #expect(
      try await accounting(program, "--period", "2026-11", "--by", "state")
        == "state," + head
        + "COMPLETED,2,11.000000,14.500000,4.000000,4.000000,2.000000\n"
        + "NODE_FAIL,1,8.000000,1.000000,1.000000,1.000000,1.000000\n")
    // The same again changes nothing.
    let before = try program.rows("job")
    try await program.expectSuccess("collect")
    #expect(try program.rows("job") == before)
  }

  @Test func `jobs of long ago don't make GPUs of the inventory older`() async throws {
    let start = try #require(UTCInstant("2026-11-02T00:00:00Z"))
    let fleet = try await WrittenFleet(TimeRange(start, start + 2 * 3_600_000)) { text in
      text.replacingOccurrences(
        of: "sources:\n",
        with: "sources:\n  - { name: history, type: slurm, site: pangyo, cluster: train, "
          + "file: jobs.txt, time_zone: UTC }\n")
    }
    let program = fleet.program
    let before = try program.rows("state_hour")
    try program.write(
      "jobs.txt",
      Self.head + "\n1|1|rig|ml|alice|gpu|2026-01-01T21:00:00|2026-01-01T22:00:00|"
        + "2026-01-02T02:00:00|00:00:00|COMPLETED|1|4|gres/gpu=2||gpu01|a\n")
    try await program.expectSuccess("collect", "--source", "history")
    try await program.expectSuccess("rollup")
    #expect(try program.rows("job").count == 1)
    #expect(try program.rows("state_hour") == before)
  }

  @Test func `a refused row is told, the others are kept`() async throws {
    let program = try program("file: jobs.txt")
    try program.write(
      "jobs.txt",
      Self.head + "\n1|1|rig|ml|alice|gpu|10|yesterday|30|0|FAILED|1|1|gres/gpu=1||gpu01|a\n"
        + "2|2|rig|ml|alice|gpu|10|20|30|0|FAILED|1|1|gres/gpu=1||gpu01|a\n")
    let result = try await program.run("collect")
    #expect(result.status == 2)
    #expect(
      result.errors.contains(
        "refused from 'batch': jobs.txt:2: unreadable Start: found "
          + "'yesterday', expected seconds since 1970, or a time as 2026-11-23T13:04:07"))
    #expect(try program.rows("job").count == 1)
  }

  @Test func `a program that fails is a gap with its own words`() async throws {
    let program = try program("command: \"env -i false\"")
    let result = try await program.run("collect")
    #expect(result.status == 2)
    #expect(result.errors.contains("ended with status 1; run it by hand to see why"))
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `a published month of jobs has the totals that its publisher counts`() async throws {
    let program = try program("file: jobs.txt, time_zone: UTC")
    try program.write("jobs.txt", try await PublishedJobs.text())
    let collected = try await program.run("collect")
    #expect(collected.status == 0, "\(collected.errors)")
    let report = try await accounting(
      program, "--period", "2016-01-01T00:00Z/2018-01-01T00:00Z", "--by", "cluster")
    let cells = report.split(separator: "\n").last?.split(separator: ",").map(String.init) ?? []
    // Open XDMoD's own totals: 11,285 jobs, 71,984.2764 CPU hours, 6,922.8794 node hours,
    // 6,717.9861 wall hours, 20,964.2772 hours of waiting.
    #expect(
      cells == [
        "pozidriv", "11285", "0.000000", "71984.276389", "6922.879444", "6717.986111",
        "20964.277222",
      ])
  }
}

/// Jobs that Open XDMoD publishes for its tests, as sacct would print them.
private enum PublishedJobs {
  static func text() async throws -> String {
    let folder = TemporaryFolder()
    let table = folder.path + "/jobs.csv"
    try Data(try SharedData.bytes("xdmod_pozidriv_sacct.csv.gz"))
      .write(to: URL(fileURLWithPath: table + ".gz"))
    let status = try await Subprocess("/bin/gzip", ["-d", table + ".gz"], output: "/dev/null")
      .ended()
    #expect(status == 0)
    var text = ""
    var isQuoted = false
    for scalar in try String(contentsOfFile: table, encoding: .utf8).unicodeScalars {
      switch scalar {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: text.append("|")
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Program {
  /// The rows of a table of its store, as text.
  func rows(_ table: String) throws -> [String] {
    let store = try QueryStore(
      path: folder.path + "/gputally.sqlite", calendar: try BillingCalendar(zone: "UTC"))
    return try store.query("SELECT * FROM \(table)", parameters: [:], rowLimit: nil).rows
      .map { "\($0)" }
  }
}
