/// The Castagnoli checksum of a frame, eight bytes at a step.
///
/// - Source: RFC 3720, appendix B.4; polynomial 0x1EDC6F41, reflected. The eight tables are those
///   of Intel's "slicing-by-8": table `n` moves a byte over `n` further zero bytes.
enum FrameChecksum {
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for index in 0..<256 {
      tables[index] = (0..<8).reduce(UInt32(index)) { value, _ in
        value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1
      }
    }
    for index in 256..<tables.count {
      let shorter = tables[index - 256]
      tables[index] = tables[Int(shorter & 0xff)] ^ shorter >> 8
    }
    return tables
  }()

  /// - Complexity: O(n), about a nanosecond for two bytes.
  static func value(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    tables.withUnsafeBufferPointer { tables in
      var state: UInt32 = ~0
      var index = 0
      while index &+ 8 <= bytes.count {
        let word = UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        let mixed = word ^ UInt64(state)
        var next: UInt32 = 0
        var byte = 0
        while byte < 8 {
          next ^= tables[(7 &- byte) &* 256 &+ Int(mixed &>> UInt64(byte &* 8) & 0xff)]
          byte &+= 1
        }
        state = next
        index &+= 8
      }
      while index < bytes.count {
        state = tables[Int((state ^ UInt32(bytes[index])) & 0xff)] ^ state >> 8
        index &+= 1
      }
      return ~state
    }
  }
}
