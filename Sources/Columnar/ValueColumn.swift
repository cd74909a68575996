/// Measured values as segments of format 1 have them; nothing writes them any more.
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
}
