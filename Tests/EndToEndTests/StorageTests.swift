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
    return try result.table()
  }

  struct Case: Sendable {
    let honorsLabels: Bool
    let isOld: Bool
  }

  @Test(arguments: [
    Case(honorsLabels: true, isOld: false), Case(honorsLabels: false, isOld: false),
    Case(honorsLabels: false, isOld: true),
  ])
  func `volumes hold and cost what the script says, to the micro`(row: Case) async throws {
    let site = try await Self.site(honorsLabels: row.honorsLabels, isOld: row.isOld)
    // An old Longhorn doesn't tell how many replicas there are: the configuration does, by class.
    let program = try site.program {
      $0.replacing(
        "storage_rates:\n",
        with: """
          storage_rates:
            - { storage_class: longhorn-fast, per_gib_month: "72", counts: replicated, replicas: 2 }

          """)
    }
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
      try Self.expect(line, is: amount, of: key)
    }
    #expect(Set(truth.amounts.keys.map(\.team)).isSuperset(of: ["unknown", "unclaimed"]))
    let owed = try await Self.lines(program, "report", "chargeback", "--period", "2026-11-02")
    let storage = owed.filter { $0["resource"] == "storage" }
    #expect(storage.sum("total_cost") == lines.sum("cost"))
    // A whole day of a class costs what its GiB-hours do, rounded once.
    let byClass = Dictionary(grouping: truth.amounts, by: \.key.storageClass)
    for (storageClass, amounts) in byClass {
      let exact = amounts.reduce(Int128(0)) { $0 + Self.exact($1.value, of: $1.key) }
      #expect(
        storage.filter { $0["gpu_model"] == storageClass }.sum("total_cost")
          == Rounding.halfEven(exact, dividedBy: StorageTime.gibibyte), "\(storageClass)")
    }
    let verify = try await program.run("verify")
    #expect(verify.status == 0, "\(verify.errors)")
    try await Self.expectFocus(program, storage)
  }

  /// 72 a month of 720 hours is 0.1 an hour.
  ///
  /// - Unit: micros times the bytes of a GiB.
  private static func exact(_ amount: StorageAmount, of key: StorageTruth.Key) -> Int128 {
    key.storageClass.hasPrefix("longhorn")
      ? Int128(amount.replicated) * 100_000 : Int128(amount.provisioned) * 50_000
  }

  private static func expect(
    _ line: [String: String], is amount: StorageAmount, of key: StorageTruth.Key
  ) throws {
    #expect(line["storage_class"] == key.storageClass)
    #expect(line["namespace"] == key.namespace)
    #expect(line["claim"] == (key.namespace.isEmpty ? "" : key.claim))
    #expect(line["gib_hours"] == StorageTime.text(byteHours: Int128(amount.provisioned)))
    #expect(line["replicated_gib_hours"] == StorageTime.text(byteHours: Int128(amount.replicated)))
    #expect(line["unpriced_gib_hours"] == "0.000000")
    let isUsedTold = key.storageClass.hasPrefix("longhorn") && key.team != "unknown"
    #expect((line["used_gib_hours"] != "") == isUsedTold)
    let exact = exact(amount, of: key)
    let cost = try #require(Decimals.parse(line["cost"] ?? "", places: 6))
    #expect((cost * StorageTime.gibibyte - exact).magnitude < StorageTime.gibibyte.magnitude)
    if key.storageClass.hasPrefix("longhorn") { #expect(cost * StorageTime.gibibyte == exact) }
  }

  /// FOCUS has a line a team and class, whose price times quantity is its cost.
  private static func expectFocus(_ program: Program, _ owed: [[String: String]]) async throws {
    let held = try await lines(program, "report", "storage", "--period", "2026-11-02")
    let focus = try await lines(program, "report", "focus", "--period", "2026-11-02").filter {
      $0["ServiceCategory"] == "Storage"
    }
    #expect(focus.count == owed.count)
    for line in focus {
      let cost = try #require(Decimals.parse(line["BilledCost"] ?? "", places: 6))
      let own = try #require(
        held.first {
          $0["team"] == line["SubAccountId"]
            && line["ResourceId"] == "pangyo/train/\($0["storage_class"] ?? "")"
        })
      #expect(line["ConsumedQuantity"] == own["gib_hours"] && line["ConsumedUnit"] == "GiB-Hours")
      #expect(own["cost"].flatMap { Decimals.parse($0, places: 6) } == cost)
      let list = try #require(Decimals.parse(line["ListCost"] ?? "", places: 12))
      #expect((list - cost * 1_000_000).magnitude < 1_000_000)
      #expect(line["ChargeCategory"] == "Usage" && line["ServiceName"] == "Storage")
      #expect(line["PricingCategory"] == "Standard" && line["ListUnitPrice"] != "")
    }
  }

  @Test
  func `storage is not asked for where nothing prices it, and told where a class lacks a price`()
    async throws
  {
    let site = try await Self.site(honorsLabels: true)
    let without = try site.program {
      $0.replacing(/storage_rates:\n(  - .*\n)+/, with: "")
    }
    #expect(try await without.run("run").status == 0)
    let counted = try await Self.lines(
      without, "query", "-e", "SELECT count(*) AS n FROM observation WHERE kind = 7")
    #expect(counted == [["n": "0"]])
    let report = try await without.run("report", "storage", "--period", "2026-11")
    #expect(report.status == 0, "\(report.errors)")

    let partly = try site.program {
      $0.replacing("  - { storage_class: \"nfs*\", per_gib_hour: \"0.05\" }\n", with: "")
    }
    let run = try await partly.run("run")
    #expect(run.status == 2)
    #expect(
      run.errors.contains(
        " GiB-hours of class 'nfs-client' in 2026-11, site pangyo, cluster train, have no price; "
          + "add their class to 'storage_rates'"))
    let status = try await partly.run("status")
    #expect(status.output.contains("\nstorage    "))
    let lines = try await Self.lines(partly, "report", "storage", "--period", "2026-11")
    for line in lines {
      let isPriced = line["storage_class"] != "nfs-client"
      #expect((line["cost"] == "") == !isPriced)
      #expect((line["unpriced_gib_hours"] == line["gib_hours"]) == !isPriced)
    }
    // Nobody who prices no storage is bothered, though it was asked for.
    let counting = try site.program {
      $0.replacing(/storage_rates:\n(  - .*\n)+/, with: "")
        .replacing("    scrape_interval", with: "    storage: true\n    scrape_interval")
    }
    #expect(try await counting.run("run").status == 0)
    let hours = try await Self.lines(counting, "report", "storage", "--period", "2026-11")
    #expect(hours.count == lines.count && hours.allSatisfy { $0["cost"] == "" })
    let check = try await counting.run("check")
    #expect(
      check.output.contains(" persistent volumes, ")
        || check.errors.contains(" persistent volumes, "))
  }

  @Test func `a claim is found by drill-down, by explain and among what no team has`() async throws
  {
    let site = try await Self.site(honorsLabels: true)
    let program = try site.program()
    #expect(try await program.run("run").status == 0)
    let lines = try await Self.lines(
      program, "report", "drilldown", "--period", "2026-11-02", "--team", "perception")
    let volumes = lines.filter { $0["kind"] == "volume" }
    let stored = try await Self.lines(
      program, "report", "storage", "--period", "2026-11-02", "--team", "perception")
    #expect(volumes.sum("cost") == stored.sum("cost") && !volumes.isEmpty)
    #expect(volumes.allSatisfy { $0["gpu_hours"] == "" && $0["gpus"] == "0" })
    let explained = try await program.run(
      "explain", "--period", "2026-11", "--team", "perception", "--column", "direct_cost",
      "--day", "2026-11-02")
    #expect(explained.status == 0, "\(explained.errors)")
    #expect(explained.output.contains("72 KRW per GiB-month of each replica"))
    #expect(explained.output.contains("data-0"))
    let unassigned = try await Self.lines(
      program, "report", "unassigned", "--period", "2026-11", "--by", "namespace,workload")
    #expect(unassigned.contains { $0["workload"] == "data-0" && $0["namespace"] == "sandbox" })
    #expect(try await program.run("report", "journal", "--period", "2026-11").status == 0)
  }
}
