/// The Castagnoli checksum, as iSCSI has it.
///
/// - Source: RFC 3720, appendix B.4; polynomial 0x1EDC6F41, reflected.
package struct CRC32C {
  private var state: UInt32 = ~0

  package init() {}

  package var value: UInt32 { ~state }

  package mutating func update(_ bytes: some Sequence<UInt8>) {
    var state = state
    for byte in bytes {
      state = Self.table[Int((state ^ UInt32(byte)) & 0xff)] ^ state >> 8
    }
    self.state = state
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1
    }
  }
}
