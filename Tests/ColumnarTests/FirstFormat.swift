@testable import Columnar

/// Writes columns as format 1 had them, to see that they are still read.
enum FirstFormat {
  static func encode(_ values: [Double], into writer: inout ByteWriter) {
    if let first = values.first, values.allSatisfy({ $0.bitPattern == first.bitPattern }) {
      writer.byte(1)
      writer.fixed(first.bitPattern)
    } else if let (places, numbers) = DecimalScale.scaled(values) {
      writer.byte(2)
      writer.byte(UInt8(places))
      var previous: Int64 = 0
      for number in numbers {
        writer.signed(number &- previous)
        previous = number
      }
    } else {
      writer.byte(3)
      for value in values { writer.fixed(value.bitPattern) }
    }
  }

  static func encode(timestamps: [Int64], into writer: inout ByteWriter) {
    writer.varint(timestamps.count)
    var previous: Int64 = 0
    var step: Int64 = 0
    for time in timestamps {
      writer.signed(time &- previous &- step)
      step = time &- previous
      previous = time
    }
  }
}
