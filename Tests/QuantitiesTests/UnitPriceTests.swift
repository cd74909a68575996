import Testing

@testable import Quantities

@Suite struct UnitPriceTests {
  @Test(
    arguments: [
      (3_250_000_000, 3_600_000, "3250"), (19_920_000, 28_800_000, "2.49"),
      (18_260_000, 26_400_000, "2.49"), (19_920_001, 28_800_000, "2.490000125"),
      (1, 3_600_000, "0.000001"), (0, 3_600_000, "0"), (1, 1, "3.6"),
      (1_000_000, 10_800_000, "0.3333333333"),
      (9_000_000_000_000_000_000, 3_600_000, "9000000000000"),
    ] as [(Int64, Int64, String)])
  func `a price is the shortest that gives the amount`(
    micros: Int64, milliseconds: Int64, price: String
  ) {
    #expect(UnitPrice.text(micros: micros, milliseconds: milliseconds) == price)
  }

  @Test func `without time, or below zero, there is no price`() {
    #expect(UnitPrice.text(micros: 1, milliseconds: 0) == nil)
    #expect(UnitPrice.text(micros: -1, milliseconds: 3_600_000) == nil)
  }

  @Test(
    arguments: [
      (3_600_000, "1"), (1, "0.000000277778"), (0, "0"), (-5_400_000, "-1.5"),
      (26_400_000, "7.333333333333"),
    ] as [(Int64, String)])
  func `hours have the digits that a price needs`(milliseconds: Int64, hours: String) {
    #expect(GPUTime.exactHours(milliseconds) == hours)
  }

  @Test(
    arguments: [
      ("3250", 3_600_000, "3250"), ("2.49", 26_400_000, "18.259999999999"),
      ("0.3333333333", 10_800_000, "0.9999999999"), ("3250", -1_800_000, "-1625"),
    ] as [(String, Int64, String)])
  func `hours at a price cost their product`(price: String, milliseconds: Int64, cost: String) {
    #expect(UnitPrice.cost(at: price, milliseconds: milliseconds) == cost)
  }

  @Test func `what is no price or too much costs nothing that could be said`() {
    #expect(UnitPrice.cost(at: "dear", milliseconds: 1) == nil)
    #expect(UnitPrice.cost(at: "0.0000000000000001", milliseconds: 1) == nil)
    #expect(UnitPrice.cost(at: "999999999999999999", milliseconds: .max) == nil)
  }

  @Test func `price times hours is the amount to a billionth, whatever they are`() throws {
    var state: UInt64 = 7
    func random(_ bound: UInt64) -> Int64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int64((state >> 11) % bound)
    }
    for _ in 0..<2_000 {
      let micros = random(10_000_000_000_000)
      let milliseconds = random(40_000_000_000) + 1
      let price = try #require(UnitPrice.text(micros: micros, milliseconds: milliseconds))
      let cost = try #require(UnitPrice.cost(at: price, milliseconds: milliseconds))
      let picos = try #require(Decimals.parse(cost, places: 12))
      let off = (picos - Int128(micros) * 1_000_000).magnitude
      #expect(off <= UInt128(max(1_000, min(500_000, micros / 1_000))), "\(micros) \(milliseconds)")
    }
  }
}
