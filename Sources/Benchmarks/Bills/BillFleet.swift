import Simulator

/// Everything that a generated bill charges for.
struct BillFleet {
  private struct Machine {
    let type: String
    /// - Unit: 1e-10 of a dollar an hour.
    let rate: Int64
    let weight: Int
    let gpu: String
  }

  private static let machines = [
    Machine(type: "m5.xlarge", rate: 1_920_000_000, weight: 30, gpu: ""),
    Machine(type: "c6i.4xlarge", rate: 6_800_000_000, weight: 20, gpu: ""),
    Machine(type: "r6g.2xlarge", rate: 4_032_000_000, weight: 20, gpu: ""),
    Machine(type: "g5.xlarge", rate: 10_060_000_000, weight: 8, gpu: "1"),
    Machine(type: "g6e.12xlarge", rate: 104_926_400_000, weight: 3, gpu: "4"),
    Machine(type: "p4d.24xlarge", rate: 219_576_420_000, weight: 3, gpu: "8"),
    Machine(type: "p5.48xlarge", rate: 550_400_000_000, weight: 2, gpu: "8"),
  ]
  private static let regions = [
    ("USE1", "us-east-1"), ("USW2", "us-west-2"), ("APN2", "ap-northeast-2"),
  ]
  private static let teams = ["nlp", "vision", "robotics", "speech", "search", "infra", "data"]

  /// Lines, and how often each comes up among a thousand rows.
  private(set) var lines: [BillLine] = []
  private var chance: SplitMix64
  private let month: BillMonth

  init(month: BillMonth, seed: UInt64, machines: Int) {
    self.month = month
    chance = SplitMix64(seed: seed)
    for number in 0..<machines { addMachine(number) }
    for _ in 0..<(machines / 2) { addVolume() }
    for number in 0..<(machines / 10) { addBucket(number) }
    for number in 0..<max(1, machines / 400) { addFees(number) }
  }

  private mutating func addMachine(_ number: Int) {
    var left = chance.pick(0...(Self.machines.reduce(0) { $0 + $1.weight } - 1))
    var machine = Self.machines[0]
    for candidate in Self.machines {
      machine = candidate
      left -= candidate.weight
      if left < 0 { break }
    }
    let place = chance.pick(from: Self.regions)
    var values = common(place, product: "AmazonEC2")
    values["line_item_resource_id"] = "i-0" + hexadecimal(16)
    values["line_item_operation"] = "RunInstances"
    values["pricing_unit"] = "Hrs"
    values["product_instance_type"] = machine.type
    values["product_instance_family"] = machine.gpu.isEmpty ? "General purpose" : "GPU instance"
    values["product_sku"] = hexadecimal(12).uppercased()
    values["product"] =
      "{\"operating_system\":\"Linux\",\"tenancy\":\"Shared\",\"vcpu\":\"\(4 + number % 5)\""
      + (machine.gpu.isEmpty ? "" : ",\"gpu\":\"\(machine.gpu)\"")
      + ",\"capacitystatus\":\"Used\",\"product_name\":\"Amazon Elastic Compute Cloud\"}"
    let isSpot = chance.happens(12)
    let usage = isSpot ? "SpotUsage" : "BoxUsage"
    values["line_item_usage_type"] = "\(place.0)-\(usage):\(machine.type)"
    values["product_usagetype"] = values["line_item_usage_type"]
    values["line_item_line_item_description"] =
      "\(Self.dollars(machine.rate)) per \(isSpot ? "Spot" : "On Demand") Linux \(machine.type) "
      + "Instance Hour, in \(place.1)"
    switch chance.pick(0...9) {
    case 0...2 where !isSpot: addCovered(machine, values)
    case 3 where !isSpot:
      values["reservation_reservation_a_r_n"] =
        "arn:aws:ec2:\(place.1):000123456789:reserved-instances/" + chance.uuid()
      values["pricing_term"] = "Reserved"
      add(.discounted, machine.rate, values)
    default:
      values["pricing_term"] = isSpot ? "Spot" : "OnDemand"
      add(.usage, isSpot ? machine.rate / 3 : machine.rate, values)
    }
  }

  private mutating func addCovered(_ machine: Machine, _ values: [String: String]) {
    var values = values
    values["savings_plan_savings_plan_a_r_n"] =
      "arn:aws:savingsplans::000123456789:savingsplan/" + chance.uuid()
    values["savings_plan_offering_type"] = "ComputeSavingsPlans"
    add(.covered, machine.rate, values)
    values["line_item_line_item_description"] =
      "SavingsPlanNegation used by AccountId : 000123456789 and UsageSku : ABCDEF"
    add(.negation, machine.rate, values)
  }

