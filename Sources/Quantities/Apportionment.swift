/// Splitting a whole into whole parts, so that the parts sum to the whole.
package enum Apportionment {
  /// Splits `total` in proportion to `weights` by largest remainder.
  ///
  /// Each part is first rounded towards zero; the units that are left go one each to the parts
  /// with the largest remainders, earlier parts first where remainders are equal.
  ///
  /// - Precondition: no weight is negative; `total` times any weight fits Int128.
  /// - Returns: one part for each weight, or nil if all weights are zero and `total` is not.
  /// - Complexity: O(n log n).
  package static func split(_ total: Int128, by weights: [Int128]) -> [Int128]? {
    var sum: Int128 = 0
    for weight in weights {
      precondition(weight >= 0, "BUG: a negative weight, got \(weight)")
      sum += weight
    }
    guard sum > 0 else { return total == 0 ? weights.map { _ in 0 } : nil }
    let sign: Int128 = total < 0 ? -1 : 1
    let size = total * sign
    var parts = [Int128](repeating: 0, count: weights.count)
    var remainders = [Int128](repeating: 0, count: weights.count)
    var left = size
    for index in weights.indices {
      let (quotient, remainder) = (size * weights[index]).quotientAndRemainder(dividingBy: sum)
      parts[index] = quotient
      remainders[index] = remainder
      left -= quotient
    }
    if left > 0 {
      let order = weights.indices.sorted {
        remainders[$0] != remainders[$1] ? remainders[$0] > remainders[$1] : $0 < $1
      }
      for index in order.prefix(Int(left)) { parts[index] += 1 }
    }
    return sign == 1 ? parts : parts.map { -$0 }
  }

  /// Splits `total` in proportion to `weights` by largest remainder, as for wider numbers.
  ///
  /// - Precondition: no weight is negative; the weights sum to an Int64.
  /// - Returns: one part for each weight, or nil if all weights are zero and `total` is not.
  /// - Complexity: O(n log n).
  package static func split(_ total: Int64, by weights: [Int64]) -> [Int64]? {
    var sum: Int64 = 0
    for weight in weights {
      precondition(weight >= 0, "BUG: a negative weight, got \(weight)")
      sum += weight
    }
    guard sum > 0 else { return total == 0 ? weights.map { _ in 0 } : nil }
    let size = total.magnitude
    let divisor = sum.magnitude
    var parts = [UInt64](repeating: 0, count: weights.count)
    var rests: [(remainder: UInt64, index: Int)] = []
    rests.reserveCapacity(weights.count)
    var left = size
    for (index, weight) in weights.enumerated() {
      // No weight is more than the sum, so that the quotient is at most `size`.
      let (quotient, remainder) = divisor.dividingFullWidth(
        size.multipliedFullWidth(by: weight.magnitude))
      parts[index] = quotient
      left -= quotient
      if remainder > 0 { rests.append((remainder, index)) }
    }
    if left > 0 {
      // What is left is the sum of the remainders over the divisor: there are more of them.
      rests.sort {
        $0.remainder != $1.remainder ? $0.remainder > $1.remainder : $0.index < $1.index
      }
      for rest in rests.prefix(Int(left)) { parts[rest.index] += 1 }
    }
    return parts.map { total < 0 ? -Int64($0) : Int64($0) }
  }
}

/// Integer division with its rounding named.
package enum Rounding {
  /// The quotient rounded to the nearest whole, ties to the even one.
  ///
  /// - Precondition: `divisor` is positive.
  package static func halfEven(_ dividend: Int128, dividedBy divisor: Int128) -> Int128 {
    precondition(divisor > 0, "BUG: a divisor must be positive, got \(divisor)")
    var (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    if remainder < 0 {
      quotient -= 1
      remainder += divisor
    }
    let twice = remainder * 2
    if twice > divisor || (twice == divisor && quotient & 1 == 1) { quotient += 1 }
    return quotient
  }

  /// `value` times `factor` over `divisor`, rounded as above; the product may need 256 bits.
  ///
  /// - Precondition: `factor` is not negative, `divisor` is positive.
  /// - Returns: nil where the quotient leaves Int128.
  package static func halfEven(
    _ value: Int128, times factor: Int128, dividedBy divisor: Int128
  ) -> Int128? {
    precondition(factor >= 0, "BUG: a factor must not be negative, got \(factor)")
    precondition(divisor > 0, "BUG: a divisor must be positive, got \(divisor)")
    let product = value.magnitude.multipliedFullWidth(by: factor.magnitude)
    let size = divisor.magnitude
    guard product.high < size else { return nil }
    var (quotient, remainder) = size.dividingFullWidth(product)
    // The divisor has 127 bits, so that twice the remainder fits.
    let twice = remainder * 2
    if twice > size || (twice == size && quotient & 1 == 1) { quotient += 1 }
    return Int128(exactly: quotient).map { value < 0 ? -$0 : $0 }
  }
}
