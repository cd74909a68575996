import Quantities
import Records
import Testing

@testable import Collectors

/// AWS' two reports. The rows are written by hand, by AWS' lists of columns: no public sample of
/// CUR 2.0 is at hand.
@Suite struct AWSBillTests {
  private static let row = [
    "bill_bill_type": "Anniversary", "bill_billing_period_start_date": "2026-10-01T00:00:00.000Z",
    "bill_invoice_id": "", "bill_payer_account_id": "0099999999999",
    "line_item_usage_account_id": "0012345678901", "line_item_usage_account_name": "ml, prod",
    "line_item_product_code": "AmazonEC2", "line_item_resource_id": "i-0abc",
    "line_item_usage_type": "USW2-BoxUsage:p4d.24xlarge",
    "line_item_usage_start_date": "2026-10-05T03:00:00.000Z",
    "line_item_usage_end_date": "2026-10-05T04:00:00.000Z",
    "line_item_usage_amount": "1.0000000000",
    "line_item_unblended_cost": "32.7726000000", "line_item_blended_cost": "99",
    "line_item_line_item_type": "Usage", "line_item_currency_code": "USD",
    "pricing_unit": "Hrs", "pricing_public_on_demand_cost": "32.7726",
    "product_region_code": "us-west-2", "product_instance_type": "p4d.24xlarge",
    "product": "{\"gpu\":\"8\",\"vcpu\":\"96\"}", "resource_tags": "{\"user_team\":\"nlp\"}",
    "savings_plan_savings_plan_a_r_n": "", "savings_plan_savings_plan_effective_cost": "",
    "savings_plan_total_commitment_to_date": "", "savings_plan_used_commitment": "",
    "reservation_reservation_a_r_n": "", "reservation_effective_cost": "",
    "reservation_unused_amortized_upfront_fee_for_billing_period": "",
    "reservation_unused_recurring_fee": "",
  ]

  private static func charge(_ changes: [String: String]) throws -> BillCharge? {
    let row = row.merging(changes) { $1 }
    return try BillHarness(.cur2).read(BillHarness.table([row])).only
  }

  /// A line item's type and columns, what is billed, what it cost, its category and commitment.
  private struct Case: CustomTestStringConvertible, Sendable {
    let type: String
    let changes: [String: String]
    let billed: String
    let effective: String
    let key: String

    init(
      _ type: String, _ changes: [String: String] = [:], _ billed: String, _ effective: String,
      _ key: String
    ) {
      self.type = type
      self.changes = changes
      self.billed = billed
      self.effective = effective
      self.key = key
    }

    var testDescription: String { "\(type) \(changes)" }
  }

  private static let plan = "arn:aws:savingsplans::1:savingsplan/a"
  private static let reservation = "arn:aws:ec2:us-west-2:1:reserved-instances/b"

  private static let cases = [
    Case("Usage", [:], "32.7726", "32.7726", "usage standard - -"),
    Case(
      "Usage", ["line_item_usage_type": "USW2-SpotUsage:p4d.24xlarge"], "32.7726", "32.7726",
      "usage dynamic - -"),
    Case(
      "SavingsPlanCoveredUsage",
      [
        "savings_plan_savings_plan_effective_cost": "20.5", "savings_plan_savings_plan_a_r_n": plan,
      ], "32.7726", "20.5", "usage committed used a"),
    Case(
      "SavingsPlanNegation",
      ["line_item_unblended_cost": "-32.7726", "savings_plan_savings_plan_a_r_n": plan],
      "-32.7726", "0", "usage committed - a"),
    Case(
      "SavingsPlanRecurringFee",
      [
        "line_item_unblended_cost": "100", "savings_plan_total_commitment_to_date": "100",
        "savings_plan_used_commitment": "97.25", "savings_plan_savings_plan_a_r_n": plan,
        "line_item_usage_type": "ComputeSP:1yrNoUpfront", "product_instance_type": "",
      ], "100", "2.75", "purchase committed unused a"),
    Case(
      "SavingsPlanRecurringFee",
      ["line_item_unblended_cost": "100", "savings_plan_total_commitment_to_date": "100"], "100",
      "100", "purchase committed unused -"),
    Case(
      "SavingsPlanUpfrontFee", ["line_item_unblended_cost": "5000"], "5000", "0",
      "purchase committed - -"),
    Case(
      "DiscountedUsage",
      [
        "line_item_unblended_cost": "0", "reservation_effective_cost": "19.22",
        "reservation_reservation_a_r_n": reservation,
      ], "0", "19.22", "usage committed used b"),
    Case(
      "RIFee",
      [
        "line_item_unblended_cost": "744", "reservation_unused_recurring_fee": "3.5",
        "reservation_unused_amortized_upfront_fee_for_billing_period": "1.25",
        "reservation_reservation_a_r_n": reservation,
      ], "744", "4.75", "purchase committed unused b"),
    Case(
      "Fee", ["line_item_unblended_cost": "900", "reservation_reservation_a_r_n": reservation],
      "900", "0", "purchase - - b"),
    Case("Fee", ["line_item_unblended_cost": "900"], "900", "900", "purchase - - -"),
    Case("Tax", ["line_item_unblended_cost": "3"], "3", "3", "tax - - -"),
    Case("Credit", ["line_item_unblended_cost": "-7"], "-7", "-7", "credit - - -"),
    Case("Refund", ["line_item_unblended_cost": "-7"], "-7", "-7", "adjustment - - - correction"),
    Case("EdpDiscount", ["line_item_unblended_cost": "-1"], "-1", "-1", "credit - - -"),
    Case(
      "Usage", ["bill_bill_type": "Refund"], "32.7726", "32.7726",
      "usage standard - - correction"),
    Case("SomethingNew", [:], "32.7726", "32.7726", "usage standard - -"),
  ]

