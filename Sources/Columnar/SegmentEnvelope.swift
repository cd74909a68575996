import CZlib
import Quantities

/// What a segment says of all its values, so that whoever needs no more needn't decode it.
package struct SegmentFigures: Equatable, Sendable {
  package var count = 0
  package var least = 0.0
  package var most = 0.0
  package var sum = 0.0

  package init() {}

  package mutating func add(_ values: [Double]) {
    guard let first = values.first else { return }
    if count == 0 { (least, most) = (first, first) }
    for value in values {
      least = min(least, value)
      most = max(most, value)
      sum += value
    }
    count += values.count
  }
}

/// What a segment carries: its bytes, after its checksum was found right.
package struct SegmentPayload: Sendable {
  package let version: UInt16
  package let figures: SegmentFigures
  /// `count` bytes, and ``BitPacking/slack`` zeros, which hot loops may read.
  package let bytes: [UInt8]
  package let count: Int
}

/// What every segment is wrapped in: a head that says what it is, and a checksum.
///
/// SegmentFormat.md draws it. All numbers are little-endian. `length` is the size of the payload
/// once unpacked. The CRC-32C covers the payload as stored and all of the head before it.
package enum SegmentEnvelope {
  package static let version: UInt16 = 2
  private static let magic: [UInt8] = Array("GTLY".utf8)
  /// Bytes before the checksum, by version.
  private static let headSizes: [UInt16: Int] = [1: 13, 2: 41]
  private static let checksumSize = 4
  private static let headSizeMin = 17
  /// No payload is larger: a day of a target with 100 GPUs at one sample a second has 70 MB.
  private static let payloadBytesMax = 1 << 30
  /// What a byte unpacks to at most.
  ///
  /// - Source: zlib's technical details: the limit of deflate is 1032 to 1.
  private static let expansionMax = 1_032

  /// Wraps `payload`, packed if that saves at least a tenth.
  package static func seal(
    _ payload: [UInt8], kind: UInt16, figures: SegmentFigures = SegmentFigures()
  ) -> [UInt8] {
    precondition(payload.count <= payloadBytesMax, "BUG: a payload of \(payload.count) bytes")
    let small = deflated(payload)
    let isPacked = small.count * 10 <= payload.count * 9
    let body = isPacked ? small : payload
    var head = ByteWriter()
    head.append(magic)
    head.fixed(version)
    head.fixed(kind)
    head.byte(isPacked ? 2 : 1)
    head.fixed(UInt32(payload.count))
    head.fixed(UInt32(figures.count))
    for figure in [figures.least, figures.most, figures.sum] { head.fixed(figure.bitPattern) }
    var sum = CRC32C()
    sum.update(head.bytes)
    sum.update(body)
    head.fixed(sum.value)
    head.append(body)
    return head.bytes
  }

  /// The payload of a segment, after its checksum was found right.
  package static func open(_ bytes: [UInt8], kind: UInt16) throws(ColumnarError)
    -> SegmentPayload
  {
    guard bytes.count >= headSizeMin else { throw .cut(offset: bytes.count) }
    guard bytes.starts(with: magic) else { throw .notASegment }
    var reader = ByteReader(bytes)
    try reader.skip(magic.count)
    let version = try reader.fixed(UInt16.self)
    let foundKind = try reader.fixed(UInt16.self)
    guard let headSize = headSizes[version] else { throw .unknownVersion(version) }
    let bodyStart = headSize + checksumSize
    guard bytes.count >= bodyStart else { throw .cut(offset: bytes.count) }
    let packed = try reader.byte()
    let length = Int(try reader.fixed(UInt32.self))
    let figures = version == 1 ? SegmentFigures() : try readFigures(&reader)
    let stored = try reader.fixed(UInt32.self)
    var sum = CRC32C()
    sum.update(bytes[..<headSize])
    sum.update(bytes[bodyStart...])
    guard sum.value == stored else {
      throw .checksumMismatch(stored: stored, computed: sum.value)
    }
    guard foundKind == kind else { throw .wrongKind(expected: kind, found: foundKind) }
    guard length <= payloadBytesMax else {
      throw .malformed(offset: 9, what: "a length of \(length)")
    }
    return SegmentPayload(
      version: version, figures: figures,
      bytes: try unpacked(bytes, from: bodyStart, packed: packed, length: length), count: length)
  }

  private static func readFigures(_ reader: inout ByteReader) throws(ColumnarError)
    -> SegmentFigures
  {
    var figures = SegmentFigures()
    figures.count = Int(try reader.fixed(UInt32.self))
    figures.least = Double(bitPattern: try reader.fixed(UInt64.self))
    figures.most = Double(bitPattern: try reader.fixed(UInt64.self))
    figures.sum = Double(bitPattern: try reader.fixed(UInt64.self))
    return figures
  }

  private static func unpacked(
    _ bytes: [UInt8], from start: Int, packed: UInt8, length: Int
  ) throws(ColumnarError) -> [UInt8] {
    let count = bytes.count - start
    switch packed {
    case 1:
      guard count == length else {
        throw .malformed(offset: 9, what: "a length of \(length) for \(count) bytes")
      }
      var result = [UInt8]()
      result.reserveCapacity(length + BitPacking.slack)
      result += bytes[start...]
      result += repeatElement(0, count: BitPacking.slack)
      return result
    case 2:
      guard length <= count * expansionMax else {
        throw .malformed(offset: 9, what: "a length of \(length) for \(count) packed bytes")
      }
      return try inflated(bytes, from: start, length: length)
    default: throw .malformed(offset: 8, what: "packing \(packed), expected 1 or 2")
    }
  }

  private static func deflated(_ payload: [UInt8]) -> [UInt8] {
    var size = compressBound(uLong(payload.count))
    var result = [UInt8](repeating: 0, count: Int(size))
    let code = compress2(&result, &size, payload, uLong(payload.count), Z_DEFAULT_COMPRESSION)
    precondition(code == Z_OK, "BUG: zlib refused \(payload.count) bytes with \(code)")
    result.removeLast(result.count - Int(size))
    return result
  }

  private static func inflated(
    _ bytes: [UInt8], from start: Int, length: Int
  ) throws(ColumnarError) -> [UInt8] {
    var size = uLong(length)
    var result = [UInt8](repeating: 0, count: length + BitPacking.slack)
    let code = bytes.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { target in
        source.baseAddress.map {
          uncompress(target.baseAddress, &size, $0 + start, uLong(bytes.count - start))
        } ?? Z_BUF_ERROR
      }
    }
    guard code == Z_OK, Int(size) == length else {
      throw .malformed(
        offset: start, what: "packed bytes that don't unpack (zlib \(code))")
    }
    return result
  }
}
