import Foundation
import Quantities
import Simulator
import Store
import TestSupport
import Testing

/// Months closed with the built program, over simulated stores.
@Suite struct ClosedMonthTests {
  /// A program whose store has the end of October, posted.
  private static func october() async throws -> Program {
    let program = Program(
      folder: TemporaryFolder(), environment: ["GPUTALLY_NOW": "2026-12-03T00:00:00Z"])
    try await simulate(program, seed: 3, hours: 48, "--write-config", "gputally.yaml")
    try await program.expectSuccess("rollup")
    try await program.expectSuccess("post")
    return program
  }

  private static func simulate(
    _ program: Program, seed: Int, hours: Int, _ more: String...
  ) async throws {
    let words = [
      "simulate", "--seed", "\(seed)", "--hosts", "2", "--gpus-per-host", "4", "--interval", "60s",
      "--start", "2026-10-30T00:00:00Z", "--hours", "\(hours)", "--store", "gputally.sqlite",
    ]
    let result = try await program.run(words + more)
    #expect(result.status == 0, "\(result.errors)")
  }

  private func csv(_ program: Program, _ words: String...) async throws -> [[String]] {
    let result = try await program.run(["report"] + words + ["--format", "csv"])
    #expect(result.status == 0, "\(words): \(result.errors)")
    return result.output.split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// What a month's chargeback sums to, by team and model.
  private func owed(_ program: Program, _ months: String...) async throws -> [String: Int128] {
    var owed: [String: Int128] = [:]
    for month in months {
      for row in try await csv(program, "chargeback", "--period", month) {
        let cost = try #require(Decimals.parse(row[19], places: 6))
        owed["\(row[1]) of \(row[7])", default: 0] += cost
      }
    }
    return owed.filter { $0.value != 0 }
  }

  @Test func `a month is closed, and what comes late is borne by the next`() async throws {
    let program = try await Self.october()
    let refused = try await program.run("close", "2026-10")
    #expect(refused.status == 1 && refused.output.isEmpty)
    #expect(
      refused.errors == """
        gputally: 2026-10 is not complete: 696 hours are missing or thin; collect them with \
        'gputally collect --source NAME --window FROM/TO', or close it as it is with --accept-gaps, \
        which writes them down
        gputally:   2026-10-01T00:00:00Z/2026-10-30T00:00:00Z, 696 hours: before anything was \
        collected

        """)
    let closed = try await program.run("close", "2026-10", "--accept-gaps")
    #expect(closed.status == 0 && closed.output.isEmpty)
    let lines = closed.errors.split(separator: "\n").map(String.init)
    #expect(
      lines.first == "accepted: 2026-10-01T00:00:00Z/2026-10-30T00:00:00Z, 696 hours: before "
        + "anything was collected")
    let owedBefore = try await owed(program, "2026-10")
    let total = Decimals.text(owedBefore.values.reduce(0, +), places: 6)
    let sentence = lines.last ?? ""
    #expect(sentence.hasPrefix("closed 2026-10: 576.000000 GPU-hours, "))
    let end =
      " GPU-hours of them unknown; \(total) KRW; what changes later is charged in 2026-11"
    #expect(sentence.hasSuffix(end), "\(sentence)")
    try await program.expectSuccess("verify")

