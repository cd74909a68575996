import Foundation
import Quantities
import Records
import Simulator
import Store
import TestSupport
import Testing

/// Volumes of a simulated fleet, out of a real Prometheus.
@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct StorageTests {
  private static func site(
    honorsLabels: Bool, isOld: Bool = false, seed: UInt64 = 31
  ) async throws -> SimulatedSite {
    var plan = FleetPlan(start: SimulatedSite.day)
    plan.seed = seed
    plan.hosts = 3
    plan.gpusPerHost = 2
    plan.volumes = 7
    plan.hasOldLonghorn = isOld
    return try await SimulatedSite(plan, honorsLabels: honorsLabels)
  }

  private static func lines(_ program: Program, _ arguments: String...) async throws
    -> [[String: String]]
  {
    let result = try await program.run(arguments + ["--format", "csv"])
    #expect(result.status == 0, "\(result.errors)")
    return result.table
  }

  @Test(arguments: [true, false])
  func `volumes hold and cost what the script says, to the micro`(honorsLabels: Bool) async throws {
    let site = try await Self.site(honorsLabels: honorsLabels)
    let program = try site.program()
    let run = try await program.run("run")
    #expect(run.status == 0, "\(run.errors)")
    let truth = site.fleet.storageTruth()
    let lines = try await Self.lines(
      program, "report", "storage", "--period", "2026-11-02", "--by",
      "team,storage_class,namespace,claim,volume")
    #expect(lines.count == truth.amounts.count)
    for (key, amount) in truth.amounts {
      let line = try #require(
        lines.first { $0["volume"] == key.volume && $0["team"] == key.team }, "\(key)")
      #expect(line["storage_class"] == key.storageClass)
      #expect(line["namespace"] == key.namespace)
      #expect(line["claim"] == (key.namespace.isEmpty ? "" : key.claim))
      #expect(line["gib_hours"] == StorageTime.text(byteHours: Int128(amount.provisioned)))
      #expect(
        line["replicated_gib_hours"] == StorageTime.text(byteHours: Int128(amount.replicated)))
      #expect(line["unpriced_gib_hours"] == "0.000000")
      let isLonghorn = key.storageClass.hasPrefix("longhorn")
      // 72 a month of 720 hours is 0.1 an hour.
      let exact =
        isLonghorn ? Int128(amount.replicated) * 100_000 : Int128(amount.provisioned) * 50_000
      let cost = try #require(Decimals.parse(line["cost"] ?? "", places: 6))
      #expect((cost * StorageTime.gibibyte - exact).magnitude < StorageTime.gibibyte.magnitude)
      if exact % StorageTime.gibibyte == 0 { #expect(cost * StorageTime.gibibyte == exact) }
    }
    #expect(Set(truth.amounts.keys.map(\.team)).isSuperset(of: ["unknown", "unclaimed"]))
    let owed = try await Self.lines(program, "report", "chargeback", "--period", "2026-11-02")
    let storage = owed.filter { $0["resource"] == "storage" }
    #expect(storage.sum("total_cost") == lines.sum("cost"))
    #expect(storage.sum("total_cost") > 0)
    let verify = try await program.run("verify")
    #expect(verify.status == 0, "\(verify.errors)")
  }
}
