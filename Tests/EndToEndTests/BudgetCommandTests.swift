import Foundation
import Quantities
import TestSupport
import Testing

/// Budgets as somebody at a terminal and cron see them.
@Suite struct BudgetCommandTests {
  /// A day and a half of a fleet, posted, with `budgets` after its configuration.
  private static func fleet(_ budgets: String) async throws -> WrittenFleet {
    let start = try #require(UTCInstant("2026-11-02T00:00:00Z"))
    let fleet = try await WrittenFleet(
      TimeRange(start, start + 36 * UTCInstant.millisecondsPerHour)
    ) {
      $0.replacing("name: perception,", with: "name: AI/perception,") + budgets
    }
    try await fleet.program.expectSuccess("post")
    return fleet
  }

  @Test func `a budget that is spent is told by the exit status, the run and the status`()
    async throws
  {
    let fleet = try await Self.fleet(
      """
      budgets:
        - { team: AI, per_month: 10000 }
        - { team: platform, per_month: 999999999999, from: 2026-11 }

      """)
    let budget = try await fleet.program.run("budget", "--period", "2026-11", "--format", "csv")
    #expect(budget.status == 2, "\(budget.errors)")
    let lines = budget.output.split(separator: "\n").map { $0.split(separator: ",") }
    #expect(lines.count == 3)
    #expect(lines[1][0] == "AI" && lines[2][0] == "platform")
    let told = budget.complaints
    #expect(told.count == 1)
    #expect(
      told.first?.hasPrefix(
        "gputally: team 'AI' spent \(lines[1][4]) % of its budget for 2026-11, past 100 %: ")
        == true)
    let status = try await fleet.program.expectSuccess("status")
    let sentence = told.first.map { String($0.dropFirst("gputally: ".count)) } ?? ""
    #expect(status.output.contains("budget     \(sentence)\n"))
    // The report is for looking at; only the verb speaks to cron.
    let report = try await fleet.program.expectSuccess("report", "budgets", "--format", "csv")
    #expect(report.output == budget.output)
    let quiet = try await fleet.program.run("budget", "--quiet")
    #expect(quiet.status == 2 && quiet.output == "" && quiet.errors == budget.errors)
    let none = try await fleet.program.expectSuccess("budget", "--team", "platform")
    #expect(none.errors == "")
  }

  @Test func `a change of budgets shows without posting anew`() async throws {
    let fleet = try await Self.fleet("budgets: [{ team: AI, per_month: 1 }]\n")
    #expect(try await fleet.program.run("budget").status == 2)
    try fleet.program.write(
      "gputally.yaml",
      fleet.configuration.replacing("per_month: 1 ", with: "per_month: 1000000000 "))
    let budget = try await fleet.program.expectSuccess("budget")
    #expect(budget.output.contains("1,000,000,000") && budget.errors == "")
    #expect(try await fleet.program.expectSuccess("post").errors == "nothing to post\n")
    let status = try await fleet.program.expectSuccess("status")
    #expect(!status.output.contains("budget "))
  }

  @Test func `without budgets the verb says how to write one`() async throws {
    let fleet = try await Self.fleet("")
    try await fleet.program.expectRefusal(
      ["budget"],
      "gputally.yaml has no budgets; add such as 'budgets: [{ team: perception, per_month: 5000 }]'"
    )
    let report = try await fleet.program.expectSuccess("report", "budgets")
    #expect(report.output.hasSuffix("\n\nno lines\n"))
  }

  @Test func `months and teams without a budget are told`() async throws {
    let fleet = try await Self.fleet("budgets: [{ team: AI, per_month: 1, to: 2026-11 }]\n")
    let month = try await fleet.program.expectSuccess("budget", "--period", "2026-11")
    #expect(month.errors == "gputally: no budget in gputally.yaml is for 2026-11\n")
    let team = try await fleet.program.expectSuccess(
      "budget", "--period", "2026-10", "--team", "AI/perception")
    #expect(
      team.errors == "gputally: no budget of team 'AI/perception' in gputally.yaml is for 2026-10\n"
    )
  }
}

@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct BudgetRunTests {
  @Test func `a run lists budgets that are spent, and is complete`() async throws {
    let program = try await SimulatedSite.small.site().program {
      $0
        + "budgets: [{ team: platform, per_month: 1 }, { team: unknown, per_month: 999999999999 }]\n"
    }
    let run = try await program.expectSuccess("run", "--quiet")
    #expect(run.complaints.count == 1)
    #expect(
      run.errors.hasPrefix("gputally: team 'platform' spent ")
        && run.errors.contains(" % of its budget for 2026-11, past 100 %: "))
    #expect(try await program.run("budget", "--quiet").errors == run.errors)
  }
}