  @Test(arguments: cases)
  private func `billed is unblended, effective is amortised`(test: Case) throws {
    let changes = test.changes.merging(["line_item_line_item_type": test.type]) { $1 }
    let charge = try #require(try Self.charge(changes))
    #expect(BillHarness.text(charge.amounts.billedPicos) == test.billed)
    #expect(BillHarness.text(charge.amounts.effectivePicos) == test.effective)
    let key = charge.key
    let words = [
      key.category.rawValue, key.pricing?.rawValue ?? "-", key.commitmentStatus?.rawValue ?? "-",
      key.commitmentID.map { String($0.suffix(1)) } ?? "-",
    ]
    let text = words.joined(separator: " ") + (key.isCorrection ? " correction" : "")
    #expect(text == test.key)
  }

  @Test func `the key is what the row says`() throws {
    let key = try #require(try Self.charge([:])).key
    #expect(key.provider == "AWS")
    #expect(key.billingAccount == "0099999999999")
    #expect(key.account == "0012345678901")
    #expect(key.accountName == "ml, prod")
    #expect(key.service == "AmazonEC2")
    #expect(key.region == "us-west-2")
    #expect(key.resourceID == "i-0abc")
    #expect(key.sku == "USW2-BoxUsage:p4d.24xlarge")
    #expect(key.instanceType == "p4d.24xlarge")
    #expect(key.unit == "Hrs")
    #expect(key.invoiceID == nil)
    #expect(key.tags == "{\"user_team\":\"nlp\"}")
    #expect(key.billingPeriod.description == "2026-10")
    #expect(key.chargePeriod.description == "2026-10-05T03:00:00Z/2026-10-05T04:00:00Z")
    #expect(key.gpu == BilledGPU(model: "NVIDIA A100-SXM4-40GB", count: 8))
  }

  @Test(arguments: [
    (
      ["line_item_line_item_type": "SavingsPlanCoveredUsage"],
      "missing savings plan's effective cost"
    ),
    (["line_item_line_item_type": "DiscountedUsage"], "missing reservation's effective cost"),
    (["line_item_line_item_type": ""], "missing line item type"),
    (["line_item_unblended_cost": ""], "missing unblended cost"),
    (["pricing_public_on_demand_cost": "x"], "public on-demand cost is no amount"),
  ])
  func `what isn't known is not taken for zero`(changes: [String: String], rule: String) throws {
    let row = Self.row.merging(changes) { $1 }
    let summary = try BillHarness(.cur2).read(BillHarness.table([row])).summary
    #expect(summary.rejections.map(\.rule) == [rule])
    #expect(summary.totals.isEmpty)
  }

  @Test(
    arguments: [
      ([:], "8 x NVIDIA A100-SXM4-40GB"),
      (["product_instance_type": ""], "8 x NVIDIA A100-SXM4-40GB"),
      (
        ["product_instance_type": "", "line_item_usage_type": "BoxUsage:g6f.2xlarge"],
        "1/4 x NVIDIA L4"
      ),
      (
        [
          "line_item_usage_type": "UnusedBox:p5en.48xlarge",
          "product_instance_type": "p5en.48xlarge",
        ],
        "8 x NVIDIA H200"
      ),
      (
        [
          "line_item_product_code": "AmazonSageMaker", "product_instance_type": "ml.g5.12xlarge",
          "line_item_usage_type": "USE1-Train:ml.g5.12xlarge",
        ], "4 x NVIDIA A10G"
      ),
      (["line_item_product_code": "ElasticMapReduce"], nil),
      (["line_item_usage_type": "EBSOptimized:p4d.24xlarge"], nil),
      (["line_item_usage_type": "USW2-Reservation:p4d.24xlarge"], nil),
      (["line_item_usage_type": "DedicatedRes:p4d.24xlarge"], nil),
      (["line_item_usage_type": "USW2-UnusedDed:p4d.24xlarge"], "8 x NVIDIA A100-SXM4-40GB"),
      (["line_item_usage_type": "USW2-DataTransfer-Out-Bytes"], nil),
      (
        [
          "product_instance_type": "trn1.32xlarge",
          "line_item_usage_type": "BoxUsage:trn1.32xlarge",
        ],
        nil
      ),
      (
        ["product_instance_type": "p9.48xlarge", "line_item_usage_type": "BoxUsage:p9.48xlarge"],
        "8 x unknown"
      ),
      (
        [
          "product_instance_type": "p9.48xlarge", "line_item_usage_type": "BoxUsage:p9.48xlarge",
          "product": "{\"gpu\":\"N/A\"}",
        ], nil
      ),
      (
        [
          "product_instance_type": "m5.large", "line_item_usage_type": "BoxUsage:m5.large",
          "product": "{}",
        ], nil
      ),
    ] as [([String: String], String?)])
  func `hours of instances have the table's GPUs, others none`(
    changes: [String: String], gpu: String?
  ) throws {
    #expect(try Self.charge(changes)?.key.gpu?.description == gpu)
  }

