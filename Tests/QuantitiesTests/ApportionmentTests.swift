import Quantities
import Testing

@Suite struct ApportionmentTests {
  @Test(
    arguments: [
      (100, [1, 1, 1], [34, 33, 33]), (-100, [1, 1, 1], [-34, -33, -33]), (0, [3, 0], [0, 0]),
      (0, [0, 0], [0, 0]), (5, [0, 0], nil), (5, [], nil), (0, [], []), (7, [0, 2, 0], [0, 7, 0]),
      (10, [6, 3, 1], [6, 3, 1]), (2, [1, 1, 1], [1, 1, 0]), (1, [1, 2, 2], [0, 1, 0]),
      (1_000_000_000_000, [1, 2], [333_333_333_333, 666_666_666_667]),
    ] as [(Int128, [Int128], [Int128]?)])
  func `a whole is split by largest remainder`(
    total: Int128, weights: [Int128], parts: [Int128]?
  ) {
    #expect(Apportionment.split(total, by: weights) == parts)
    let narrow = Apportionment.split(Int64(total), by: weights.map { Int64($0) })
    #expect(narrow?.map { Int128($0) } == parts)
  }

  @Test(arguments: 1...20)
  func `parts sum to the whole and are within one of their share`(seed: Int) throws {
    var state = UInt64(seed)
    func next(_ bound: Int128) -> Int128 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int128(state >> 16) % bound
    }
    let total = next(1_000_000_000_000)
    let weights = (0...next(50)).map { _ in next(1_000_000) } + [1]
    let parts = try #require(Apportionment.split(total, by: weights))
    #expect(parts.reduce(0, +) == total, "seed \(seed)")
    let narrow = Apportionment.split(Int64(total), by: weights.map { Int64($0) })
    #expect(narrow?.map { Int128($0) } == parts, "seed \(seed)")
    let sum = weights.reduce(0, +)
    for (part, weight) in zip(parts, weights) {
      let difference = part * sum - total * weight
      #expect(-sum < difference && difference < sum, "seed \(seed)")
    }
  }

  @Test(
    arguments: [
      (3, 2, 2), (5, 2, 2), (-3, 2, -2), (-5, 2, -2), (1, 2, 0), (-1, 2, 0), (7, 3, 2), (8, 3, 3),
      (-7, 3, -2), (-8, 3, -3), (6, 3, 2), (0, 9, 0), (5, 10, 0), (15, 10, 2), (25, 10, 2),
    ] as [(Int128, Int128, Int128)])
  func `a quotient is rounded half to even`(
    dividend: Int128, divisor: Int128, quotient: Int128
  ) {
    #expect(Rounding.halfEven(dividend, dividedBy: divisor) == quotient)
  }
}
