import Quantities
import Records
import Testing

@testable import Collectors

/// Google's billing export, as CSV and as JSON lines. The rows are written by hand, by Google's
/// list of columns: no public sample is at hand.
@Suite struct GCPBillTests {
  private static let row = [
    "billing_account_id": "01A2B3-C4D5E6-F7A8B9", "service.id": "6F81-5844-456A",
    "service.description": "Compute Engine", "sku.id": "2E27-4F75-95CD",
    "sku.description": "N1 Predefined Instance Core running in Americas",
    "usage_start_time": "2022-08-05 07:00:00 UTC", "usage_end_time": "2022-08-05 08:00:00 UTC",
    "project.id": "ml-prod", "project.name": "ML, production", "labels": "[]",
    "system_labels": "[]", "location.region": "us-central1", "cost": "1.5", "currency": "USD",
    "usage.amount": "3600", "usage.unit": "seconds", "credits": "[]", "invoice.month": "202209",
    "cost_type": "regular", "resource.global_name": "//compute.googleapis.com/x",
  ]

  private static func read(_ changes: [String: String]) throws -> BillHarness.Result {
    try BillHarness(.gcp).read(BillHarness.table([row.merging(changes) { $1 }]))
  }

  @Test(arguments: [
    "[{\"name\":\"Free\",\"amount\":-0.5,\"type\":\"PROMO\"},{\"name\":\"b\",\"amount\":-1e-3}]",
    "[{'name': 'Free: Credit', 'amount': -0.5, 'id': None}, {'name': \"it's\", 'amount': -0.001}]",
    "[{\"amount\":\"-0.501\"}]", "{\"amount\": -0.501}",
  ])
  func `credits are charges of their own, and the net is the cost with them`(credits: String) throws
  {
    let result = try Self.read(["credits": credits])
    #expect(result.totals == ["USD 0.999 0.999"])
    let charges = result.sorted
    #expect(charges.map(\.key.category) == [.credit, .usage])
    #expect(charges.map { BillHarness.text($0.amounts.billedPicos) } == ["-0.501", "1.5"])
    #expect(charges.map(\.amounts.rows) == [0, 1])
    #expect(charges.first?.amounts.quantity == nil)
    #expect(charges.first?.key.account == "ml-prod")
    #expect(result.summary.rows == 1)
  }

  @Test func `a free trial nets to nothing`() throws {
    let result = try Self.read([
      "cost": "0.00013700000000000002", "credits": "[{'amount': -0.00013700000000000002}]",
    ])
    #expect(result.totals == ["USD 0 0"])
    #expect(result.summary.roundedRows == 1)
  }

  @Test func `a credit of a commitment names it`() throws {
    let result = try Self.read([
      "credits":
        "[{\"amount\":-1,\"type\":\"COMMITTED_USAGE_DISCOUNT\",\"id\":\"cud-7\",\"name\":\"CUD\"}]"
    ])
    #expect(result.sorted.map(\.key.commitmentID) == ["cud-7", nil])
  }

  @Test(arguments: ["-0.5", "[{'name': 'x'}]", "[{'amount': 'x'}]", "[-1]", "[{'amount': -1}"])
  func `credits that can't be read refuse their row`(credits: String) throws {
    let summary = try Self.read(["credits": credits]).summary
    #expect(summary.rejections.map(\.rule) == ["credits can't be read"])
    #expect(summary.totals.isEmpty)
  }

