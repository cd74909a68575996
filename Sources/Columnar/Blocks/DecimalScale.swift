/// Measured values as whole numbers of their last decimal place.
package enum DecimalScale {
  /// Exporters print six decimals at most.
  package static let placesMax = 6
  private static let powers: [Double] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
  /// Whole numbers below 2^53 are exact in a Double.
  private static let exactMax = 9_007_199_254_740_992.0

  /// 10 to the power of `places`.
  package static func power(_ places: Int) -> Double { powers[places] }

  /// `values` times 10^places, with the fewest places that give every value back to the bit; nil
  /// where none do.
  package static func scaled(_ values: [Double]) -> (places: Int, numbers: [Int64])? {
    var places = 0
    while places <= placesMax {
      var numbers = [Int64](repeating: 0, count: values.count)
      let power = powers[places]
      var index = 0
      while index < values.count {
        let value = values[index]
        let number = (value * power).rounded()
        guard abs(number) < exactMax else { break }
        let whole = Int64(number)
        // Through the whole number, which knows no negative zero.
        guard (Double(whole) / power).bitPattern == value.bitPattern else { break }
        numbers[index] = whole
        index += 1
      }
      if index == values.count { return (places, numbers) }
      places += 1
    }
    return nil
  }
}
