/// Reads what ``ByteWriter`` wrote; every step is checked against the end.
package struct ByteReader {
  private let bytes: [UInt8]
  private let end: Int
  package private(set) var offset = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    end = bytes.count
  }

  package init(_ payload: SegmentPayload) {
    bytes = payload.bytes
    end = payload.count
  }

  package var isAtEnd: Bool { offset == end }

  /// How many bytes are left: whatever takes a byte at least, there are no more of it.
  package var remaining: Int { end - offset }

  /// Goes on after `count` bytes more.
  package mutating func skip(_ count: Int) throws(ColumnarError) {
    guard count <= remaining else { throw .cut(offset: end) }
    offset += count
  }

  package mutating func byte() throws(ColumnarError) -> UInt8 {
    guard offset < end else { throw .cut(offset: offset) }
    defer { offset += 1 }
    return bytes[offset]
  }

  package mutating func fixed<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type)
    throws(ColumnarError) -> T
  {
    guard end - offset >= MemoryLayout<T>.size else { throw .cut(offset: offset) }
    defer { offset += MemoryLayout<T>.size }
    let start = offset
    return bytes.withUnsafeBytes {
      T(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: T.self))
    }
  }

  package mutating func varint() throws(ColumnarError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    let start = offset
    while offset < end {
      let byte = bytes[offset]
      offset += 1
      guard shift < 63 || byte <= 1 else {
        throw .malformed(offset: start, what: "a number of over 64 bits")
      }
      value |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw .cut(offset: offset)
  }

  /// A varint that counts something: at most `limit`, none at all where that is negative.
  package mutating func count(limit: Int) throws(ColumnarError) -> Int {
    let start = offset
    let value = try varint()
    guard limit >= 0, value <= UInt64(limit) else {
      throw .malformed(offset: start, what: "a count of \(value), at most \(limit)")
    }
    return Int(value)
  }

  package mutating func signed() throws(ColumnarError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1)
  }

  package mutating func text() throws(ColumnarError) -> String {
    let length = try count(limit: remaining)
    guard length <= remaining else { throw .cut(offset: offset) }
    defer { offset += length }
    return String(decoding: bytes[offset..<(offset + length)], as: UTF8.self)
  }
}
