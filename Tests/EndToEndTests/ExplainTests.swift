import Foundation
import Quantities
import Reports
import Simulator
import Store
import TestSupport
import Testing

/// A month of a simulated fleet, from each cell of its chargeback back to the samples.
@Suite struct ExplainTests {
  private static let period = "2026-10"

  /// Hardware paid in dollars and recovered in full, and hardware whose time has a list price.
  private static let costs = """

    exchange_rates: [{ month: 2026-10, currency: USD, rate: "1385.50" }]
    cost_pools:
      - name: own
        site: pangyo
        gpu_model: "NVIDIA H100*"
        recovery: full
        hardware:
          - { name: batch-1, price: "2000000", currency: USD, in_service: 2025-01-01,
              useful_life_months: 60, residual: "100000" }
        costs: [{ name: colo, kind: hosting, per_gpu_month: "50000", currency: KRW }]
        power:
          pue: "1.35"
          nameplate_watts_per_gpu: 700
          currency: KRW
          tariffs: [{ per_kwh: "120.5" }]
      - name: list
        site: pangyo
        gpu_model: "NVIDIA A100*"
        recovery: rate-card
        costs: [{ name: all-in, kind: other, flat_month: "1000001", currency: KRW }]

    """

  /// A posted month: written straight into a store, a sample every five minutes.
  private static func month() async throws -> Program {
    let program = Program(
      folder: TemporaryFolder(), environment: ["GPUTALLY_NOW": "2026-11-01T00:10:00Z"])
    try await program.expectSuccess(
      "simulate", "--hosts", "3", "--gpus-per-host", "4", "--teams", "3", "--hours", "744",
      "--interval", "300s", "--ksm-interval", "300s", "--start", "2026-10-01T00:00:00Z",
      "--write-config", "gputally.yaml", "--store", "gputally.sqlite")
    // Every policy, and hardware of a team that others hold, so that all kinds of lines occur.
    let policies =
      "policies: { unallocated: proportional, out_of_service: platform, unattributed: owner, "
      + "unknown: even, borrowed: { owner_percent: 30 } }"
    let configuration =
      try program.read("gputally.yaml")
      .replacing("owner: platform", with: "owner: planning")
      .replacing(
        "policies: { unallocated: proportional, out_of_service: platform }", with: policies)
      + costs
    #expect(configuration.contains(policies))
    try program.write("gputally.yaml", configuration)
    try await program.expectSuccess("rollup")
    try await program.expectSuccess("post")
    return program
  }

