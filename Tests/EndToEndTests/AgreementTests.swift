import Foundation
import Quantities
import Store
import TestSupport
import Testing

/// Seeded fleets over the end of a month, under policies of all kinds: however money is asked for,
/// it is the same to the micro.
@Suite struct AgreementTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let seed: UInt64
    let policies: String
    var testDescription: String { "seed \(seed), \(policies)" }
  }

  static let cases: [Case] = [
    Case(seed: 11, policies: "{ unallocated: proportional, out_of_service: platform }"),
    Case(
      seed: 12,
      policies: "{ unallocated: even, out_of_service: owner, unattributed: keep, unknown: even }"),
    Case(
      seed: 13,
      policies: "{ unallocated: keep, unattributed: platform, borrowed: { owner_percent: 30 } }"),
    Case(
      seed: 14,
      policies: "[{ unallocated: owner, from: 2026-11-01 }, { unknown: proportional }]"),
  ]

  /// Teams with budgets: those of rules, one above them, the platform's and our own.
  private static let budgeted = [
    "AI", "AI/perception", "AI/language", "robotics", "platform", "unassigned", "unknown",
  ]

  private static func fleet(_ row: Case) async throws -> WrittenFleet {
    let start = try #require(UTCInstant("2026-10-30T15:00:00Z"))
    let span = TimeRange(start, start + 54 * UTCInstant.millisecondsPerHour)
    let fleet = try await WrittenFleet(span, seed: row.seed, hosts: 3, gpusPerHost: 4) {
      let budgets = budgeted.map { "  - { team: \($0), per_month: 1000000.5, warn_percent: 1 }\n" }
      return $0.replacing("time_zone: UTC", with: "time_zone: Asia/Seoul")
        .replacing("name: perception,", with: "name: AI/perception,")
        .replacing("name: language,", with: "name: AI/language,")
        .replacing("name: planning,", with: "name: AI,")
        .replacing("owner: platform", with: "owner: AI/language", maxReplacements: 1)
        .replacing(/policies: .*/, with: "policies: \(row.policies)")
        + "budgets:\n" + budgets.joined()
    }
    try await fleet.program.expectSuccess("post")
    try await fleet.program.expectSuccess("verify")
    return fleet
  }

  private static func number(_ sql: String, _ fleet: WrittenFleet) throws -> Int128? {
    let store = try QueryStore(
      path: fleet.program.folder.path + "/gputally.sqlite",
      calendar: try BillingCalendar(zone: "Asia/Seoul"))
    let rows = try store.query(sql, parameters: [:], rowLimit: 1).rows
    guard case .integer(let number) = rows.first?.first else { return nil }
    return Int128(number)
  }

  @Test(arguments: cases)
  func `pools, postings and every CSV sum to the same`(row: Case) async throws {
    let fleet = try await Self.fleet(row)
    for month in ["2026-10", "2026-11"] {
      func sum(_ table: String, _ condition: String = "1") throws -> Int128? {
        try Self.number(
          "SELECT sum(cost_micros) FROM \(table) WHERE month = '\(month)' AND \(condition)", fleet)
      }
      let all = try #require(try sum("posting"))
      #expect(all > 0)
      for table in ["posting_by_day", "posting_by_month", "posted_month"] {
        #expect(try sum(table) == all, "\(table) of \(month)")
      }
      // Where the money comes from, as soon as months are posted with it.
      if let costs = try sum("pool_cost") { #expect(costs == all, "pool_cost of \(month)") }
      let owed = try await fleet.lines("report", "chargeback", "--period", month)
      #expect(owed.sum("total_cost") == all, "\(month)")
      let rounded = try await fleet.lines("report", "chargeback", "--period", month, "--round")
      #expect(
        rounded.sum("total_cost") == Rounding.halfEven(all, dividedBy: 1_000_000) * 1_000_000)
      #expect(
        try await fleet.lines("report", "teams", "--period", month).sum("total_cost") == all)
      #expect(
        try await fleet.lines("report", "focus", "--period", month).sum("BilledCost") == all)
      let usage = try sum("posting", "kind = 'usage'")
      for by in ["team", "day,team", "hour", "gpu_uuid,workload", "owner,cluster"] {
        let states = try await fleet.lines(
          "report", "states", "--period", month, "--by", by)
        #expect(states.sum("cost") == usage, "\(month) by \(by)")
      }
      try await Self.expectIdle(owed, month, fleet)
      try await Self.expectBudgets(owed, month, fleet)
    }
  }

  /// The idle reports and their bounds are the chargeback's.
  private static func expectIdle(
    _ owed: [[String: String]], _ month: String, _ fleet: WrittenFleet
  ) async throws {
    let allocations = try await fleet.lines("report", "idle-allocations", "--period", month)
    #expect(allocations.sum("waste_cost") == owed.sum("idle_cost"))
    #expect(allocations.sum("waste_cost_high") <= owed.sum("idle_cost_high"))
    let days = try await fleet.lines("report", "idle-by-day", "--period", month)
    let reserved = owed.sum("reserved_unused_cost")
    #expect(days.sum("waste_cost") == owed.sum("idle_cost") + reserved)
    #expect(days.sum("waste_cost_low") == owed.sum("idle_cost_low") + reserved)
    #expect(days.sum("waste_cost_high") == owed.sum("idle_cost_high") + reserved)
    for line in owed + allocations + days where (line["allocated_gpu_hours"] ?? "") > "0.000000" {
      #expect(line["observed_percent"] != "", "\(line)")
    }
  }

  /// What is spent of a budget is the chargeback of its team and of those below it.
  private static func expectBudgets(
    _ owed: [[String: String]], _ month: String, _ fleet: WrittenFleet
  ) async throws {
    let budgets = try await fleet.lines("budget", "--period", month)
    #expect(budgets.compactMap { $0["team"] }.sorted() == budgeted.sorted())
    for budget in budgets {
      let team = budget["team"] ?? ""
      let lines = owed.filter {
        $0["team"] == team || $0["team"]?.hasPrefix(team + "/") == true
      }
      #expect([budget].sum("spent") == lines.sum("total_cost"), "\(team) in \(month)")
    }
    #expect(budgets.sum("spent") > 0)
    // October is over; November's second day has six hours.
    let days = Set(budgets.map { "\($0["days_posted"] ?? "") \($0["days_left"] ?? "")" })
    #expect(days == [month == "2026-10" ? "1 0" : "1 29"])
  }
}
