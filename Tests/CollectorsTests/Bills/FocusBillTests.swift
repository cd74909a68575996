import Foundation
import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

/// FOCUS of all versions: exact, whole, and refused where it isn't one.
@Suite struct FocusBillTests {
  /// The columns that every version has.
  private static let row = [
    "BilledCost": "1.25", "EffectiveCost": "1.5", "ListCost": "2", "BillingCurrency": "USD",
    "BillingPeriodStart": "2026-11-01T00:00:00Z", "ChargePeriodStart": "2026-11-23T04:00:00Z",
    "ChargePeriodEnd": "2026-11-23T05:00:00Z", "ChargeCategory": "Usage", "ChargeClass": "",
    "ServiceProviderName": "AWS", "ConsumedQuantity": "3", "ConsumedUnit": "Hours",
    "SubAccountId": "0099999999999", "ServiceName": "Amazon Elastic Compute Cloud",
    "PricingCategory": "Standard", "Tags": "{\"b\": \"2\", \"a\": \"1\"}",
  ]

  private static func table(_ changes: [String: String], beside: [String] = []) -> String {
    BillHarness.table([row.merging(changes) { $1 }], beside: beside)
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `the public sample sums to what Python's decimals sum to`() throws {
    let packed = try SharedData.bytes("focus_1_0_sample.csv.gz")
    let result = try BillHarness(.focus).read(packed)
    #expect(result.totals == ["USD 20.52022672899 14.97651418586"])
    #expect(result.summary.rows == 1_000)
    #expect(result.refusals == [])
    #expect(result.summary.roundedRows == 0)
    let list = result.charges.values.reduce(Int128(0)) { $0 + ($1.listPicos ?? 0) }
    #expect(BillHarness.text(list) == "20.39090575119")
    var providers: [String: Int128] = [:]
    for (key, amounts) in result.charges {
      providers[key.provider ?? "", default: 0] += amounts.billedPicos
    }
    #expect(
      providers.mapValues { BillHarness.text($0) }
        == ["AWS": "18.0066386184", "Oracle": "0.53707392473", "Microsoft": "1.97651418586"])
    #expect(result.charges.values.reduce(0) { $0 + $1.rows } == 1_000)
    #expect(result.summary.unreadableTagRows == 0)
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"), arguments: [1, 7, 1_000])
  func `the sample in pieces is the sample`(piece: Int) throws {
    let packed = try SharedData.bytes("focus_1_0_sample.csv.gz")
    var harness = try BillHarness(.focus)
    let whole = try harness.read(packed)
    harness.settings.blockBytes = 1_000
    harness.settings.groupsMax = 10
    harness.settings.batchMax = 3
    let pieces = try harness.read(packed, piece: piece)
    #expect(pieces.charges == whole.charges)
    #expect(pieces.totals == whole.totals)
    #expect(pieces.batches.allSatisfy { $0 <= 3 })
    #expect(pieces.batches.count > whole.batches.count)
  }

  @Test func `a row becomes a charge of its day`() throws {
    let charge = try #require(
      try BillHarness(.focus, zone: "Asia/Seoul").read(Self.table([:])).only)
    var key = BillCharge.Key(
      category: .usage, currency: try #require(Currency("USD")),
      billingPeriod: try #require(BillingMonth("2026-11")),
      chargePeriod: TimeRange(
        try #require(UTCInstant("2026-11-22T15:00Z")), try #require(UTCInstant("2026-11-23T15:00Z"))
      ))
    key.provider = "AWS"
    key.account = "0099999999999"
    key.service = "Amazon Elastic Compute Cloud"
    key.pricing = .standard
    key.unit = "Hours"
    key.tags = "{\"a\":\"1\",\"b\":\"2\"}"
    #expect(charge.key == key)
    #expect(
      charge.amounts
        == BillCharge.Amounts(
          billedPicos: 1_250_000_000_000, effectivePicos: 1_500_000_000_000,
          listPicos: 2_000_000_000_000, quantity: 3_000_000_000_000, rows: 1))
  }

  @Test(arguments: [
    ("2026-11-23T04:00:00Z", "2026-11-25T00:00:00Z", "2026-11-23T04:00:00Z/2026-11-25T00:00:00Z"),
    ("2026-11-23T04:00:00Z", "2026-11-24T00:00:00Z", "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z"),
    ("2026-11-23 04:00:00", "2026-11-23 04:00:00", "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z"),
  ])
  func `a charge of several days keeps its period, others their day`(
    start: String, end: String, period: String
  ) throws {
    let table = Self.table(["ChargePeriodStart": start, "ChargePeriodEnd": end])
    #expect(try BillHarness(.focus).read(table).only?.key.chargePeriod.description == period)
  }

  @Test(
    arguments: [
      (["ServiceProviderName": "Nebius", "ProviderName": "x"], "Nebius"),
      (["ServiceProviderName": "", "ProviderName": "AWS"], "AWS"),
      (
        ["ServiceProviderName": "NULL", "ProviderName": "NULL", "PublisherName": "Oracle"], "Oracle"
      ),
      (["ServiceProviderName": "", "ProviderName": ""], nil),
    ] as [([String: String], String?)])
  func `the provider has the name that its version gives it`(
    changes: [String: String], provider: String?
  ) throws {
    #expect(try BillHarness(.focus).read(Self.table(changes)).only?.key.provider == provider)
  }

  @Test func `NULL and nothing are unknown, not zero`() throws {
    let table = Self.table([
      "ListCost": "NULL", "ConsumedQuantity": "NULL", "SubAccountId": "NULL", "Tags": "NULL",
      "PricingCategory": "", "ConsumedUnit": "NULL",
    ])
    let charge = try #require(try BillHarness(.focus).read(table).only)
    #expect(charge.amounts.listPicos == nil)
    #expect(charge.amounts.quantity == nil)
    #expect(charge.key.account == nil)
    #expect(charge.key.tags == nil)
    #expect(charge.key.pricing == nil)
    #expect(charge.key.unit == nil)
  }

  @Test func `a purchase has the quantity that it is priced by`() throws {
    let table = Self.table([
      "ChargeCategory": "Purchase", "ConsumedQuantity": "", "ConsumedUnit": "",
      "PricingQuantity": "35.2E-7", "PricingUnit": "Units", "ChargeClass": "Correction",
      "CommitmentDiscountId": "arn:sp", "CommitmentDiscountStatus": "Unused",
      "PricingCategory": "Committed", "InvoiceId": "I-1",
    ])
    let charge = try #require(try BillHarness(.focus).read(table).only)
    #expect(charge.amounts.quantity == 3_520_000)
    #expect(charge.key.unit == "Units")
    #expect(charge.key.isCorrection)
    #expect(charge.key.commitmentID == "arn:sp")
    #expect(charge.key.commitmentStatus == .unused)
    #expect(charge.key.pricing == .committed)
    #expect(charge.key.category == .purchase)
    #expect(charge.key.invoiceID == "I-1")
  }

  @Test(
    arguments: [
      (
        ["x_UsageType": "USW2-BoxUsage:p5.48xlarge", "x_ServiceCode": "AmazonEC2"],
        "8 x NVIDIA H100 80GB HBM3"
      ),
      (["x_UsageType": "EBSOptimized:p5.48xlarge", "x_ServiceCode": "AmazonEC2"], nil),
      (["x_UsageType": "USW2-BoxUsage:p5.48xlarge", "x_ServiceCode": "ElasticMapReduce"], nil),
      (["SkuPriceDetails": "{\"InstanceType\":\"g6f.large\",\"GpuCount\":0}"], "1/8 x NVIDIA L4"),
      (
        [
          "ServiceProviderName": "Microsoft", "ServiceName": "Virtual Machines",
          "x_SkuDetails": "{\"ServiceType\":\"Standard_NV6ads_A10_v5\"}",
        ], "1/6 x NVIDIA A10"
      ),
      (
        [
          "ServiceProviderName": "Google Cloud", "ServiceName": "Compute Engine",
          "ChargeDescription": "Nvidia H100 80GB GPU running in Iowa",
        ], "1 x NVIDIA H100 80GB HBM3"
      ),
    ] as [([String: String], String?)])
  func `rows of GPUs are known by their instance or their SKU, and keep their hour`(
    changes: [String: String], gpu: String?
  ) throws {
    let charge = try #require(try BillHarness(.focus).read(Self.table(changes)).only)
    #expect(charge.key.gpu?.description == gpu)
    #expect(
      charge.key.chargePeriod.milliseconds
        == (gpu == nil ? UTCInstant.millisecondsPerDay : UTCInstant.millisecondsPerHour))
  }

  @Test(arguments: [
    ("BilledCost", "", "missing BilledCost: nothing"),
    ("BilledCost", "1.2.3", "BilledCost is no amount: '1.2.3'"),
    ("EffectiveCost", "NULL", "missing EffectiveCost: nothing"),
    ("ListCost", "x", "ListCost is no amount: 'x'"),
    ("BillingCurrency", "", "missing currency: nothing"),
    ("BillingCurrency", "usd", "not a currency: 'usd'"),
    ("ChargePeriodStart", "soon", "start of the charge is no time: 'soon'"),
    ("ChargePeriodEnd", "", "end of the charge is no time: nothing"),
    (
      "ChargePeriodEnd", "2026-11-23T03:00:00Z",
      "ends before it starts: '2026-11-23T04:00:00Z' to '2026-11-23T03:00:00Z'"
    ),
    ("BillingPeriodStart", "November", "not a billing period: 'November'"),
    ("ChargeCategory", "Gift", "unknown charge category: 'Gift'"),
    ("ConsumedQuantity", "many", "quantity is no number: 'many'"),
  ])
  func `a wrong value refuses its row by a rule`(
    column: String, value: String, refusal: String
  ) throws {
    let wrong = Self.row.merging([column: value]) { $1 }
    var harness = try BillHarness(.focus)
    // It is of files without a column for it, not of rows without a value.
    harness.settings.currency = Currency("EUR")
    let result = try harness.read(
      BillHarness.table([Self.row, wrong, wrong, Self.row]))
    #expect(result.refusals == ["bill.csv:3: \(refusal) x2"])
    #expect(result.summary.accepted == 2)
    #expect(result.summary.rejected == 2)
    #expect(result.totals == ["USD 2.5 3"])
  }

  @Test func `broken rows are refused where they stand, and reading goes on`() throws {
    let head =
      "BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,"
      + "ChargePeriodEnd,ChargeCategory,Tags\n"
    let good = "1,1,USD,2026-11-01,2026-11-02,2026-11-03,Usage,\"{\n}\"\n"
    var bytes = Array((head + good + good.dropLast(9) + "\n").utf8)
    bytes += Array(good.utf8.dropLast(4)) + [0xff, 0x0a] + Array("}\"\n".utf8)
    bytes += Array((good + "1,\"1,USD\n\n1,1,U\"SD\n" + good.dropLast() + ",x\n" + good).utf8)
    let result = try BillHarness(.focus).read(bytes)
    #expect(
      result.refusals == [
        "bill.csv:4: wrong number of columns: 7 columns x1",
        "bill.csv:5: not UTF-8: bytes that are no text x1",
        "bill.csv:9: text after a quoted field: text between a closing mark and the comma x1",
        "bill.csv:11: quotation mark inside a field: a mark in a field that isn't quoted x1",
        "bill.csv:12: wrong number of columns: 9 columns x1",
      ])
    #expect(result.summary.accepted == 3)
    #expect(result.summary.rows == 8)
  }

  @Test func `a head that isn't one is told with what it lacks, and what it looks like`() throws {
    let wrong = #expect(throws: BillError.self) {
      try BillHarness(.cur2).read(Self.table([:]))
    }
    let text = try #require(wrong).description
    #expect(text.hasPrefix("bill.csv: the columns are not those of format 'cur2'; missing: "))
    #expect(text.contains("missing: line_item_usage_account_id, "))
    #expect(text.contains("; found: BilledCost, BillingCurrency, "))
    #expect(text.hasSuffix("; this looks like FOCUS: set 'format: focus'"))
    let unknown = #expect(throws: BillError.self) { try BillHarness(.focus).read("a,b\n1,2\n") }
    #expect(
      unknown?.description.hasSuffix(
        "found: a, b; check the source's 'format' and what the export includes") == true)
    #expect(throws: BillError.noHead(file: "bill.csv")) { try BillHarness(.focus).read("") }
    #expect(throws: BillError.noHead(file: "bill.csv")) { try BillHarness(.gcp).read("\n\n") }
  }

  @Test func `Oracle's files may leave out who provides`() throws {
    let table = Self.table([
      "ServiceProviderName": "", "ChargeDescription": "Oracle Compute - GPU - H100",
      "PricingCategory": "", "ConsumedUnit": "GPU HOURS",
    ])
    let charge = try #require(try BillHarness(.oci).read(table).only)
    #expect(charge.key.provider == "Oracle")
    #expect(charge.key.gpu?.description == "1 x NVIDIA H100 80GB HBM3")
  }

  @Test func `rounded rows are counted`() throws {
    let table = BillHarness.table([
      Self.row.merging(["BilledCost": "0.0000000000015"]) { $1 },
      Self.row.merging(["ConsumedQuantity": "0.0000000000015"]) { $1 }, Self.row,
    ])
    let summary = try BillHarness(.focus).read(table).summary
    #expect(summary.roundedRows == 1)
    #expect(summary.roundedQuantityRows == 1)
    #expect(summary.accepted == 3)
  }
}
