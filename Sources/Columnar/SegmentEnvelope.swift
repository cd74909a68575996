import CZlib

/// What every segment is wrapped in: a head that says what it is, and a checksum.
///
///     | magic "GTLY" | version u16 | kind u16 | packed u8 | length u32 | crc32c u32 | payload |
///     0              4             6          8           9            13           17
///
/// All numbers are little-endian. `length` is the size of the payload once unpacked. The CRC-32C
/// covers the payload as stored and the 13 bytes before the checksum. `packed` is 1 for a payload
/// as it is, 2 for one that zlib made smaller.
package enum SegmentEnvelope {
  package static let version: UInt16 = 1
  private static let magic: [UInt8] = Array("GTLY".utf8)
  private static let headSize = 17
  /// No payload is larger: a day of a target with 100 GPUs at one sample a second has 70 MB.
  private static let payloadBytesMax = 1 << 30
  /// What a byte unpacks to at most.
  ///
  /// - Source: zlib's technical details: the limit of deflate is 1032 to 1.
  private static let expansionMax = 1_032

  /// Wraps `payload`, packed if that saves at least a tenth.
  package static func seal(_ payload: [UInt8], kind: UInt16) -> [UInt8] {
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
    var sum = CRC32C()
    sum.update(head.bytes)
    sum.update(body)
    head.fixed(sum.value)
    head.append(body)
    return head.bytes
  }

  /// The payload of a segment, after its checksum was found right.
  package static func open(_ bytes: [UInt8], kind: UInt16) throws(ColumnarError) -> [UInt8] {
    guard bytes.count >= headSize else { throw .cut(offset: bytes.count) }
    guard Array(bytes.prefix(4)) == magic else { throw .notASegment }
    var reader = ByteReader(bytes)
    _ = try reader.fixed(UInt32.self)
    let foundVersion = try reader.fixed(UInt16.self)
    let foundKind = try reader.fixed(UInt16.self)
    let packed = try reader.byte()
    let length = Int(try reader.fixed(UInt32.self))
    let stored = try reader.fixed(UInt32.self)
    var sum = CRC32C()
    sum.update(bytes[..<(headSize - 4)])
    sum.update(bytes[headSize...])
    guard sum.value == stored else {
      throw .checksumMismatch(stored: stored, computed: sum.value)
    }
    guard foundVersion == version else { throw .unknownVersion(foundVersion) }
    guard foundKind == kind else { throw .wrongKind(expected: kind, found: foundKind) }
    guard length <= payloadBytesMax else {
      throw .malformed(offset: 9, what: "a length of \(length)")
    }
    let body = Array(bytes[headSize...])
    switch packed {
    case 1:
      guard body.count == length else {
        throw .malformed(offset: 9, what: "a length of \(length) for \(body.count) bytes")
      }
      return body
    case 2:
      guard length <= body.count * expansionMax else {
        throw .malformed(offset: 9, what: "a length of \(length) for \(body.count) packed bytes")
      }
      return try inflated(body, length: length)
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

  private static func inflated(_ body: [UInt8], length: Int) throws(ColumnarError) -> [UInt8] {
    var size = uLong(length)
    var result = [UInt8](repeating: 0, count: length)
    let code = uncompress(&result, &size, body, uLong(body.count))
    guard code == Z_OK, Int(size) == length else {
      throw .malformed(offset: headSize, what: "packed bytes that don't unpack (zlib \(code))")
    }
    return result
  }
}