  @Test func `every cell is explained by postings, and they by GPUs, to the last micro`()
    async throws
  {
    let program = try await Self.month()
    let (runner, period) = try Self.runner(program, Self.period)
    try Self.expectEveryCell(of: runner, period, lines: 12)
    let costs = try Explainer(runner).explanation(
      of: CellRequest(period: period, team: "perception")
    ).section("costs").report
    #expect(
      Set(costs.rows.map { costs.text("kind", of: $0) }) == [
        "depreciation", "hosting", "other", "power", "rate",
      ])
    #expect(costs.rows.contains { costs.text("exchange_rate", of: $0) == "1385.5" })
    let moves = try Explainer(runner).explanation(
      of: CellRequest(period: period, team: "perception")
    ).section("moves").report
    let policies = Set(moves.rows.map { moves.text("policy", of: $0) })
    #expect(policies == ["proportional", "even", "owner 30 %"])
    for day in 1...31 {
      let day = day < 10 ? "2026-10-0\(day)" : "2026-10-\(day)"
      let request = CellRequest(period: period, team: "perception", day: day)
      let found = try Explainer(runner).explanation(of: request)
      #expect(found.isSound && found.checks.count == 2, "\(day): \(found.checks.map(\.text))")
    }
  }

  @Test func `corrections of a closed month are explained as differences`() async throws {
    let program = Program(
      folder: TemporaryFolder(), environment: ["GPUTALLY_NOW": "2026-12-03T00:00:00Z"])
    func simulate(seed: String, hours: String) async throws {
      try await program.expectSuccess(
        "simulate", "--seed", seed, "--hosts", "2", "--gpus-per-host", "4", "--interval", "60s",
        "--start", "2026-10-30T00:00:00Z", "--hours", hours, "--store", "gputally.sqlite",
        "--write-config", "gputally.yaml")
      try await program.expectSuccess("rollup")
      try await program.expectSuccess("post")
    }
    try await simulate(seed: "3", hours: "48")
    try await program.expectSuccess("close", "2026-10", "--accept-gaps")
    try await simulate(seed: "4", hours: "96")
    let (runner, period) = try Self.runner(program, "2026-11")
    try Self.expectEveryCell(of: runner, period, lines: 12)
    let late = CellRequest(period: period, team: "perception", day: "2026-10-31")
    let found = try Explainer(runner).explanation(of: late)
    #expect(found.isSound, "\(found.checks.map(\.text))")
    let postings = try found.section("postings").report
    #expect(Set(postings.rows.map { postings.text("charge_class", of: $0) }) == ["Correction"])
    let months = try Explainer(runner).explanation(
      of: CellRequest(period: period, team: "perception")
    ).section("months").report
    #expect(months.rows.map { months.text("status", of: $0) } == ["closed", "open"])
  }

  private static func runner(
    _ program: Program, _ label: String
  ) throws -> (ReportRunner, ReportPeriod) {
    let calendar = try BillingCalendar(zone: "UTC")
    let store = try QueryStore(
      path: program.folder.path + "/gputally.sqlite", calendar: calendar)
    let runner = ReportRunner(
      catalog: QueryCatalog(folders: ResourceFolders.ofThisPackage), source: store,
      calendar: calendar, currency: try #require(Currency("KRW")))
    let month = try #require(BillingMonth(label))
    return (runner, ReportPeriod(label: label, range: calendar.range(of: month)))
  }

  /// Expects that each cell of the chargeback's lines is the sum of its postings.
  private static func expectEveryCell(
    of runner: ReportRunner, _ period: ReportPeriod, lines: Int
  ) throws {
    let chargeback = try runner.report(ReportRequest(name: "chargeback", period: period))
    #expect(chargeback.rows.count >= lines)
    for row in chargeback.rows {
      var request = CellRequest(
        period: period, team: chargeback.text("team", of: row),
        cluster: chargeback.text("cluster", of: row),
        gpuModel: chargeback.text("gpu_model", of: row))
      for column in ExplainedColumn.allCases {
        request.column = column
        let found = try Explainer(runner).explanation(of: request)
        #expect(found.isSound, "\(request.team) \(column): \(found.checks.map(\.text))")
      }
    }
  }

  @Test func `the walk ends at the samples of one GPU`() async throws {
    let program = try await Self.month()
    let walk = try await program.run(
      "explain", "--period", Self.period, "--team", "perception", "--column", "busy_gpu_hours")
    #expect(walk.status == 0, "\(walk.errors)")
    for title in ["Cell", "Postings", "Prices", "Costs", "Samples", "Months"] {
      #expect(walk.output.contains("\n\(title)\n") || walk.output.hasPrefix("\(title)\n"))
    }
    #expect(walk.output.contains("\nok   the postings sum to the cell to the millisecond: "))
    #expect(walk.output.contains("gputally 0.1.0"))
    let commands = walk.output.split(separator: "\n").map { $0.drop { $0 == " " } }
      .filter { $0.hasPrefix("gputally ") }.map(String.init)
    #expect(commands.count == 2)
    for command in commands {
      let result = try await program.shell(command + " --format csv")
      #expect(result.status == 0, "\(command): \(result.errors)")
      #expect(result.output.split(separator: "\n").count > 1, "\(command)")
    }
    let close = try await program.shell(try #require(commands.last) + " --format json")
    #expect(close.output.contains("\"gpus\": [\n{"))
    #expect(close.output.contains("\"sound\":true"))
  }

  @Test func `names that don't exist are refused with the nearest`() async throws {
    let program = try await Self.month()
    for (arguments, text) in [
      (["--team", "percepton"], "did you mean 'perception'?"),
      (["--team", "perception", "--column", "idle_costs"], "did you mean 'idle_cost'?"),
      (["--team", "perception", "--section", "gpus"], "name a --day or a --gpu"),
      ([], "--team"),
    ] {
      let result = try await program.run(["explain", "--period", Self.period] + arguments)
      #expect(result.status == 64 && result.errors.contains(text), "\(result.errors)")
    }
    let early = try await program.run("explain", "--period", "2026-09", "--team", "perception")
    #expect(early.status == 1)
    #expect(early.errors.contains("run 'gputally post --period 2026-09'"))
  }
}

extension Report {
  fileprivate func text(_ name: String, of row: [Cell]) -> String {
    guard let place = columns.firstIndex(where: { $0.name == name }),
      case .text(let text) = row[place]
    else { return "" }
    return text
  }
}

extension ResourceFolders {
  /// Where the query files of this package are.
  fileprivate static var ofThisPackage: [String] {
    [
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("queries").path
    ]
  }
}
