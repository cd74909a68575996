import Foundation
import Quantities
import TestSupport
import Testing

/// What the built program exports of two sites, one of which pays in dollars, in the month after a
/// closed one.
@Suite struct FocusExportTests {
  private static func simulate(
    _ program: Program, _ site: String, _ cluster: String, seed: Int, hours: Int
  ) async throws {
    try await program.expectSuccess(
      "simulate", "--site", site, "--cluster", cluster, "--seed", "\(seed)", "--hosts", "2",
      "--gpus-per-host", "4", "--interval", "60s", "--start", "2026-10-30T00:00:00Z", "--hours",
      "\(hours)", "--store", "gputally.sqlite", "--write-config", "\(site).yaml")
  }

  /// One configuration of those of both sites: rates in won and dollars, one pool of hardware of
  /// one's own, and one whose cost is not what its rates charge.
  private static func configuration(_ program: Program) throws -> String {
    var text = try program.read("pangyo.yaml")
    let austin = try program.read("austin.yaml").split(separator: "\n").map(String.init)
    for list in ["sites", "sources", "inventory", "rates"] {
      let items = austin.drop { $0 != list + ":" }.dropFirst().prefix { $0.hasPrefix(" ") }
      let lines = items.joined(separator: "\n")
        .replacing("\"1870\", currency: KRW", with: "\"1.35\", currency: USD")
      text = text.replacing("\n\(list):\n", with: "\n\(list):\n\(lines)\n")
    }
    return text + """

      exchange_rates:
        - { month: 2026-10, currency: USD, rate: "1385.5" }
        - { month: 2026-11, currency: USD, rate: "1401.25" }
      cost_pools:
        - name: own
          site: pangyo
          gpu_model: "NVIDIA A100*"
          hardware:
            - { name: batch 1, price: "90000", currency: USD, in_service: 2026-01-01, useful_life_months: 60 }
        - name: card
          site: austin
          gpu_model: "NVIDIA H100*"
          recovery: rate-card
          costs:
            - { name: operators, kind: staff, flat_month: "30000000", currency: KRW }

      """
  }

  /// October closed, then other facts of its last days, and the first two days of November.
  private static func november() async throws -> Program {
    let program = Program(
      folder: TemporaryFolder(), environment: ["GPUTALLY_NOW": "2026-12-03T00:00:00Z"])
    try await simulate(program, "austin", "west", seed: 5, hours: 96)
    try await simulate(program, "pangyo", "train", seed: 3, hours: 48)
    try program.write("gputally.yaml", configuration(program))
    try await program.expectSuccess("rollup")
    try await program.expectSuccess("post")
    try await program.expectSuccess("close", "2026-10", "--accept-gaps")
    try await simulate(program, "pangyo", "train", seed: 4, hours: 96)
    try await program.expectSuccess("rollup")
    try await program.expectSuccess("post")
    return program
  }

  private func sum(_ rows: [[String: String]], _ column: String) -> Int128 {
    rows.reduce(0) { $0 + (Decimals.parse($1[column] ?? "", places: 12) ?? 0) }
  }

  /// The lines of a file without quoted line ends, by column.
  private func rows(_ text: String) throws -> [[String: String]] {
    let lines = text.split(separator: "\n").map { Self.cells(String($0)) }
    let head = try #require(lines.first)
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(head, $0)) }
  }

  /// The cells of a line, quotes taken off.
  private static func cells(_ line: String) -> [String] {
    var cells = [""]
    var isQuoted = false
    var last: Character?
    for character in line {
      switch character {
      case "\"":
        // A quote in a quoted cell is written twice.
        if !isQuoted, last == "\"" { cells[cells.count - 1].append(character) }
        isQuoted.toggle()
      case "," where !isQuoted: cells.append("")
      default: cells[cells.count - 1].append(character)
      }
      last = character
    }
    return cells
  }

  @Test(.enabled(if: FocusValidator.isInstalled, "\(FocusValidator.absence)"))
  func `a month with corrections, costs and two currencies is the chargeback, and is valid`()
    async throws
  {
    let program = try await Self.november()
    let written = try await program.expectSuccess("export", "focus", "--period", "2026-11")
    #expect(written.output == "./out/focus-2026-11.csv\n")
    let focus = try rows(try program.read("out/focus-2026-11.csv"))
    let report = try await program.expectSuccess(
      "report", "chargeback", "--period", "2026-11", "--format", "csv")
    let chargeback = try rows(report.output)
    #expect(sum(focus, "BilledCost") == sum(chargeback, "total_cost"))
    #expect(sum(focus, "BilledCost") > 0)
    let corrections = focus.filter { $0["ChargeClass"] == "Correction" }
    #expect(
      sum(corrections, "BilledCost")
        == sum(chargeback.filter { $0["charge_class"] == "Correction" }, "total_cost"))
    #expect(corrections.contains { $0["ChargePeriodStart"] == "2026-10-31T00:00:00Z" })
    #expect(corrections.allSatisfy { $0["BillingPeriodStart"] == "2026-11-01T00:00:00Z" })
    #expect(Set(focus.map { $0["RegionId"] }) == ["pangyo", "austin"])
    #expect(Set(focus.map { $0["PricingCurrency"] }) == ["KRW", "USD"])
    #expect(Set(focus.map { $0["PricingCategory"] }) == ["Standard", "Dynamic", ""])
    #expect(Set(focus.map { $0["x_Kind"] }) == ["usage", "shared", "variance"])
    #expect(focus.contains { $0["PricingCurrencyListUnitPrice"] == "1.35" })
    let outcome = try await FocusValidator.outcome(
      of: program.folder.path + "/out/focus-2026-11.csv")
    #expect(outcome.failed == [], "\(outcome.text)")
  }

  @Test func `the journal of the month balances, and is the chargeback`() async throws {
    let program = try await Self.november()
    let report = try await program.expectSuccess(
      "report", "chargeback", "--period", "2026-11", "--format", "csv")
    let total = try sum(rows(report.output), "total_cost")
    for flags in [[], ["--round"]] {
      let written = try await program.run(["export", "journal", "--period", "2026-11"] + flags)
      #expect(written.status == 0, "\(written.errors)")
      let lines = try rows(try program.read("out/journal-2026-11.csv"))
      #expect(sum(lines, "debit") == sum(lines, "credit"))
      let centres = lines.filter { $0["account"] == "640000" }
      let off = sum(centres, "debit") - sum(centres, "credit") - total
      #expect(flags.isEmpty ? off == 0 : off.magnitude <= 1_000_000_000_000)
      #expect(lines.contains { $0["text"]?.hasSuffix(", correction of 2026-10") == true })
      #expect(lines.contains { $0["cost_center"] == "NO-COST-CENTER" })
    }
  }
}
