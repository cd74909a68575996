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
    let configuration = try program.read("gputally.yaml")
      .replacing("owner: platform", with: "owner: planning")
      .replacing(
        "policies: { unallocated: proportional, out_of_service: platform }", with: policies)
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
    let calendar = try BillingCalendar(zone: "UTC")
    let store = try QueryStore(
      path: program.folder.path + "/gputally.sqlite", calendar: calendar)
    let runner = ReportRunner(
      catalog: QueryCatalog(folders: ResourceFolders.ofThisPackage), source: store,
      calendar: calendar, currency: try #require(Currency("KRW")))
    let month = try #require(BillingMonth(Self.period))
    let period = ReportPeriod(label: Self.period, range: calendar.range(of: month))
    let chargeback = try runner.report(ReportRequest(name: "chargeback", period: period))
    #expect(chargeback.rows.count >= 12)
    var cells = 0
    for row in chargeback.rows {
      var request = CellRequest(
        period: period, team: chargeback.text("team", of: row),
        gpuModel: chargeback.text("gpu_model", of: row))
      for column in ExplainedColumn.allCases {
        request.column = column
        let found = try Explainer(runner).explanation(of: request)
        #expect(found.isSound, "\(request.team) \(column): \(found.checks.map(\.text))")
        cells += 1
      }
    }
    #expect(cells == chargeback.rows.count * 13)
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
