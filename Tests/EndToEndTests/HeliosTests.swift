import Foundation
import Quantities
import TestSupport
import Testing

/// A month of ten real teams, as the Helios study published it minute by minute, put through as a
/// scheduler's accounting.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct HeliosTests {
  /// What one team's cluster had in each minute.
  private struct Minutes {
    var total = 0
    var running: [Int] = []
    var pending: [Int] = []
  }

  private static let start: Int64 = 1_588_291_200  // 2020-05-01T00:00:00Z
  private static let head =
    "JobIDRaw|JobID|Account|User|Submit|Eligible|Start|End|State|NNodes|AllocCPUS|AllocTRES|"
    + "ReqTRES|NodeList|JobName\n"

  private func minutes() async throws -> [String: Minutes] {
    let folder = TemporaryFolder()
    let zipped = folder.path + "/minutes.csv.gz"
    try Data(SharedData.bytes("helios_earth_vc_minutes.csv.gz"))
      .write(to: URL(fileURLWithPath: zipped))
    let status = try await Programs.run("/bin/gzip", ["-dc", zipped], log: folder.path + "/csv")
    #expect(status == 0)
    let text = try String(contentsOfFile: folder.path + "/csv", encoding: .utf8)
    var teams: [String: Minutes] = [:]
    for line in text.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: ",")
      let numbers = try [2, 3, 5].map { try #require(Int(fields[$0])) }
      teams[String(fields[1]), default: Minutes()].total = numbers[0]
      teams[String(fields[1])]?.running.append(numbers[1])
      teams[String(fields[1])]?.pending.append(numbers[2])
    }
    return teams
  }

  /// Jobs that hold and wait for what the minutes say: one for each time in which it is the same.
  private func jobs(_ team: String, _ minutes: Minutes) -> String {
    let hosts = "\(team)-[1-\(minutes.total / 8)]"
    let end = Self.start + Int64(minutes.running.count) * 60
    // Something small runs on all hosts all the month, so that they are known to be scheduled.
    var text =
      Self.head + "1|1|\(team)|u|\(Self.start)|\(Self.start)|\(Self.start)|\(end)|COMPLETED|1|1|"
      + "cpu=1||\(hosts)|watch\n"
    var number = 1
    for (from, to, gpus) in Self.runs(minutes.running) {
      number += 1
      text +=
        "\(number)|\(number)|\(team)|u|\(from)|\(from)|\(from)|\(to)|COMPLETED|1|1|"
        + "gres/gpu=\(gpus)||\(hosts)|held\n"
    }
    for (from, to, gpus) in Self.runs(minutes.pending) {
      number += 1
      text +=
        "\(number)|\(number)|\(team)|u|\(from)|\(from)|\(to)|\(to)|CANCELLED by 0|1|1|"
        + "|gres/gpu=\(gpus)|None assigned|waits\n"
    }
    return text
  }

  /// The times in which a number above zero stays the same.
  private static func runs(_ numbers: [Int]) -> [(from: Int64, to: Int64, count: Int)] {
    var runs: [(from: Int64, to: Int64, count: Int)] = []
    for (minute, count) in numbers.enumerated() where count > 0 {
      let from = start + Int64(minute) * 60
      if let last = runs.last, last.to == from, last.count == count {
        runs[runs.count - 1].to = from + 60
      } else {
        runs.append((from, from + 60, count))
      }
    }
    return runs
  }

  @Test func `its capacity, allocated, idle and pending GPU-hours come out`() async throws {
    let teams = try await minutes()
    let program = Program(
      folder: TemporaryFolder(), environment: ["GPUTALLY_NOW": "2020-06-01T00:10:00Z"])
    var sources = ""
    var inventory = ""
    var rules = ""
    for (team, minutes) in teams {
      try program.write("\(team).txt", jobs(team, minutes))
      let place = "site: earth, cluster: \(team)"
      sources += "  - { name: \(team), type: slurm, \(place), file: \(team).txt }\n"
      inventory +=
        "  - { \(place), hosts: \"\(team)-[1-\(minutes.total / 8)]\", gpus: 8, "
        + "gpu_model: GPU }\n"
      rules += "  - { name: \(team), match: [{ account: \(team) }] }\n"
    }
    try program.write(
      "gputally.yaml",
      "store: gputally.sqlite\ncurrency: USD\nsites: [{ name: earth, kind: on-prem }]\n"
        + "sources:\n\(sources)inventory:\n\(inventory)teams:\n\(rules)"
        + "rates: [{ per_gpu_hour: \"1\", currency: USD, from: 2020-01-01 }]\n")
    for verb in ["collect", "rollup", "post", "verify"] { try await program.expectSuccess(verb) }

    let states = try await lines(program, "states", "--by", "cluster,team")
    let waits = try await lines(program, "shortage", "--by", "team")
    for (team, minutes) in teams {
      let own = states.filter { $0["cluster"] == team }
      let capacity = Int128(minutes.total * minutes.running.count)
      let running = Int128(minutes.running.reduce(0, +))
      // Hours of six places, from whole minutes: exact to the place.
      #expect(hours(own) == capacity, "\(team)")
      #expect(hours(own.filter { $0["state"] == "allocated_unknown" }) == running, "\(team)")
      #expect(hours(own.filter { $0["state"] == "unallocated" }) == capacity - running, "\(team)")
      let waited = waits.filter { $0["team"] == team }
      #expect(
        hours(waited, "waited_gpu_hours") == Int128(minutes.pending.reduce(0, +)), "\(team)")
    }
  }

  private func lines(_ program: Program, _ arguments: String...) async throws -> [[String: String]]
  {
    let result = try await program.run(
      ["report"] + arguments + ["--period", "2020-05", "--format", "csv"])
    #expect(result.status == 0, "\(result.errors)")
    return try result.table()
  }

  /// The minutes that a column of hours sums to.
  private func hours(_ lines: [[String: String]], _ column: String = "gpu_hours") -> Int128 {
    (lines.sum(column) * 60 + 500_000) / 1_000_000
  }
}
