/// The Castagnoli checksum, as iSCSI has it.
///
/// - Source: RFC 3720, appendix B.4; polynomial 0x1EDC6F41, reflected.
package struct CRC32C {
  private var state: UInt32 = ~0

  package init() {}

  package var value: UInt32 { ~state }

  /// The checksum of `bytes`.
  package static func value(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    var sum = CRC32C()
    sum.update(raw: bytes)
    return sum.value
  }

  package mutating func update(_ bytes: some Sequence<UInt8>) {
    let isWhole: Void? = bytes.withContiguousStorageIfAvailable {
      update(raw: UnsafeRawBufferPointer($0))
    }
    if isWhole == nil { Array(bytes).withUnsafeBytes { update(raw: $0) } }
  }

  /// Takes eight bytes a step, each through a table of its own.
  ///
  /// - Source: Intel's "slicing-by-8": table `n` moves a byte over `n` further zero bytes.
  package mutating func update(raw: UnsafeRawBufferPointer) {
    var state = state
    Self.tables.withUnsafeBufferPointer { tables in
      guard let table = tables.baseAddress else { return }
      var index = 0
      while index &+ 8 <= raw.count {
        let word =
          raw.loadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian ^ UInt64(state)
        // One table for each byte; a loop over them is not unrolled.
        let low =
          table[0x700 &+ Int(word & 0xff)] ^ table[0x600 &+ Int(word &>> 8 & 0xff)]
          ^ table[0x500 &+ Int(word &>> 16 & 0xff)] ^ table[0x400 &+ Int(word &>> 24 & 0xff)]
        let high =
          table[0x300 &+ Int(word &>> 32 & 0xff)] ^ table[0x200 &+ Int(word &>> 40 & 0xff)]
          ^ table[0x100 &+ Int(word &>> 48 & 0xff)] ^ table[Int(word &>> 56)]
        state = low ^ high
        index &+= 8
      }
      while index < raw.count {
        state = table[Int((state ^ UInt32(raw[index])) & 0xff)] ^ state >> 8
        index &+= 1
      }
    }
    self.state = state
  }

  /// Eight tables of 256: the remainder of a byte with 0 to 7 zero bytes after it.
  private static let tables: [UInt32] = {
    var tables: [UInt32] = []
    for index in 0..<256 {
      var value = UInt32(index)
      for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
      tables.append(value)
    }
    for index in 256..<(8 * 256) {
      let before = tables[index - 256]
      tables.append(tables[Int(before & 0xff)] ^ before >> 8)
    }
    return tables
  }()
}
