import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

/// Azure's exports, whatever agreement, language and spelling they are of.
@Suite struct AzureBillTests {
  private static let row = [
    "SubscriptionId": "11111111-12ab", "SubscriptionName": "ml", "Date": "10/05/2026",
    "MeterCategory": "Virtual Machines", "MeterName": "NC24ads A100 v4", "Quantity": "2",
    "UnitOfMeasure": "1 Hour", "CostInBillingCurrency": "7.25", "BillingCurrency": "KRW",
    "ResourceLocation": "koreacentral", "ResourceId": "/subscriptions/x", "ChargeType": "Usage",
    "BillingPeriodStartDate": "10/01/2026", "PricingModel": "OnDemand", "ReservationId": "",
    "Term": "", "Tags": "\"team\": \"nlp\",\"env\":\"prod\"",
    "AdditionalInfo": "{\"ServiceType\":\"Standard_NC24ads_A100_v4\",\"VCPUs\":24}",
  ]

  private static func read(
    _ rows: [[String: String]], file: String = "bill.csv", cost: BillCost? = nil, groups: Int = 100
  ) throws -> BillHarness.Result {
    var harness = try BillHarness(.azure)
    harness.file = file
    harness.settings.azureCost = cost
    harness.settings.groupsMax = groups
    return try harness.read(BillHarness.table(rows.map { row.merging($0) { $1 } }))
  }

  /// What Python's decimals sum the cost columns of whole rows to.
  @Test(
    .enabled(if: SharedData.isPresent, "\(SharedData.absence)"),
    arguments: [
      ("BOM", 0, ["2: missing currency: nothing x1"], []),
      ("Enterprise", 1, [], ["CAD 0 0"]),
      ("EnterpriseCamel", 1, [], ["USD 0.012 0"]),
      ("German", 1, [], ["USD 0.075 0"]),
      ("PayAsYouGo", 1, [], ["USD 0.075 0"]),
      ("YA", 1, [], ["USD 0.075 0"]),
      ("MissingBrackets", 1, [], ["EUR 4 0"]),
      ("VirtualMachine", 1, [], ["EUR 4 0"]),
      ("Template", 0, ["2: wrong number of columns: 10 columns x87"], []),
    ])
  func `every public export is read or refused, to the last row`(
    name: String, accepted: Int, refusals: [String], totals: [String]
  ) throws {
    var harness = try BillHarness(.azure)
    harness.file = "export"
    let isNameless = ["MissingBrackets", "VirtualMachine", "Template"].contains(name)
    harness.settings.currency = isNameless ? Currency("EUR") : nil
    let bytes = try SharedData.bytes("azure_opencost/\(name).csv")
    let result = try harness.read(bytes)
    #expect(result.summary.accepted == accepted)
    #expect(result.summary.rows == accepted + result.summary.rejected)
    #expect(result.refusals == refusals.map { "export:" + $0 })
    #expect(result.totals == totals)
    #expect(result.summary.unreadableTagRows == 0)
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `a file without a currency needs one of the configuration`() throws {
    let bytes = try SharedData.bytes("azure_opencost/VirtualMachine.csv")
    let error = #expect(throws: BillError.self) { try BillHarness(.azure).read(bytes) }
    #expect(error?.description.contains("missing: BillingCurrency; found: ") == true)
  }

  @Test(
    .enabled(if: SharedData.isPresent, "\(SharedData.absence)"),
    arguments: [
      ("VirtualMachine", "Standard_DS2_v2", nil), ("MissingBrackets", "Standard_DS2_v2", nil),
      ("Enterprise", "Standard_E4s_v3", "Hours"), ("PayAsYouGo", nil, "Hours"),
    ] as [(String, String?, String?)])
  func `facts in half-JSON are found, and units are single ones`(
    name: String, type: String?, unit: String?
  ) throws {
    var harness = try BillHarness(.azure)
    harness.settings.currency = Currency("EUR")
    let key = try #require(
      try harness.read(SharedData.bytes("azure_opencost/\(name).csv")).only
    ).key
    #expect(key.instanceType == type)
    #expect(key.unit == unit)
  }

  @Test func `the key is what the row says`() throws {
    let charge = try #require(try Self.read([[:]]).only)
    let key = charge.key
    #expect(key.provider == "Microsoft")
    #expect(key.account == "11111111-12ab")
    #expect(key.billingPeriod.description == "2026-10")
    #expect(key.chargePeriod.description == "2026-10-05T00:00:00Z/2026-10-06T00:00:00Z")
    #expect(key.tags == "{\"env\":\"prod\",\"team\":\"nlp\"}")
    #expect(key.gpu?.description == "1 x NVIDIA A100 80GB PCIe")
    #expect(key.unit == "Hour")
    #expect(key.pricing == .standard)
    #expect(BillHarness.text(charge.amounts.billedPicos) == "7.25")
    #expect(charge.amounts.effectivePicos == 0)
  }