  private mutating func addVolume() {
    let place = chance.pick(from: Self.regions)
    var values = common(place, product: "AmazonEC2")
    values["line_item_resource_id"] = "vol-0" + hexadecimal(16)
    values["line_item_usage_type"] = "\(place.0)-EBS:VolumeUsage.gp3"
    values["line_item_operation"] = "CreateVolume-Gp3"
    values["line_item_line_item_description"] =
      "$0.08 per GB-month of General Purpose (gp3) provisioned storage - \(place.1)"
    values["pricing_unit"] = "GB-Mo"
    values["product"] = "{\"volume_api_name\":\"gp3\",\"storage_media\":\"SSD-backed\"}"
    add(.usage, 800_000_000, values, isOfHours: false)
  }

  private mutating func addBucket(_ number: Int) {
    let place = chance.pick(from: Self.regions)
    var values = common(place, product: "AmazonS3")
    values["line_item_resource_id"] = "training-data-\(number)"
    for (kind, operation, rate) in [
      ("Requests-Tier1", "PutObject", 50_000), ("Requests-Tier2", "GetObject", 4_000),
      ("TimedStorage-ByteHrs", "StandardStorage", 230_000_000),
    ] {
      values["line_item_usage_type"] = "\(place.0)-\(kind)"
      values["line_item_operation"] = operation
      values["line_item_line_item_description"] = "\(operation), \(kind), in \(place.1)"
      values["pricing_unit"] = kind.hasPrefix("Timed") ? "GB-Mo" : "Requests"
      add(.usage, Int64(rate), values, isOfHours: false)
    }
  }

  private mutating func addFees(_ number: Int) {
    var values = common(Self.regions[0], product: "ComputeSavingsPlans")
    values["line_item_usage_type"] = "ComputeSP:1yrNoUpfront"
    values["line_item_line_item_description"] = "1 year No Upfront Compute Savings Plan"
    values["savings_plan_savings_plan_a_r_n"] =
      "arn:aws:savingsplans::000123456789:savingsplan/" + chance.uuid()
    add(.planFee, 2_500_000_000_000, values)
    values = common(Self.regions[0], product: "AmazonEC2")
    values["line_item_usage_type"] = "USE1-BoxUsage:m5.xlarge"
    values["line_item_line_item_description"] = "Tax for product code AmazonEC2, \"VAT\""
    values["line_item_tax_type"] = "VAT"
    add(.tax, 100_000_000, values)
    values["line_item_line_item_description"] = "Credit, number \(number)"
    add(.credit, 70_000_000, values)
  }

  private mutating func common(_ place: (String, String), product: String) -> [String: String] {
    let account = chance.pick(0...39)
    let team = chance.pick(from: Self.teams)
    let environment = chance.pick(from: ["prod", "dev", "test"])
    return [
      "bill_bill_type": "Anniversary", "bill_billing_entity": "AWS",
      "bill_billing_period_start_date": month.start, "bill_billing_period_end_date": month.end,
      "bill_invoice_id": "", "bill_invoicing_entity": "Amazon Web Services, Inc.",
      "bill_payer_account_id": "000123456789", "bill_payer_account_name": "Example Org, Payer",
      "cost_category": "{\"project\":\"\(team)\"}", "discount": "{}",
      "line_item_availability_zone": place.1 + "a", "line_item_currency_code": "USD",
      "line_item_legal_entity": "Amazon Web Services, Inc.",
      "line_item_product_code": product,
      "line_item_usage_account_id": "0000" + String(10_000_000 + account * 7_919),
      "line_item_usage_account_name": "account-\(account)", "pricing_currency": "USD",
      "pricing_rate_code": "ABCDEFGHIJKLMNOP.JRTCKXETXF.6YS6EN2CT7",
      "pricing_rate_id": "4981658079", "product_location": place.1,
      "product_location_type": "AWS Region", "product_region_code": place.1,
      "product_servicecode": product,
      "resource_tags":
        "{\"user_team\":\"\(team)\",\"user_env\":\"\(environment)\","
        + "\"user_cost_center\":\"CC-\(100 + account)\",\"aws_created_by\":\"IAMUser:\(team)\"}",
    ]
  }

  private mutating func add(
    _ kind: BillLineKind, _ rate: Int64, _ values: [String: String], isOfHours: Bool = true
  ) {
    var values = values
    values["line_item_line_item_type"] = kind.rawValue
    values["line_item_unblended_rate"] = Self.decimal(rate)
    values["pricing_public_on_demand_rate"] = kind.hasListCost ? Self.decimal(rate) : nil
    lines.append(BillLine(kind: kind, rate: rate, isOfHours: isOfHours, values: values))
  }

  private mutating func hexadecimal(_ digits: Int) -> String {
    String(String(chance.next() | 1 << 63, radix: 16).suffix(digits))
  }

  private static func dollars(_ rate: Int64) -> String { "$" + decimal(rate) }

  private static func decimal(_ value: Int64) -> String {
    let digits = String(value % 10_000_000_000 + 10_000_000_000).dropFirst()
    return "\(value / 10_000_000_000).\(digits)"
  }
}