  @Test(
    arguments: [
      ("Usage", "1"), ("SavingsPlanNegation", nil), ("Credit", nil), ("Refund", nil), ("Tax", nil),
      ("EdpDiscount", nil), ("Fee", "1"),
    ] as [(String, String?)])
  func `hours are counted once, not again where a cost is taken back`(
    type: String, quantity: String?
  ) throws {
    let charge = try #require(try Self.charge(["line_item_line_item_type": type]))
    #expect(charge.amounts.quantity.map { BillHarness.text($0) } == quantity)
    #expect(charge.key.gpu != nil)
  }

  @Test func `rows of one day that agree are one charge`() throws {
    let row = Self.row.merging([
      "line_item_usage_type": "USW2-EBS:VolumeUsage.gp3", "product_instance_type": "",
      "line_item_unblended_cost": "0.0000000001",
    ]) { $1 }
    let hours = (0..<24).map { hour in
      row.merging([
        "line_item_usage_start_date": "2026-10-05T\(hour < 10 ? "0" : "")\(hour):00:00.000Z",
        "line_item_usage_end_date":
          "2026-10-0\(hour == 23 ? "6T00" : "5T\(hour < 9 ? "0" : "")\(hour + 1)"):00:00.000Z",
      ]) { $1 }
    }
    let charge = try #require(try BillHarness(.cur2).read(BillHarness.table(hours)).only)
    #expect(charge.amounts.rows == 24)
    #expect(BillHarness.text(charge.amounts.billedPicos) == "0.0000000024")
    #expect(BillHarness.text(charge.amounts.quantity ?? 0) == "24")
    #expect(charge.key.chargePeriod.description == "2026-10-05T00:00:00Z/2026-10-06T00:00:00Z")
    let seoul = try BillHarness(.cur2, zone: "Asia/Seoul").read(BillHarness.table(hours))
    #expect(seoul.charges.values.map(\.rows).sorted() == [9, 15])
  }

  @Test func `the legacy report has the same columns by other names, and a column a tag`() throws {
    let table = BillHarness.table([
      [
        "identity/LineItemId": "x", "bill/BillType": "Anniversary", "bill/InvoiceId": "77",
        "bill/PayerAccountId": "0099999999999",
        "bill/BillingPeriodStartDate": "2018-08-01T00:00:00Z",
        "lineItem/UsageAccountId": "0012345678901", "lineItem/LineItemType": "DiscountedUsage",
        "lineItem/UsageStartDate": "2018-08-02T00:00:00Z",
        "lineItem/UsageEndDate": "2018-08-02T01:00:00Z", "lineItem/ProductCode": "AmazonEC2",
        "lineItem/UsageType": "BoxUsage:p3.16xlarge", "lineItem/UsageAmount": "1",
        "lineItem/CurrencyCode": "NOK", "lineItem/UnblendedCost": "0",
        "lineItem/ResourceId": "i-1", "product/instanceType": "p3.16xlarge", "product/gpu": "8",
        "product/region": "eu-north-1", "pricing/publicOnDemandCost": "200.5",
        "pricing/unit": "Hrs", "reservation/EffectiveCost": "101.25",
        "reservation/ReservationARN": Self.reservation, "resourceTags/user:Team": "a \"b\" \\c",
        "resourceTags/aws:createdBy": "x", "resourceTags/user:Empty": "",
      ]
    ])
    let charge = try #require(try BillHarness(.cur).read(table).only)
    #expect(BillHarness.text(charge.amounts.effectivePicos) == "101.25")
    #expect(BillHarness.text(charge.amounts.listPicos ?? 0) == "200.5")
    #expect(charge.key.currency.code == "NOK")
    #expect(charge.key.billingPeriod.description == "2018-08")
    #expect(charge.key.invoiceID == "77")
    #expect(charge.key.region == "eu-north-1")
    #expect(charge.key.commitmentID == Self.reservation)
    #expect(charge.key.tags == "{\"Team\":\"a \\\"b\\\" \\\\c\",\"aws:createdBy\":\"x\"}")
    #expect(charge.key.gpu?.description == "8 x Tesla V100-SXM2-16GB")
  }
}
