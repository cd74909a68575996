/// Divisors and multiples that whole numbers have in common.
package enum Divisors {
  package static func greatestCommon<Number: BinaryInteger>(_ left: Number, _ right: Number)
    -> Number
  {
    var (a, b) = (left, right)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }

  package static func leastCommonMultiple<Number: BinaryInteger>(
    _ left: Number, _ right: Number
  ) -> Number {
    left / greatestCommon(left, right) * right
  }
}
