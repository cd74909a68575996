/// Bytes of a segment in the making. All numbers are little-endian.
package struct ByteWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func byte(_ value: UInt8) { bytes.append(value) }

  package mutating func fixed(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Seven bits a byte, lowest first, the high bit set on all but the last.
  package mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  package mutating func varint(_ value: Int) { varint(UInt64(value)) }

  /// A signed number as a varint, small for small distances from zero (zig-zag).
  package mutating func signed(_ value: Int64) {
    varint(UInt64(bitPattern: value &<< 1 ^ value &>> 63))
  }

  package mutating func text(_ value: String) {
    varint(value.utf8.count)
    bytes.append(contentsOf: value.utf8)
  }

  package mutating func append(_ other: [UInt8]) { bytes.append(contentsOf: other) }
}
