import Configuration
import Foundation
import Quantities
import Records
import Simulator
import Store
import TestSupport
import Testing

@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct ChargebackTests {
  /// Prices that make each millisecond cost whole micros, so that every cell has one right value.
  private static let prices = ["3250": "3600", "1870": "1800", "4100": "5400"]

  private static func exactPrices(_ text: String) -> String {
    prices.reduce(text) { $0.replacing("\"\($1.key)\"", with: "\"\($1.value)\"") }
  }

  @Test(arguments: [false, true])
  func `every cell of a day's chargeback is what the simulated fleet did`(honorsLabels: Bool)
    async throws
  {
    var plan = FleetPlan(start: SimulatedSite.day)
    plan.seed = 21
    try await expectTruth(
      of: honorsLabels
        ? try await SimulatedSite(plan, honorsLabels: true)
        : try await SimulatedSite.wholeDay.site())
  }

  @Test(arguments: [false, true])
  func `every cell is the truth where virtual machines have GPUs`(honorsLabels: Bool) async throws {
    var plan = FleetPlan(start: SimulatedSite.day)
    plan.seed = 33
    plan.hosts = 2
    plan.machineHosts = 3
    plan.gpusPerHost = 6
    let site = try await SimulatedSite(plan, honorsLabels: honorsLabels)
    #expect(site.fleet.park.runs.contains { $0.exporter == nil })
    #expect(site.fleet.park.runs.contains { $0.exporter?.samples.isEmpty == false })
    try await expectTruth(of: site)
  }

  private func expectTruth(of site: SimulatedSite) async throws {
    let program = try site.program(adjust: Self.exactPrices)
    let run = try await program.run("run")
    #expect(run.status == 0, "\(run.errors)")
    let report = try await program.run(
      "report", "chargeback", "--period", "2026-11-02", "--format", "csv")
    #expect(report.status == 0, "\(report.errors)")
    let configuration = try ConfigurationLoader.parse(
      try program.read("gputally.yaml"), file: "gputally.yaml")
    let expected = ExpectedChargeback(
      price: Dictionary(
        uniqueKeysWithValues: configuration.rates.map {
          ($0.gpuModel?.text ?? "", $0.perGPUHour.picos / 3_600_000 / Money.picosPerMicro)
        }), truth: site.fleet.truth(),
      costCenters: Dictionary(
        uniqueKeysWithValues: configuration.teams.map { ($0.name, $0.costCenter ?? "") }),
      label: "2026-11-02")
    let rows = report.output.split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let found = Set(rows)
    #expect(found.count == rows.count)
    for line in expected.lines().subtracting(found).sorted(by: { $0[1] < $1[1] }) {
      Issue.record("missing: \(line)")
    }
    for line in found.subtracting(expected.lines()).sorted(by: { $0[1] < $1[1] }) {
      Issue.record("unexpected: \(line)")
    }
    let total = rows.compactMap { Decimals.parse($0[19], places: 6) }.reduce(0, +)
    let cost = site.fleet.truth().amounts.reduce(Int128(0)) {
      $0 + $1.value.milliseconds * (expected.price[$1.key.model] ?? 0)
    }
    #expect(total == cost)
  }

  @Test func `a second run changes not one byte of the facts`() async throws {
    let program = try await SimulatedSite.wholeDay.site().program()
    #expect(try await program.run("run").status == 0)
    let before = try program.facts()
    #expect(try await program.run("run").status == 0)
    try await program.expectSuccess("collect", "--window", "2026-11-02T05:00Z/2026-11-02T09:00Z")
    try await program.expectSuccess("rollup", "--window", "2026-11-02T00:00Z/2026-11-03T00:00Z")
    #expect(try await program.run("post", "--period", "2026-11").status == 0)
    #expect(try program.facts() == before)
    #expect(before["state_hour"]?.isEmpty == false && before["posting"]?.isEmpty == false)
  }

  @Test func `windows collected in another order give the same facts`() async throws {
    let site = try await SimulatedSite.small.site()
    let straight = try site.program()
    let whole = "2026-11-02T00:00Z/2026-11-02T06:00Z"
    #expect(try await straight.run("collect", "--window", whole).status == 0)
    #expect(try await straight.run("rollup").status == 0)
    #expect(try await straight.run("post").status == 0)
    let shuffled = try site.program()
    for hour in [3, 0, 5, 1, 4, 2] {
      let window = "2026-11-02T0\(hour):00Z/2026-11-02T0\(hour + 1):00Z"
      #expect(try await shuffled.run("collect", "--window", window).status == 0)
      #expect(try await shuffled.run("rollup").status == 0)
    }
    #expect(try await shuffled.run("post").status == 0)
    let expected = try straight.facts()
    let found = try shuffled.facts()
    for table in expected.keys.sorted() {
      #expect(found[table] == expected[table], "table \(table)")
    }
    #expect(try await shuffled.run("verify").status == 0)
  }
}
