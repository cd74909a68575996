import Columnar

/// Whole numbers in blocks of a fixed length, with nothing else about them.
enum NumberColumn {
  private static let blockLength = 128

  static func encode(_ numbers: [Int64], into writer: inout ByteWriter) {
    var encoder = BlockEncoder()
    var at = 0
    while at < numbers.count {
      let end = min(numbers.count, at + blockLength)
      encoder.append(numbers[at..<end])
      at = end
    }
    writer.varint(encoder.directory.bytes.count)
    writer.append(encoder.directory.bytes)
    writer.append(encoder.data)
  }

  static func decode(
    count: Int, from reader: inout ByteReader, of payload: SegmentPayload
  ) throws(ColumnarError) -> [Int64] {
    let directory = try directory(count: count, from: &reader)
    let start = reader.offset
    try reader.skip(directory.dataCount)
    var numbers = [Int64](repeating: 0, count: count)
    payload.bytes.withUnsafeBufferPointer { bytes in
      numbers.withUnsafeMutableBufferPointer { target in
        guard let source = bytes.baseAddress, let into = target.baseAddress else { return }
        for block in directory.heads.indices {
          let at = block * blockLength
          directory.decode(
            block, count: min(blockLength, count - at), data: source + start, into: into + at)
        }
      }
    }
    return numbers
  }

  /// Goes on after a column.
  static func skip(count: Int, from reader: inout ByteReader) throws(ColumnarError) {
    try reader.skip(try directory(count: count, from: &reader).dataCount)
  }

  private static func directory(count: Int, from reader: inout ByteReader)
    throws(ColumnarError) -> BlockDirectory
  {
    var directory = BlockDirectory()
    let length = try reader.count(limit: reader.remaining)
    let end = reader.offset + length
    var left = count
    while left > 0 {
      try directory.readNumbers(count: min(left, blockLength), from: &reader)
      left -= blockLength
    }
    guard reader.offset == end else {
      throw .malformed(offset: end, what: "a directory of \(length) bytes that ends elsewhere")
    }
    return directory
  }
}