  @Test(arguments: [
    (["ChargeType": "Purchase"], "purchase standard -"),
    (["ChargeType": "UnusedReservation"], "usage committed unused"),
    (["ChargeType": "UnusedSavingsPlan"], "usage committed unused"),
    (["PricingModel": "Reservation"], "usage committed used"),
    (["PricingModel": "SavingsPlan"], "usage committed used"),
    (["PricingModel": "", "ReservationId": "r"], "usage committed used"),
    (["PricingModel": "Spot"], "usage dynamic -"), (["PricingModel": "New"], "usage other -"),
    (["PricingModel": "", "ChargeType": ""], "usage - -"),
    (["ChargeType": "Tax", "PricingModel": ""], "tax - -"),
    (["ChargeType": "Refund", "PricingModel": ""], "adjustment - - correction"),
    (["ChargeType": "RoundingAdjustment", "PricingModel": ""], "adjustment - -"),
    (["ChargeType": "Credit", "PricingModel": ""], "credit - -"),
  ])
  func `types of charges and pricing are those of FOCUS`(
    changes: [String: String], kind: String
  ) throws {
    let key = try #require(try Self.read([changes]).only).key
    let words = [
      key.category.rawValue, key.pricing?.rawValue ?? "-", key.commitmentStatus?.rawValue ?? "-",
    ]
    #expect(words.joined(separator: " ") + (key.isCorrection ? " correction" : "") == kind)
  }

  @Test(
    arguments: [
      ([:], "bill.csv", nil, "KRW 7.25 0", true),
      (["ChargeType": "UnusedReservation"], "bill.csv", nil, "KRW 0 7.25", false),
      (["ChargeType": "UnusedReservation"], "ActualCost.csv", nil, "KRW 0 7.25", false),
      (
        ["ChargeType": "Purchase", "ReservationId": "r", "Term": "36"], "amortized.csv", nil,
        "KRW 7.25 0", false
      ),
      ([:], "exports/Amortized_1.csv", nil, "KRW 0 7.25", false),
      ([:], "exports/ActualCost_1.csv", nil, "KRW 7.25 0", false),
      ([:], "exports/ActualCost_1.csv", .effective, "KRW 0 7.25", false),
      ([:], "bill.csv", .billed, "KRW 7.25 0", false),
    ] as [([String: String], String, BillCost?, String, Bool)])
  func `which cost it is say the rows, the configuration or the name`(
    changes: [String: String], file: String, cost: BillCost?, totals: String, isAssumed: Bool
  ) throws {
    let result = try Self.read([changes], file: file, cost: cost)
    #expect(result.totals == [totals])
    #expect(result.summary.isCostAssumed == isAssumed)
    let amounts = try #require(result.only).amounts
    let isBilled = result.summary.cost == .billed
    #expect(BillHarness.text(isBilled ? amounts.billedPicos : amounts.effectivePicos) == "7.25")
    #expect((isBilled ? amounts.effectivePicos : amounts.billedPicos) == 0)
  }

  @Test func `rows that say otherwise end the reading`() throws {
    let unused = ["ChargeType": "UnusedReservation"]
    let bought = ["ChargeType": "Purchase", "ReservationId": "r", "Term": "12"]
    let words =
      "found 'UnusedReservation', which an export of the amortised cost has, but the file was "
      + "taken for one of the actual cost; set 'cost: effective'"
    let configured = #expect(throws: BillError.self) {
      try Self.read([[:], unused], cost: .billed)
    }
    #expect(configured?.description == "bill.csv:3: " + words)
    let both = #expect(throws: BillError.self) { try Self.read([bought, unused]) }
    #expect(both?.description == "bill.csv:3: " + words)
    let late = #expect(throws: BillError.self) {
      try Self.read([[:], ["MeterName": "a"], ["MeterName": "b"], unused], groups: 2)
    }
    #expect(late?.description == "bill.csv:5: " + words)
  }

  @Test(
    arguments: [
      (["MeterCategory": "Virtual Machines Licenses"], nil),
      (["UnitOfMeasure": "1 GB"], nil),
      (["UnitOfMeasure": "100 Hours"], "1 x NVIDIA A100 80GB PCIe"),
      (["AdditionalInfo": "\"ServiceType\": \"standard_nv6ads_a10_v5\""], "1/6 x NVIDIA A10"),
      (["AdditionalInfo": "{\"ServiceType\":\"Standard_NP10s\"}"], nil),
      (["AdditionalInfo": "{\"ServiceType\":\"Standard_D2s_v3\"}"], nil),
      (["AdditionalInfo": "x"], nil), (["AdditionalInfo": ""], nil),
    ] as [([String: String], String?)])
  func `hours of machines have the table's GPUs, others none`(
    changes: [String: String], gpu: String?
  ) throws {
    #expect(try Self.read([changes]).only?.key.gpu?.description == gpu)
  }

  @Test func `tags that can't be read are counted, and cost no money`() throws {
    let result = try Self.read([["Tags": "{\"a\":"], ["Tags": "{\"a\":"], [:]])
    #expect(result.summary.unreadableTagRows == 2)
    #expect(result.totals == ["KRW 21.75 0"])
    #expect(result.charges.keys.map(\.tags).contains(nil))
  }

  @Test func `a day with the day first is refused`() throws {
    #expect(
      try Self.read([["Date": "23/11/2026"]]).refusals
        == ["bill.csv:2: date is no day: '23/11/2026' x1"])
  }
}
