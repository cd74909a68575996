import Foundation
import Quantities
import TestSupport
import Testing

/// What is of no team, and how it gets one.
@Suite struct UnassignedTests {
  @Test func `the lines that the report names leave nothing unassigned`() async throws {
    let start = try #require(UTCInstant("2026-11-02T00:00:00Z"))
    let fleet = try await WrittenFleet(
      TimeRange(start, start + 24 * UTCInstant.millisecondsPerHour), hosts: 4, gpusPerHost: 4
    ) { text in
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      let teams = lines.filter { $0.contains("cost_center: CC-") }
      return lines.filter { !teams.dropFirst().contains($0) }.joined(separator: "\n")
    }
    let program = fleet.program
    try await program.expectSuccess("post")
    let before = try await fleet.lines("report", "chargeback")
    let owed = before.filter { $0["team"] == "unassigned" }
    #expect(owed.sum("total_cost") > 0)
    let status = try await program.expectSuccess("status")
    #expect(
      status.output.contains(
        " % of the GPU-time held in 2026-11 is of no team; 'gputally report unassigned --period "
          + "2026-11' says what to add to 'teams'\n"))
    let json = try await program.expectSuccess("report", "unassigned", "--format", "json")
    let rows = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
    #expect(rows.count > 1)
    let cost = rows.reduce(Int128(0)) { sum, row in
      let text = (row["cost"] as? NSNumber)?.stringValue ?? ""
      return sum + (Decimals.parse(text, places: 6) ?? 0)
    }
    #expect(
      cost == owed.sum("direct_cost") + owed.sum("idle_cost") + owed.sum("reserved_unused_cost"))
    let added = rows.compactMap { $0["add_to_teams"] as? String }
    #expect(added.count == rows.count)
    let text = fleet.configuration.replacing(
      "rates:\n",
      with: added.map { "  \($0.replacing("TEAM", with: "late"))\n" }.joined() + "rates:\n")
    try program.write("gputally.yaml", text)
    try await program.expectSuccess("post")
    let after = try await fleet.lines("report", "chargeback")
    #expect(!after.contains { $0["team"] == "unassigned" })
    let late = after.filter { $0["team"] == "late" }
    #expect(late.sum("allocated_gpu_hours") == owed.sum("allocated_gpu_hours"))
    #expect(after.sum("total_cost") == before.sum("total_cost"))
    let none = try await program.expectSuccess("report", "unassigned")
    #expect(none.output.hasSuffix("\n\nno lines\n"))
    #expect(!(try await program.expectSuccess("status").output.contains("of no team")))
  }
}