  @Test func `the key is what the row says`() throws {
    let key = try #require(
      try Self.read([
        "labels": "[{'key': 'team', 'value': 'nlp'}, {'key': 'env', 'value': ''}]",
        "system_labels":
          "[{\"key\":\"compute.googleapis.com/machine_spec\",\"value\":\"a2-highgpu-1g\"}]",
      ]).only
    ).key
    #expect(key.provider == "Google Cloud")
    #expect(key.account == "ml-prod")
    #expect(key.accountName == "ML, production")
    #expect(key.service == "Compute Engine")
    #expect(key.billingPeriod.description == "2022-09")
    #expect(key.chargePeriod.description == "2022-08-05T00:00:00Z/2022-08-06T00:00:00Z")
    #expect(key.instanceType == "a2-highgpu-1g")
    #expect(key.gpu == nil)
    #expect(key.tags == "{\"env\":\"\",\"team\":\"nlp\"}")
    #expect(key.pricing == .standard)
    #expect(key.region == "us-central1")
  }

  @Test(
    arguments: [
      ("Nvidia Tesla A100 GPU running in Americas", "NVIDIA A100-SXM4-40GB", "usage standard"),
      ("Nvidia Tesla A100 80GB GPU running in Iowa", "NVIDIA A100-SXM4-80GB", "usage standard"),
      (
        "Nvidia H100 80GB Mega GPU attached to Spot Preemptible VMs running in Tokyo",
        "NVIDIA H100 80GB HBM3", "usage dynamic"
      ),
      ("Nvidia L4 GPU running in Seoul", "NVIDIA L4", "usage standard"),
      ("Nvidia Tesla T4 GPU running in Seoul", "Tesla T4", "usage standard"),
      (
        "Commitment v1: Nvidia Tesla V100 GPU in Iowa for 1 Year", "Tesla V100-SXM2-16GB",
        "purchase committed"
      ),
      ("A2 Instance Core running in Americas", nil, "usage standard"),
      ("Spot Preemptible A2 Instance Ram running in Japan", nil, "usage dynamic"),
    ] as [(String, String?, String)])
  func `GPUs are charged by themselves, a second each`(
    sku: String, model: String?, kind: String
  ) throws {
    let key = try #require(try Self.read(["sku.description": sku]).only).key
    #expect(key.gpu == model.map { BilledGPU(model: $0, count: 1) })
    #expect("\(key.category.rawValue) \(key.pricing?.rawValue ?? "-")" == kind)
  }

  @Test(arguments: [
    ("tax", BillCharge.Category.tax), ("adjustment", .adjustment), ("rounding_error", .adjustment),
    ("regular", .usage), ("", .usage),
  ])
  func `the type of cost is the category`(type: String, category: BillCharge.Category) throws {
    #expect(try Self.read(["cost_type": type]).only?.key.category == category)
  }

  private static let object = """
    {"billing_account_id":"01A2B3-C4D5E6-F7A8B9","service":{"id":"6F81-5844-456A","description":\
    "Compute Engine"},"sku":{"id":"2E27-4F75-95CD","description":"N1 Predefined Instance Core \
    running in Americas"},"usage_start_time":"2022-08-05 07:00:00 UTC","usage_end_time":\
    "2022-08-05 08:00:00 UTC","project":{"id":"ml-prod","name":"ML, production","labels":[],\
    "ancestry_numbers":null},"labels":[],"system_labels":[],"location":{"location":"us-central1-a",\
    "region":"us-central1"},"cost":1.5,"currency":"USD","usage":{"amount":"3600","unit":"seconds"},\
    "credits":[{"name":"say \\"x\\"","amount":-2.5E-1}],"invoice":{"month":"202209"},"cost_type":\
    "regular","resource":{"name":null,"global_name":"//compute.googleapis.com/x"}}

    """

  @Test func `an object a line is as a row of the table`() throws {
    let table = try Self.read(["credits": "[{'amount': -0.25}]"])
    let harness = try BillHarness(.gcp)
    let lines = try harness.read(Self.object)
    #expect(lines.charges == table.charges)
    #expect(lines.totals == ["USD 1.25 1.25"])
    var small = harness
    small.settings.blockBytes = 100
    let pieces = try small.read(String(repeating: Self.object, count: 20), piece: 33)
    #expect(pieces.totals == ["USD 25 25"])
  }

  @Test func `objects that are none are refused by their line`() throws {
    let text = Self.object + "{\"cost\":1\n\n[]\n" + Self.object + "{\"cost\":1}\n"
    let result = try BillHarness(.gcp).read(text)
    #expect(
      result.refusals == [
        "bill.csv:2: not a JSON object: something else at byte 9 x1",
        "bill.csv:4: not a JSON object: something else at byte 0 x1",
        "bill.csv:6: missing currency: nothing x1",
      ])
    #expect(result.summary.accepted == 2)
    #expect(result.summary.rows == 5)
  }

  @Test(arguments: [100_000, 4 << 20])
  func `an object that is too long is refused, and reading goes on`(blockBytes: Int) throws {
    var harness = try BillHarness(.gcp)
    harness.settings.blockBytes = blockBytes
    let long = "{\"x\":\"" + String(repeating: "x", count: CSVScanner.rowBytesMax) + "\"}\n"
    let result = try harness.read(Self.object + long + Self.object)
    #expect(result.refusals == ["bill.csv:2: row too long: more than 1048576 bytes x1"])
    #expect(result.summary.accepted == 2)
  }

  @Test func `JSON is no form of the others`() throws {
    let error = #expect(throws: BillError.self) { try BillHarness(.focus).read(Self.object) }
    #expect(error?.description.contains("set 'format: gcp'") == true)
  }
}
