/// Divisors and multiples that whole numbers have in common.
enum Divisors {
  static func greatestCommon<Number: BinaryInteger>(_ left: Number, _ right: Number) -> Number {
    var (a, b) = (left, right)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }

  static func leastCommonMultiple(_ left: Int128, _ right: Int128) -> Int128 {
    left / greatestCommon(left, right) * right
  }
}
