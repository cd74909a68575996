import Foundation
import Quantities
import TestSupport
import Testing

/// A simulated fleet posted under one policy after the other.
@Suite struct PolicyTests {
  private static let period = ["--period", "2026-11-02", "--format", "csv"]

  /// The rows of a report as CSV, by the names of its columns.
  private static func rows(
    _ program: Program, _ report: String
  ) async throws -> [[String: String]] {
    let result = try await program.run(["report", report] + period)
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let head = try #require(lines.first)
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(head, $0)) }
  }

  /// What each team owes, in micros; who owes nothing is left out.
  private static func owed(_ rows: [[String: String]]) throws -> [String: Int128] {
    var owed: [String: Int128] = [:]
    for row in rows {
      let cost = try #require(Decimals.parse(row["total_cost"] ?? "", places: 6))
      owed[row["team"] ?? "", default: 0] += cost
    }
    return owed.filter { $0.value != 0 }
  }

  @Test(arguments: ["proportional", "even", "owner", "platform", "keep"])
  func `a chargeback under any policy is what the comparison foretold`(policy: String) async throws
  {
    let program = Program(folder: TemporaryFolder())
    try await program.expectSuccess(
      "simulate", "--seed", "9", "--hosts", "3", "--gpus-per-host", "4", "--hours", "24",
      "--start", "2026-11-02T00:00:00Z", "--store", "gputally.sqlite", "--write-config",
      "gputally.yaml")
    let plain = try program.read("gputally.yaml")
    func configure(_ policies: String) throws {
      let changed = plain.replacing(
        "policies: { unallocated: proportional, out_of_service: platform }",
        with: "policies: { \(policies), borrowed: { owner_percent: 12.5 } }")
      #expect(changed != plain)
      // Teams that own the hardware of others, under an old name.
      try program.write(
        "gputally.yaml",
        changed.replacing("owner: platform", with: "owner: eyes")
          .replacing("{ name: perception,", with: "{ name: AI/perception, aliases: [eyes],"))
    }
    try configure("unallocated: even")
    try await program.expectSuccess("rollup")
    try await program.expectSuccess("post")
    let compared = try await Self.rows(program, "policy-compare").filter { $0["policy"] == policy }
    try configure(
      ["unallocated", "out_of_service", "unattributed", "unknown"]
        .map { "\($0): \(policy)" }.joined(separator: ", "))
    try await program.expectSuccess("post")
    let owed = try Self.owed(try await Self.rows(program, "chargeback"))
    #expect(owed == (try Self.owed(compared)))
    #expect(owed["AI/perception"] ?? 0 > 0)
    #expect((owed["unknown"] != nil) == (policy == "keep"))
    let teams = try await Self.rows(program, "team-tree")
    let trees = teams.filter { $0["level"] == "1" }.compactMap {
      Decimals.parse($0["tree_cost"] ?? "", places: 6)
    }
    #expect(trees.reduce(0, +) == owed.values.reduce(0, +))

    // What the owner bears is what was posted: its own line of the chargeback has it.
    let borrowed = try await Self.rows(program, "borrowed")
    #expect(!borrowed.isEmpty && borrowed.allSatisfy { $0["owner"] == "AI/perception" })
    let store = try await program.run(
      "query", "-e",
      "SELECT sum(cost_micros) AS moved FROM posting WHERE kind = 'borrowed' AND cost_micros > 0",
      "--format", "csv")
    let moved = borrowed.compactMap { Decimals.parse($0["owner_cost"] ?? "", places: 6) }
    #expect(store.output == "moved\n\(moved.reduce(0, +))\n", "\(store.errors)")
    try await program.expectSuccess("verify")
  }
}
