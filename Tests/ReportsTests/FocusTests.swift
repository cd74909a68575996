import Foundation
import Quantities
import Store
import TestSupport
import Testing

@testable import Reports

/// The export in the form of FOCUS over ``Fleet`` with its sites.
@Suite struct FocusTests {
  typealias Line = [String: String]

  let runner: ReportRunner
  let period: ReportPeriod

  init() throws {
    runner = try Fleet.runner(Fleet.storeOfSites())
    period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
  }

  /// The export's lines, what is not known left out.
  private func lines(
    _ version: FocusVersion = .v1_2, parameters: String = "", period: ReportPeriod? = nil
  ) throws -> [Line] {
    let file = try ExportFile.parse(
      "name: focus\ntitle: F\nreport: focus\nformat: csv\nfile: f.csv\n\(parameters)"
        + "options: { focus_version: '\(version.rawValue)' }\n", path: "focus.yaml", name: "focus")
    let report = try ExportRunner(runner: runner).report(file, period ?? self.period)
    return report.rows.map { row in
      var line: Line = [:]
      for (cell, column) in zip(row, report.columns) {
        line[column.name] = CellText.exact(cell, column.unit, moneyPlaces: 6)
      }
      return line
    }
  }

  private func number(_ line: Line, _ column: String) throws -> Int128 {
    try #require(Decimals.parse(line[column] ?? "none", places: 15), "\(column) of \(line)")
  }

  private func sum(_ lines: [Line], _ column: String) throws -> Int128 {
    try lines.reduce(0) { try $0 + number($1, column) }
  }