    // Other samples of the same days come, and two days more.
    try await Self.simulate(program, seed: 4, hours: 96)
    try await program.expectSuccess("rollup")
    let status = try await program.expectSuccess("status").output
    #expect(
      status.contains(
        "\n           has newer facts, which 'gputally post' charges in 2026-11\n"), "\(status)")
    let posted = try await program.expectSuccess("post")
    #expect(posted.errors.contains("corrected 2026-10, which is closed: "))
    let octoberAfter = try await owed(program, "2026-10")
    #expect(octoberAfter == owedBefore)
    try await program.expectSuccess("verify")

    let truth = Program(folder: TemporaryFolder(), environment: program.environment)
    try await Self.simulate(truth, seed: 4, hours: 96, "--write-config", "gputally.yaml")
    try await truth.expectSuccess("rollup")
    try await truth.expectSuccess("post")
    let due = try await owed(truth, "2026-10", "2026-11")
    #expect(due.count > 5 && due != owedBefore)
    let both = try await owed(program, "2026-10", "2026-11")
    #expect(both == due)
    let november = try await owed(program, "2026-11")
    let alone = try await owed(truth, "2026-11")
    #expect(november != alone)

    try await expectCorrections(program)
    let next = try await program.expectSuccess("close", "2026-11", "--accept-gaps")
    #expect(next.errors.contains(" corrections of earlier months; what changes later"))
    let closedBoth = try await owed(program, "2026-10", "2026-11")
    #expect(closedBoth == due)
    try await program.expectSuccess("verify")
    let again = try await program.expectSuccess("post")
    #expect(again.errors == "nothing to post\n")
  }

  /// Expects that the report of corrections and the chargeback say the same of November.
  private func expectCorrections(_ program: Program) async throws {
    let rows = try await csv(program, "chargeback", "--period", "2026-11")
    let corrections = rows.filter { $0[21] == "Correction" }
    #expect(Set(corrections.map { $0[24] }) == ["2026-10"])
    #expect(Set(rows.filter { $0[21] != "Correction" }.map { $0[24] }) == [""])
    #expect(Set(corrections.map { $0[13] }) == [""])
    let charged = corrections.compactMap { Decimals.parse($0[19], places: 6) }.reduce(0, +)
    let listed = try await csv(program, "corrections", "--period", "2026-11", "--by", "month,team")
    #expect(Set(listed.map { $0[0] }) == ["2026-11"])
    #expect(listed.compactMap { Decimals.parse($0[3], places: 6) }.reduce(0, +) == charged)
    let hours = corrections.compactMap { Decimals.parse($0[8], places: 6) }
    #expect(hours.contains { $0 < 0 } && hours.contains { $0 > 0 })
    let some = try await csv(program, "corrections", "--period", "2026-11-01")
    #expect(some.isEmpty)
  }

  @Test func `a closed month is priced anew only when it is asked for`() async throws {
    let program = try await Self.october()
    try await program.expectSuccess("close", "2026-10", "--accept-gaps")
    let before = try await owed(program, "2026-10")
    let text = try program.read("gputally.yaml")
    try program.write(
      "gputally.yaml", text.replacing("per_gpu_hour: \"", with: "per_gpu_hour: \"1"))
    let nothing = try await program.expectSuccess("post")
    #expect(nothing.errors == "nothing to post\n")
    try await program.expectRefusal(
      ["post", "--correct"], status: 64,
      "--correct needs --period, the closed month that is to be priced anew; see 'gputally post "
        + "--help'")
    let asked = try await program.expectSuccess("post", "--period", "2026-10", "--correct")
    #expect(asked.errors.hasPrefix("corrected 2026-10, which is closed: "))
    let truth = try await Self.october()
    try truth.write("gputally.yaml", try program.read("gputally.yaml"))
    try await truth.expectSuccess("post")
    let due = try await owed(truth, "2026-10")
    let october = try await owed(program, "2026-10")
    let both = try await owed(program, "2026-10", "2026-11")
    #expect(october == before && both == due)
    try await program.expectSuccess("post", "--period", "2026-10")
    let again = try await owed(program, "2026-10", "2026-11")
    #expect(again == due)
    try await program.expectSuccess("verify")
  }

  @Test func `close says what it wants`() async throws {
    let program = try await Self.october()
    try await program.expectRefusal(
      ["close"], status: 64, "Missing expected argument '<month>'; see 'gputally close --help'")
    try await program.expectRefusal(
      ["close", "2026-10-30"], status: 64,
      "close: '2026-10-30' is not a month; name one such as 2026-10 or last-month")
    try await program.expectRefusal(
      ["close", "2026-13"], status: 64,
      "close: found the period '2026-13'; expected a month such as 2026-11, a day such as "
        + "2026-11-23, yesterday, last-month, or an interval such as "
        + "2026-11-01T00:00Z/2026-11-08T00:00Z")
    try await program.expectRefusal(
      ["close", "last-month"],
      "2026-11 has no facts, so there is nothing to close; open are 2026-10")
    try program.remove("gputally.sqlite")
    try await program.expectRefusal(
      ["close", "2026-10"],
      "gputally.sqlite: there is no store yet; run 'gputally collect' or 'gputally run' to make one"
    )
  }

  @Test func `a close that is killed at any moment closed all of the month or nothing`()
    async throws
  {
    let source = try await Self.october()
    let trial = Program(folder: TemporaryFolder(), environment: source.environment)
    try source.copyStore(to: trial)
    try trial.write("gputally.yaml", source.read("gputally.yaml"))
    let duration = try await ContinuousClock().measure {
      try await trial.expectSuccess("close", "2026-10", "--accept-gaps")
    }
    let expected = try closed(trial)
    #expect(expected.count == 2)
    for number in 1...12 {
      let program = Program(folder: TemporaryFolder(), environment: source.environment)
      try source.copyStore(to: program)
      try program.write("gputally.yaml", source.read("gputally.yaml"))
      let running = try program.start(["close", "2026-10", "--accept-gaps"])
      try await Task.sleep(for: duration * number / 12)
      running.process.send(SIGKILL)
      _ = await running.ended()
      let left = try closed(program)
      #expect(left.isEmpty || left == expected, "killed after \(number) of 12")
      try await program.expectSuccess("verify")
      if left.isEmpty { try await program.expectSuccess("close", "2026-10", "--accept-gaps") }
      #expect(try closed(program) == expected)
    }
  }

  /// The rows of the closed month and its gaps.
  private func closed(_ program: Program) throws -> [String] {
    let store = try QueryStore(
      path: program.folder.path + "/gputally.sqlite", calendar: BillingCalendar(zone: "UTC"))
    return try ["closed_month", "closed_gap"].flatMap { table in
      try store.query("SELECT * FROM \(table)", parameters: [:], rowLimit: nil).rows
        .map { "\($0)" }
    }
  }
}
