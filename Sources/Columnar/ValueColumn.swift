/// Measured values, kept to the last bit in the smallest of a few forms.
///
///     | codec u8 | what the codec needs |
///
/// Codec 1: one value for all rows, 8 bytes. Codec 2: decimal places u8, then the values times
/// 10^places as varints of their differences; only where each value comes back to the bit.
/// Codec 3: each value's 8 bytes. Codec numbers are never reused, 0 is never valid.
package enum ValueColumn {
  /// Exporters print six decimals at most.
  private static let placesMax = 6
  private static let powers: [Double] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
  /// Whole numbers below 2^53 are exact in a Double.
  private static let exactMax = 9_007_199_254_740_992.0

  package static func encode(_ values: [Double], into writer: inout ByteWriter) {
    if let first = values.first, values.allSatisfy({ $0.bitPattern == first.bitPattern }) {
      writer.byte(1)
      writer.fixed(first.bitPattern)
    } else if let places = decimalPlaces(values) {
      writer.byte(2)
      writer.byte(UInt8(places))
      var previous: Int64 = 0
      for value in values {
        let whole = Int64((value * powers[places]).rounded())
        writer.signed(whole &- previous)
        previous = whole
      }
    } else {
      writer.byte(3)
      for value in values { writer.fixed(value.bitPattern) }
    }
  }

  package static func decode(count: Int, from reader: inout ByteReader) throws(ColumnarError)
    -> [Double]
  {
    let at = reader.offset
    var values: [Double] = []
    switch try reader.byte() {
    case 1:
      values = Array(repeating: Double(bitPattern: try reader.fixed(UInt64.self)), count: count)
    case 2:
      let places = Int(try reader.byte())
      guard places <= placesMax else {
        throw .malformed(offset: at + 1, what: "\(places) decimal places")
      }
      guard count <= reader.remaining else { throw .cut(offset: reader.offset) }
      values.reserveCapacity(count)
      let power = powers[places]
      var whole: Int64 = 0
      for _ in 0..<count {
        whole &+= try reader.signed()
        values.append(Double(whole) / power)
      }
    case 3:
      guard count <= reader.remaining / 8 else { throw .cut(offset: reader.offset) }
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(Double(bitPattern: try reader.fixed(UInt64.self))) }
    case let codec: throw .malformed(offset: at, what: "codec \(codec)")
    }
    return values
  }

  /// The fewest decimal places that give every value back to the bit, nil where none do.
  private static func decimalPlaces(_ values: [Double]) -> Int? {
    var places = 0
    for value in values {
      while !isExact(value, places: places) {
        places += 1
        if places > placesMax { return nil }
      }
    }
    // A value that needed few places may not be exact with the many of a later one.
    return values.allSatisfy { isExact($0, places: places) } ? places : nil
  }

  private static func isExact(_ value: Double, places: Int) -> Bool {
    let scaled = (value * powers[places]).rounded()
    guard abs(scaled) < exactMax else { return false }
    return (Double(Int64(scaled)) / powers[places]).bitPattern == value.bitPattern
  }
}