  @Test func `a line of GPU-time has all of its columns`() throws {
    let line = try #require(
      try lines().first { line in
        line["SubAccountId"] == "로봇" && line["RegionId"] == "austin" && line["x_Kind"] == "usage"
      })
    let expected: Line = [
      "BilledCost": "15000.000001", "EffectiveCost": "15000.000001",
      "ListCost": "15000.0000006", "ContractedCost": "15000.0000006",
      "BillingAccountId": "austin", "BillingAccountName": "austin", "BillingCurrency": "KRW",
      "BillingPeriodStart": "2026-10-31T15:00:00Z", "BillingPeriodEnd": "2026-11-30T15:00:00Z",
      "ChargePeriodStart": "2026-11-01T15:00:00Z", "ChargePeriodEnd": "2026-11-02T15:00:00Z",
      "ChargeCategory": "Usage", "ChargeFrequency": "Usage-Based",
      "ChargeDescription": "GPU-hours, busy, NVIDIA H200, full",
      "PricingQuantity": "3", "PricingUnit": "GPU-Hours", "ConsumedQuantity": "3",
      "ConsumedUnit": "GPU-Hours", "ListUnitPrice": "5000.0000002",
      "ContractedUnitPrice": "5000.0000002", "PricingCategory": "Dynamic",
      "PricingCurrency": "USD", "PricingCurrencyListUnitPrice": "3.60880525",
      "PricingCurrencyContractedUnitPrice": "3.60880525",
      "PricingCurrencyEffectiveCost": "10.826416", "ProviderName": "austin",
      "PublisherName": "austin", "InvoiceIssuerName": "austin", "RegionId": "austin",
      "RegionName": "austin", "ResourceId": "austin/full/NVIDIA H200",
      "ResourceName": "NVIDIA H200, full", "ResourceType": "GPU Pool",
      "ServiceCategory": "Compute", "ServiceName": "GPU",
      "ServiceSubcategory": "Other (Compute)", "SkuId": "gpu-hour/NVIDIA H200",
      "SkuMeter": "GPU Time", "SkuPriceDetails": #"{"GpuCount":1,"x_GpuModel":"NVIDIA H200"}"#,
      "SkuPriceId": "gpu-hour/austin/full/NVIDIA H200", "SubAccountId": "로봇",
      "SubAccountName": "로봇",
      "Tags":
        #"{"team":"로봇","cost_center":"CC-200","cluster":"full","owner":"platform","gputally/state":"busy"}"#,
      "x_ChargeMonth": "2026-11", "x_CostCenter": "CC-200", "x_Kind": "usage",
      "x_ObservedPercent": "50.00", "x_State": "busy",
    ]
    for column in Set(line.keys).union(expected.keys).sorted() {
      #expect(line[column] == expected[column], "\(column)")
    }
  }

  @Test func `what is billed is the chargeback and the corrections, to the micro`() throws {
    let chargeback = try runner.report(ReportRequest(name: "chargeback", period: period))
    let total = try #require(chargeback.index(of: "total_cost"))
    let cost = chargeback.rows.reduce(Int128(0)) { sum, row in
      guard case .integer(let micros) = row[total] else { return sum }
      return sum + Int128(micros)
    }
    let lines = try lines()
    #expect(Set(lines.map { $0["ChargeCategory"] }) == ["Usage", "Adjustment"])
    let corrections = lines.filter { $0["x_ChargeMonth"] == "2026-10" }
    #expect(try sum(corrections, "BilledCost") == 3_000_000_000)
    for column in ["BilledCost", "EffectiveCost"] {
      #expect(try sum(lines, column) == cost * 1_000_000_000)
    }
  }

  @Test func `prices times quantities are the costs`() throws {
    let priced = try lines().filter { $0["ListUnitPrice"] != nil }
    #expect(priced.count > 10)
    #expect(priced.allSatisfy { $0["ChargeCategory"] == "Usage" && $0["ChargeClass"] == nil })
    let names = [("List", "ListCost"), ("Contracted", "ContractedCost")]
    for line in priced {
      for (kind, column) in names {
        let product = try number(line, kind + "UnitPrice") * number(line, "PricingQuantity")
        let cost = try number(line, column) * 1_000_000_000_000_000
        #expect((product - cost).magnitude < 1_000_000_000_000_000_000, "\(line)")
      }
      // A day's rounding is split over its lines: each is at most a few micros off its price.
      let off = try number(line, "ListCost") - number(line, "BilledCost")
      #expect(off.magnitude < 5_000_000_000, "\(line)")
    }
    #expect(
      Set(priced.compactMap { $0["ListUnitPrice"] })
        == ["3250", "1000.5", "4087.225", "5000.0000002"])
    #expect(
      Set(priced.compactMap { $0["PricingCurrencyListUnitPrice"] })
        == ["3250", "0.8004", "2.95", "3.60880525"])
  }

  @Test func `what is shared sums to what it is taken from`() throws {
    let lines = try lines(.v1_3)
    let shares = lines.filter { $0["AllocatedMethodId"] != nil }
    #expect(shares.count == 4)
    let groups = Dictionary(grouping: shares) { line in
      ["ChargePeriodStart", "ResourceId", "x_State", "x_Kind"].map { line[$0] ?? "" }
    }
    for (key, parts) in groups {
      let origin = lines.filter { line in
        line["ChargeClass"] == nil && line["AllocatedMethodId"] == nil && line["x_Kind"] == key[3]
          && line["ChargePeriodStart"] == key[0] && line["ResourceId"] == key[1]
          && line["x_State"] == key[2]
      }
      #expect(try sum(origin, "BilledCost") + sum(parts, "BilledCost") == 0)
      let ratios = try parts.map { try Self.ratio($0["AllocatedMethodDetails"] ?? "") }
      #expect(ratios.reduce(0, +) == 1_000_000_000_000, "\(parts)")
    }
  }

  private static func ratio(_ details: String) throws -> Int128 {
    let text = try #require(details.split(separator: "\"AllocatedRatio\":").last)
    let digits = text.prefix { $0.isNumber || $0 == "." }
    return try #require(Decimals.parse(digits, places: 12))
  }

  @Test func `version 1.3 says with whom and how something is shared`() throws {
    let share = try #require(
      try lines(.v1_3).first { $0["AllocatedResourceId"] == "로봇" && $0["x_Policy"] != nil })
    #expect(share["AllocatedMethodId"] == "proportional")
    #expect(
      share["AllocatedMethodDetails"]
        == #"{"Elements":[{"AllocatedRatio":1,"UsageUnit":"GPU-Hours","UsageQuantity":3}]}"#)
    #expect(share["AllocatedResourceName"] == "로봇")
    #expect(share["AllocatedTags"] == #"{"team":"로봇","cost_center":"CC-200"}"#)
    #expect(
      share["Tags"]
        == #"{"team":"unallocated","cluster":"full","gputally/state":"unallocated","gputally/policy":"proportional"}"#
    )
    #expect(share["SubAccountId"] == "로봇")
    #expect(share["ChargeCategory"] == "Adjustment")
    #expect(
      share["ChargeDescription"] == "share of unallocated (proportional), NVIDIA H200, full")
    #expect(share["PricingQuantity"] == nil && share["ListUnitPrice"] == nil)
    #expect(share["ServiceProviderName"] == "austin" && share["HostProviderName"] == "austin")
  }

  @Test func `a correction is of the month that bears it and of the day it is for`() throws {
    let corrections = try lines().filter { $0["x_ChargeMonth"] == "2026-10" }
    #expect(corrections.count == Fleet.corrections.count)
    for line in corrections {
      #expect(line["ChargeClass"] == "Correction" && line["ChargeFrequency"] == "One-Time")
      #expect(line["BillingPeriodStart"] == "2026-10-31T15:00:00Z")
      #expect(line["ChargePeriodStart"] == "2026-10-04T15:00:00Z")
      #expect(line["ListUnitPrice"] == nil && line["PricingCategory"] == nil)
      #expect(line["ListCost"] == line["BilledCost"])
      #expect((line["ChargeCategory"] == "Usage") == (line["x_Kind"] == "usage"))
      #expect((line["PricingQuantity"] != nil) == (line["x_Kind"] == "usage"))
    }
    let first = corrections.first { $0["x_Kind"] == "usage" && $0["SubAccountId"] == "로봇" }
    #expect(first?["PricingQuantity"] == "-1" && first?["BilledCost"] == "-3250.000000")
    #expect(
      first?["ChargeDescription"]
        == "Correction of 2026-10-05: GPU-hours, busy, NVIDIA H100 80GB HBM3, train")
  }

  @Test func `a variance has a site and no pool`() throws {
    let line = try #require(try lines().first { $0["x_Kind"] == "variance" })
    #expect(line["ChargeCategory"] == "Adjustment" && line["ChargeFrequency"] == "Recurring")
    #expect(line["RegionId"] == "austin" && line["ResourceId"] == nil && line["SkuId"] == nil)
    #expect(line["BilledCost"] == "777.000000")
    #expect(line["ChargeDescription"] == "cost that is not charged for time")
  }

  @Test func `corrections are borne by whole months`() throws {
    let day = try Fleet.period("2026-11-02", "2026-11-02", "2026-11-03")
    let lines = try lines(period: day)
    #expect(!lines.isEmpty)
    #expect(lines.allSatisfy { $0["ChargePeriodStart"] == "2026-11-01T15:00:00Z" })
    #expect(lines.allSatisfy { $0["BillingPeriodEnd"] == "2026-11-30T15:00:00Z" })
  }

  @Test func `names of who runs, sells and bills come from the file`() throws {
    let lines = try lines(
      parameters: """
        parameters:
          provider: 모빌리티 AI
          publisher: Platform
          invoice_issuer: 모빌리티 AI
          billing_account_id: "0042"
          billing_account_name:
          service_name: GPU time

        """)
    for line in lines {
      #expect(line["ProviderName"] == "모빌리티 AI" && line["PublisherName"] == "Platform")
      #expect(line["InvoiceIssuerName"] == "모빌리티 AI" && line["ServiceName"] == "GPU time")
      #expect(line["BillingAccountId"] == "0042" && line["BillingAccountName"] == "0042")
    }
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `the columns are those that the version has`() throws {
    let table = String(decoding: try SharedData.bytes("focus_columns.csv"), as: UTF8.self)
      .split(whereSeparator: \.isNewline).dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    for version in FocusVersion.allCases {
      let known = Set(
        table.filter { row in
          row[4].first?.isNumber == true && row[4].prefix(3) <= version.rawValue
        }.map { String($0[0]) })
      let mandatory = Set(table.filter { $0[9] == "M" }.map { String($0[0]) })
      let export = try ExportCatalog(folders: [Place.root + "/exports"]).file(named: "focus")
        .with(RenderingOptions(), focusVersion: version)
      let names = try ExportRunner(runner: runner).report(export, period).columns.map(\.name)
      let own = names.filter { $0.hasPrefix("x_") }
      #expect(Set(names).count == names.count)
      #expect(Set(names).subtracting(own).subtracting(known) == [])
      #expect(mandatory.subtracting(names) == [])
      #expect(names.contains("AllocatedTags") == (version == .v1_3))
    }
  }
}
