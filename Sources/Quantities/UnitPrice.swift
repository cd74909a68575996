/// The price of a GPU-hour, or of another unit, that an amount and a quantity come to.
package enum UnitPrice {
  /// Digits after the point that a price may have.
  package static let placesMax = 15

  /// How far price times hours may be from the amount: a billionth of it, half a micro at most.
  ///
  /// - Unit: picos.
  /// - Source: focus-validator 2.2.1 compares products with a tolerance of a billionth, of one where
  ///   they are smaller; half of that is left to whoever multiplies binary fractions.
  private static func tolerance(of micros: Int128) -> Int128 {
    min(500_000, max(1_000, micros / 1_000)) / 2
  }

  /// The shortest decimal that, times the hours of ``GPUTime/exactHours(_:)``, gives the amount.
  ///
  /// - Returns: nil where there is no time, and where the amount is negative.
  package static func text(micros: Int64, milliseconds: Int64) -> String? {
    text(micros: micros, picoUnits: GPUTime.picoHours(milliseconds))
  }

  /// The shortest decimal that, times a quantity, gives the amount.
  ///
  /// - Parameter picoUnits: the quantity, in 1e-12 of its unit.
  /// - Returns: nil where there is none of it, and where the amount is negative.
  package static func text(micros: Int64, picoUnits hours: Int128) -> String? {
    guard hours > 0, micros >= 0 else { return nil }
    let tolerance = tolerance(of: Int128(micros))
    var text: String?
    // Picos of the amount, in units of the last digit of the price.
    var amount = Int128(micros) * Money.picosPerMicro
    var scale: Int128 = 1
    for places in 0...placesMax {
      let price = Rounding.halfEven(amount, dividedBy: hours)
      text = Decimals.text(price, places: places, trimmed: true)
      let (product, isTooLarge) = price.multipliedReportingOverflow(by: hours)
      guard !isTooLarge, (product - amount).magnitude > (tolerance * scale).magnitude else {
        return text
      }
      let (next, isNextTooLarge) = amount.multipliedReportingOverflow(by: 10)
      guard !isNextTooLarge else { return text }
      amount = next
      scale *= 10
    }
    return text
  }

  /// What the hours of ``GPUTime/exactHours(_:)`` cost at a price, as decimal text with up to twelve
  /// places.
  ///
  /// - Returns: nil where `price` is no decimal with ``placesMax`` places, or the product is too large.
  package static func cost(at price: String, milliseconds: Int64) -> String? {
    cost(at: price, picoUnits: GPUTime.picoHours(milliseconds))
  }

  /// What a quantity costs at a price, as decimal text with up to twelve places.
  ///
  /// - Parameter picoUnits: the quantity, in 1e-12 of its unit.
  /// - Returns: nil as above.
  package static func cost(at price: String, picoUnits: Int128) -> String? {
    guard let units = Decimals.parse(price, places: placesMax) else { return nil }
    let (product, isTooLarge) = units.multipliedReportingOverflow(by: picoUnits)
    guard !isTooLarge else { return nil }
    let picos = Rounding.halfEven(product, dividedBy: 1_000_000_000_000_000)
    return Decimals.text(picos, places: 12, trimmed: true)
  }
}
