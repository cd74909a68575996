import Foundation
import Quantities
import TestSupport
import Testing

/// Bills of clouds, through the built program. The rows of AWS are written by hand, by the columns
/// that its documentation lists.
@Suite struct BillTests {
  private func program(_ source: String, currency: String = "USD", more: String = "") throws
    -> Program
  {
    var program = Program(folder: TemporaryFolder())
    program.environment["GPUTALLY_NOW"] = "2026-12-03T00:00:00Z"
    try program.write(
      "gputally.yaml",
      """
      store: gputally.sqlite
      time_zone: Asia/Seoul
      currency: \(currency)
      sites: [{ name: clouds, kind: public-cloud }]
      sources:
        - { name: bill, type: bill, site: clouds, \(source) }
      teams:
        - { name: vision, cost_center: CC-1, match: [{ "tag:user_team": vision }] }
        - { name: nlp, match: [{ "tag:user_team": nlp }, { account: "000000000009" }] }
      \(more)
      """)
    return program
  }

  private func csv(_ program: Program, _ words: String...) async throws -> [[String]] {
    let result = try await program.run(words + ["--format", "csv"])
    #expect(result.status == 0, "\(words): \(result.errors)")
    return result.output.split(separator: "\n").dropFirst().map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private func post(_ program: Program) async throws {
    for verb in ["collect", "rollup", "post", "verify"] { try await program.expectSuccess(verb) }
  }

  // MARK: Rows of AWS

  private static let columns = [
    "bill_billing_period_start_date", "bill_payer_account_id", "line_item_usage_account_id",
    "line_item_line_item_type", "line_item_usage_start_date", "line_item_usage_end_date",
    "line_item_product_code", "line_item_usage_type", "line_item_resource_id",
    "line_item_usage_amount", "line_item_unblended_cost", "line_item_currency_code",
    "product_instance_type", "pricing_unit", "product", "resource_tags",
    "line_item_line_item_description", "savings_plan_savings_plan_effective_cost",
  ]

  private static func text(_ rows: [[String: String]]) -> String {
    ([columns] + rows.map { row in columns.map { row[$0] ?? "" } }).map { fields in
      fields.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
    }.joined(separator: "\n") + "\n"
  }

  private static func row(
    hour: Int, _ type: String = "Usage", resource: String, cost: String, amount: String = "1",
    instance: String = "", team: String = "", account: String = "000000000007"
  ) -> [String: String] {
    let start = UTCInstant(milliseconds: 1_793_491_200_000 + Int64(hour) * 3_600_000)
    return [
      "bill_billing_period_start_date": "2026-11-01T00:00:00Z",
      "bill_payer_account_id": "000000000042", "line_item_usage_account_id": account,
      "line_item_line_item_type": type, "line_item_usage_start_date": "\(start)",
      "line_item_usage_end_date": "\(start + 3_600_000)",
      "line_item_product_code": instance.isEmpty ? "AmazonS3" : "AmazonEC2",
      "line_item_usage_type": instance.isEmpty ? "TimedStorage-ByteHrs" : "BoxUsage:" + instance,
      "line_item_resource_id": resource, "line_item_usage_amount": amount,
      "line_item_unblended_cost": cost, "line_item_currency_code": "USD",
      "product_instance_type": instance, "pricing_unit": instance.isEmpty ? "GB-Mo" : "Hrs",
      "resource_tags": team.isEmpty ? "" : "{\"user_team\":\"\(team)\"}",
    ]
  }

  /// Two days of an instance with eight GPUs, one with one for half of every other hour, and a bucket.
  private static func month(bucketCost: String = "0.0023000001") -> [[String: String]] {
    (0..<48).flatMap { hour in
      [
        row(
          hour: hour, resource: "i-0aaa", cost: "32.7726", instance: "p4d.24xlarge",
          team: "vision"),
        row(
          hour: hour, resource: "i-0bbb", cost: "0.503", amount: hour % 2 == 0 ? "0.5" : "0",
          instance: "g5.xlarge", account: "000000000009"),
        row(hour: hour, resource: "bucket", cost: bucketCost, amount: "0.1"),
      ]
    } + [
      row(
        hour: 5, "Credit", resource: "i-0aaa", cost: "-5", instance: "p4d.24xlarge",
        team: "vision"),
      row(hour: 0, "Tax", resource: "", cost: "12.34"),
    ]
  }

  @Test func `instances hold their GPUs, and the bill is what everything costs`() async throws {
    let program = try program("format: cur2, path: cur")
    try FileManager.default.createDirectory(
      atPath: program.folder.path + "/cur", withIntermediateDirectories: true)
    try program.write("cur/part-00001.csv", Self.text(Self.month()))
    try await post(program)

    let lines = try await csv(program, "report", "chargeback", "--period", "2026-11")
    // team, provider, cluster, resource, model, allocated, unknown, direct, total
    let cells = lines.map { row in [1, 4, 5, 6, 7, 8, 11, 15, 19].map { row[$0] } }
    #expect(
      cells == [
        [
          "nlp", "", "bill", "gpu", "NVIDIA A10G", "12.000000", "12.000000", "24.144000",
          "24.144000",
        ],
        ["unassigned", "AWS", "", "AmazonS3", "", "", "", "12.450400", "12.450400"],
        [
          "vision", "", "bill", "gpu", "NVIDIA A100-SXM4-40GB", "384.000000", "384.000000",
          "1568.084800", "1568.084800",
        ],
      ])
    let bills = try await csv(program, "report", "bills", "--period", "2026-11", "--by", "source")
    #expect(bills == [["bill", "146", "1604.6792000048", "1604.6792000048", "", "USD"]])
    let drill = try await csv(
      program, "report", "drilldown", "--period", "2026-11", "--team", "vision", "--param",
      "link=https://r.example/{cluster}/{node}/{workload}")
    #expect(
      drill.map { [$0[3], $0[6], $0[8], $0[10], $0[14], $0[16]] } == [
        [
          "i-0aaa", "i-0aaa", "instance", "384.000000", "1568.084800",
          "https://r.example/bill/i-0aaa/i-0aaa",
        ]
      ])
    let sites = try await csv(program, "report", "sites", "--period", "2026-11")
    #expect(sites.map { [$0[0], $0[1], $0[2]] } == [["clouds", "public-cloud", "396.000000"]])
  }

  @Test func `a type of one's own makes bills be read again, and has its GPUs`() async throws {
    let types = """
      instance_types:
        - { provider: aws, name: p9.48xlarge, gpus: 4, gpu_model: NVIDIA R100 }
        - { provider: aws, name: G5.xlarge, gpus: 1, divisor: 2, gpu_model: NVIDIA A10G }
      """
    let without = try program("format: cur2, path: cur.csv")
    let rows = [
      Self.row(hour: 0, resource: "i-0new", cost: "40", instance: "p9.48xlarge", team: "vision"),
      Self.row(hour: 0, resource: "i-0part", cost: "1", instance: "g5.xlarge", team: "nlp"),
    ]
    try without.write("cur.csv", Self.text(rows))
    try await post(without)
    func gpus() async throws -> [[String]] {
      try await csv(without, "report", "chargeback", "--period", "2026-11")
        .map { [$0[1], $0[6], $0[7], $0[8], $0[19]] }
    }
    #expect(
      try await gpus() == [
        ["nlp", "gpu", "NVIDIA A10G", "1.000000", "1.000000"],
        ["vision", "AmazonEC2", "", "", "40.000000"],
      ])
    let same = try await without.expectSuccess("collect")
    #expect(same.errors == "collected bill: 0 files of bills, 0 rows; 1 files as before\n")

    let configuration = try without.read("gputally.yaml")
    try without.write("gputally.yaml", configuration + types + "\n")
    let again = try await without.expectSuccess("collect")
    #expect(again.errors == "collected bill: 1 files of bills, 2 rows\n")
    for verb in ["rollup", "post", "verify"] { try await without.expectSuccess(verb) }
    #expect(
      try await gpus() == [
        ["nlp", "gpu", "NVIDIA A10G", "0.500000", "1.000000"],
        ["vision", "gpu", "NVIDIA R100", "4.000000", "40.000000"],
      ])
    let third = try await without.expectSuccess("collect")
    #expect(third.errors == "collected bill: 0 files of bills, 0 rows; 1 files as before\n")
  }

  @Test func `the bill of an instance that samples know is the price of what they saw`()
    async throws
  {
    let program = Program(folder: TemporaryFolder())
    let simulated = try await program.run([
      "simulate", "--seed", "3", "--hosts", "2", "--gpus-per-host", "4", "--interval", "60s",
      "--start", "2026-11-01T00:00:00Z", "--hours", "24", "--store", "gputally.sqlite",
      "--write-config", "gputally.yaml",
    ])
    #expect(simulated.status == 0)
    try await program.expectSuccess("rollup")
    try await program.expectSuccess("post")
    let before = try await csv(program, "report", "states", "--period", "2026-11")
    let text = try program.read("gputally.yaml").replacing(
      "inventory:",
      with: "  - { name: bill, type: bill, format: cur2, site: pangyo, path: bill.csv }\ninventory:"
    ).replacing(/rates:\n(  - .*\n)+/, with: "exchange_rates: rates.csv\n")
    try program.write("gputally.yaml", text)
    try program.write("rates.csv", "month,currency,rate\n2026-11,USD,1400\n")
    try program.write(
      "bill.csv",
      Self.text(
        (0..<24).flatMap { hour in
          ["gpu001", "gpu002"].map {
            Self.row(hour: hour, resource: $0, cost: "32.7726", instance: "p4d.24xlarge")
          }
        }))
    try await program.expectSuccess("collect", "--source", "bill")
    for verb in ["rollup", "post", "verify"] { try await program.expectSuccess(verb) }
    let after = try await csv(program, "report", "states", "--period", "2026-11")
    // The hours are those that were seen; all of them together cost the bill, in won.
    #expect(after.map { Array($0[0...2]) } == before.map { Array($0[0...2]) })
    let cost = after.reduce(Int128(0)) { $0 + (Decimals.parse($1[3], places: 6) ?? 0) }
    #expect(cost == 48 * 32_772_600 * 1_400)
    #expect(Set(after.map { $0[1] }).isSuperset(of: ["busy", "idle"]))
    // What owning saved is what renting the held hours had cost, less the whole bill.
    let lines = try await csv(
      program, "report", "breakeven", "--period", "2026-11", "--by", "site", "--param",
      "rent_per_gpu_hour=10000")
    let held = after.filter { ["busy", "idle", "allocated_unknown"].contains($0[1]) }
      .reduce(Int128(0)) { $0 + (Decimals.parse($1[2], places: 6) ?? 0) }
    let cells = try #require(lines.first)
    let owned = try #require(Decimals.parse(cells[4], places: 6))
    let rented = try #require(Decimals.parse(cells[7], places: 6))
    let saved = try #require(Decimals.parse(cells[8], places: 6))
    #expect(owned == cost && saved == rented - owned)
    #expect((rented - held * 10_000).magnitude <= 10_000 * 20)
  }

  @Test func `the same files change nothing, a changed one changes its part`() async throws {
    let program = try program("format: cur2, path: cur")
    try FileManager.default.createDirectory(
      atPath: program.folder.path + "/cur", withIntermediateDirectories: true)
    try program.write("cur/1.csv", Self.text(Self.month()))
    try program.write(
      "cur/2.csv", Self.text([Self.row(hour: 1, resource: "other", cost: "1")]))
    try await post(program)
    let before = try program.rows("bill_charge") + program.rows("posting")
    let again = try await program.run("collect")
    #expect(again.errors == "collected bill: 0 files of bills, 0 rows; 2 files as before\n")
    #expect(try program.rows("bill_charge") + program.rows("posting") == before)

    try program.write(
      "cur/2.csv", Self.text([Self.row(hour: 1, resource: "other", cost: "2.5")]))
    let changed = try await program.run("collect")
    #expect(changed.errors == "collected bill: 1 files of bills, 1 rows; 1 files as before\n")
    try await post(program)
    let total = try await csv(program, "report", "bills", "--period", "2026-11", "--by", "source")
    #expect(total.map { $0[2] } == ["1607.1792000048"])

    try FileManager.default.removeItem(atPath: program.folder.path + "/cur/2.csv")
    let gone = try await program.run("collect")
    #expect(gone.errors.hasSuffix("1 files as before; 1 files gone\n"))
    try await post(program)
    #expect(
      try await csv(program, "report", "bills", "--period", "2026-11", "--by", "source")
        .map { $0[2] } == ["1604.6792000048"])

    try FileManager.default.removeItem(atPath: program.folder.path + "/cur/1.csv")
    let empty = try await program.run("collect")
    #expect(empty.status == 2)
    #expect(empty.errors.contains("no bill is there any more; what is stored of 1 files stays"))
    #expect(
      try await csv(program, "report", "bills", "--period", "2026-11", "--by", "source").count == 1)
  }

  @Test func `refused rows are listed with their line, the others count`() async throws {
    let program = try program("format: cur2, path: bill.csv")
    try program.write(
      "bill.csv",
      Self.text([
        Self.row(hour: 0, resource: "a", cost: "1"), Self.row(hour: 1, resource: "a", cost: "dear"),
        Self.row(hour: 2, resource: "a", cost: "2"),
      ]))
    let result = try await program.run("collect")
    #expect(result.status == 2)
    #expect(result.errors.contains("bill.csv:3: "))
    #expect(result.errors.contains("'dear'"))
    let rejected = try await csv(
      program, "query", "rejections", "--period", "1970-01-01T00:00Z/1970-01-02T00:00Z")
    #expect(rejected.count == 1)
    let total = try await csv(program, "report", "bills", "--period", "2026-11", "--by", "source")
    #expect(total.map { Array($0[1...2]) } == [["2", "3"]])
  }

  @Test func `only what the newest manifest lists is the bill`() async throws {
    let program = try program("format: cur2, path: export")
    let data = "export/data/BILLING_PERIOD=2026-11"
    let metadata = "export/metadata/BILLING_PERIOD=2026-11"
    for run in ["2026-11-02T00:00:00.000Z-a", "2026-11-03T00:00:00.000Z-b"] {
      for folder in [data, metadata] {
        try FileManager.default.createDirectory(
          atPath: program.folder.path + "/\(folder)/\(run)", withIntermediateDirectories: true)
      }
      let cost = run.hasSuffix("a") ? "1" : "3"
      for part in 1...2 {
        try program.write(
          "\(data)/\(run)/e-0000\(part).csv",
          Self.text([Self.row(hour: part, resource: "a", cost: cost)]))
      }
    }
    func manifest(_ run: String, parts: ClosedRange<Int>) throws {
      let files = parts.map {
        "\"s3://bucket/prefix/data/BILLING_PERIOD=2026-11/\(run)/e-0000\($0).csv\""
      }
      try program.write(
        "\(metadata)/\(run)/e-Manifest.json",
        "{\"dataFiles\": [\(files.joined(separator: ","))]}")
    }
    func total() async throws -> [String] {
      try await csv(program, "report", "bills", "--period", "2026-11", "--by", "source")
        .map { $0[2] }
    }
    try manifest("2026-11-02T00:00:00.000Z-a", parts: 1...2)
    try await post(program)
    #expect(try await total() == ["2"])
    // The newest isn't whole yet: the period stays.
    try await Task.sleep(for: .milliseconds(20))
    try manifest("2026-11-03T00:00:00.000Z-b", parts: 1...3)
    let result = try await program.run("collect")
    #expect(result.status == 2)
    #expect(
      result.errors.contains(
        "its manifest lists prefix/data/BILLING_PERIOD=2026-11/2026-11-03T00:00:00.000Z-b/"
          + "e-00003.csv, which isn't there; what is stored of the period stays"))
    #expect(try await total() == ["2"])
    try await Task.sleep(for: .milliseconds(20))
    try manifest("2026-11-03T00:00:00.000Z-b", parts: 1...2)
    try await post(program)
    #expect(try await total() == ["6"])
  }

  @Test(.enabled(if: RealMoto.isInstalled, "\(RealMoto.absence)"))
  func `a bill in an object store is fetched, and wrong keys are told`() async throws {
    let moto = try await RealMoto()
    try moto.makeBucket("bills")
    try moto.put("/bills/cur/1.csv", Array(Self.text(Self.month()).utf8))
    try moto.put("/bills/cur-old/1.csv", Array("nothing".utf8))
    var program = try program(
      "format: cur2, path: \"s3://bills/cur\", endpoint: \"\(moto.url)\", region: us-east-1")
    program.environment["AWS_ACCESS_KEY_ID"] = ""
    let without = try await program.run("collect")
    #expect(without.status == 2)
    #expect(without.errors.contains("AWS_ACCESS_KEY_ID"), "\(without.errors)")
    program.environment["AWS_ACCESS_KEY_ID"] = "k"
    program.environment["AWS_SECRET_ACCESS_KEY"] = "hunter2"
    try await post(program)
    func billed() async throws -> [String] {
      try await csv(program, "report", "bills", "--period", "2026-11", "--by", "source")
        .map { $0[2] }
    }
    #expect(try await billed() == ["1604.6792000048"])
    let again = try await program.run("collect")
    #expect(again.errors == "collected bill: 0 files of bills, 0 rows; 1 files as before\n")
    let other = Self.text([Self.row(hour: 1, resource: "a", cost: "7")])
    try moto.put("/bills/cur/1.csv", Array(other.utf8))
    try await post(program)
    #expect(try await billed() == ["7"])
    try moto.remove("/bills/cur/1.csv")
    let gone = try await program.run("collect")
    #expect(gone.status == 2 && !gone.errors.contains("hunter2"))
    #expect(gone.errors.contains("no bill is there any more"))
  }

  @Test func `a bill that is replaced after the close is a correction of the open month`()
    async throws
  {
    let program = try program("format: cur2, path: bill.csv")
    try program.write("bill.csv", Self.text(Self.month()))
    try await post(program)
    let closed = try await program.run("close", "2026-11", "--accept-gaps")
    #expect(closed.status == 0 || closed.status == 2, "\(closed.errors)")
    let before = try await csv(program, "report", "chargeback", "--period", "2026-11")
    try program.write("bill.csv", Self.text(Self.month(bucketCost: "0.0123")))
    try await post(program)
    #expect(try await csv(program, "report", "chargeback", "--period", "2026-11") == before)
    let open = try await csv(program, "report", "chargeback", "--period", "2026-12")
    #expect(
      open.map { [$0[1], $0[6], $0[19], $0[21], $0[24]] } == [
        ["unassigned", "AmazonS3", "0.480000", "Correction", "2026-11"]
      ])
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `the FOCUS sample is billed to eleven decimals, and posted to the micro`() async throws {
    let program = try program("format: focus, path: focus.csv.gz")
    let bytes = try SharedData.bytes("focus_1_0_sample.csv.gz")
    try Data(bytes).write(to: URL(fileURLWithPath: program.folder.path + "/focus.csv.gz"))
    try await post(program)
    let months = try await csv(
      program, "report", "bills", "--period", "2024-09-01T00:00+09:00/2024-11-01T00:00+09:00",
      "--by", "source")
    // The sums of its columns, by Python's decimal.
    #expect(
      months == [["bill", "1000", "20.52022672899", "14.97651418586", "20.39090575119", "USD"]])
    var owed: Int128 = 0
    for month in ["2024-09", "2024-10"] {
      for row in try await csv(program, "report", "chargeback", "--period", month) {
        owed += Decimals.parse(row[19], places: 6) ?? 0
      }
    }
    #expect(owed == 14_976_514)
  }
}
