/// Reads what ``ByteWriter`` wrote; every step is checked against the end.
package struct ByteReader {
  private let bytes: [UInt8]
  package private(set) var offset = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package var isAtEnd: Bool { offset == bytes.count }

  package mutating func byte() throws(ColumnarError) -> UInt8 {
    guard offset < bytes.count else { throw .cut(offset: offset) }
    defer { offset += 1 }
    return bytes[offset]
  }

  package mutating func fixed<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type)
    throws(ColumnarError) -> T
  {
    guard bytes.count - offset >= MemoryLayout<T>.size else { throw .cut(offset: offset) }
    defer { offset += MemoryLayout<T>.size }
    let start = offset
    return bytes.withUnsafeBytes {
      T(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: T.self))
    }
  }

  package mutating func varint() throws(ColumnarError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    let end = bytes.count
    while offset < end {
      let byte = bytes[offset]
      offset += 1
      value |= UInt64(byte & 0x7f) &<< shift
      if byte < 0x80 { return value }
      shift += 7
      guard shift < 64 else { throw .malformed(offset: offset, what: "a number of over 64 bits") }
    }
    throw .cut(offset: offset)
  }

  /// A varint that counts something: at most `limit`.
  package mutating func count(limit: Int) throws(ColumnarError) -> Int {
    let start = offset
    let value = try varint()
    guard value <= UInt64(limit) else {
      throw .malformed(offset: start, what: "a count of \(value), at most \(limit)")
    }
    return Int(value)
  }

  package mutating func signed() throws(ColumnarError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1)
  }

  package mutating func text() throws(ColumnarError) -> String {
    let length = try count(limit: bytes.count - offset)
    defer { offset += length }
    return String(decoding: bytes[offset..<(offset + length)], as: UTF8.self)
  }
}
