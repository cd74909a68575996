/// An exact fraction, in lowest terms, with a positive denominator.
struct Fraction: Hashable, Comparable {
  let numerator: Int128
  let denominator: Int128

  static let zero = Fraction(0)

  init(_ numerator: Int128, over denominator: Int128 = 1) {
    precondition(denominator > 0, "BUG: a denominator must be positive, got \(denominator)")
    var (a, b) = (numerator < 0 ? -numerator : numerator, denominator)
    while b != 0 { (a, b) = (b, a % b) }
    self.numerator = numerator / a
    self.denominator = denominator / a
  }

  /// The largest whole number that is not above a fraction that isn't negative.
  var floor: Int128 { numerator / denominator }

  /// The nearest whole number, of two the even one.
  var nearest: Int128 {
    let rest = self - Fraction(floor)
    let half = Fraction(1, over: 2)
    if rest == half { return floor % 2 == 0 ? floor : floor + 1 }
    return rest < half ? floor : floor + 1
  }

  static func + (left: Self, right: Self) -> Self {
    Self(
      left.numerator * right.denominator + right.numerator * left.denominator,
      over: left.denominator * right.denominator)
  }

  static func - (left: Self, right: Self) -> Self {
    left + Self(-right.numerator, over: right.denominator)
  }

  static func * (left: Self, right: Self) -> Self {
    Self(left.numerator * right.numerator, over: left.denominator * right.denominator)
  }

  static func < (left: Self, right: Self) -> Bool {
    left.numerator * right.denominator < right.numerator * left.denominator
  }

  /// Whole parts of `total` in proportion to `weights`: each is rounded down, and what is left
  /// goes one each to those that lost most, the earlier ones first.
  static func parts(of total: Int128, by weights: [Fraction]) -> [Int128] {
    let sum = weights.reduce(.zero, +)
    guard sum > .zero else { return weights.map { _ in 0 } }
    let exact = weights.map {
      Fraction(total) * $0 * Fraction(sum.denominator, over: sum.numerator)
    }
    var whole = exact.map(\.floor)
    let order = weights.indices.sorted { one, other in
      let (lost, otherLost) = (
        exact[one] - Fraction(whole[one]), exact[other] - Fraction(whole[other])
      )
      return lost == otherLost ? one < other : lost > otherLost
    }
    let left = total - whole.reduce(0, +)
    for index in order.prefix(Int(left)) { whole[index] += 1 }
    return whole
  }
}
