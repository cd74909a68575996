/// Whole numbers in a fixed number of bits each, lowest bit first, without gaps between them.
package enum BitPacking {
  /// With a byte's start up to seven bits off, a number must fit what one 8-byte load brings.
  package static let widthMax = 57
  /// How many bytes after the packed ones a reader may touch.
  package static let slack = 8

  /// The bits that `value` needs: 0 for 0.
  package static func width(of value: UInt64) -> Int { 64 - value.leadingZeroBitCount }

  /// The bytes that `count` numbers of `width` bits fill.
  package static func byteCount(_ count: Int, width: Int) -> Int { (count * width + 7) >> 3 }

  /// Appends `values`, each in `width` bits, to `bytes`.
  package static func pack(_ values: [UInt64], width: Int, into bytes: inout [UInt8]) {
    if width == 0 { return }
    var buffer: UInt64 = 0
    var filled = 0
    for value in values {
      buffer |= value &<< UInt64(filled)
      filled += width
      while filled >= 8 {
        bytes.append(UInt8(truncatingIfNeeded: buffer))
        buffer = buffer &>> 8
        filled -= 8
      }
    }
    if filled > 0 { bytes.append(UInt8(truncatingIfNeeded: buffer)) }
  }

  /// Writes `count` numbers, each `base` and what is packed at `source`, to `target`.
  ///
  /// - Precondition: `source` has ``slack`` readable bytes after the packed ones.
  /// - Complexity: one unaligned load, a shift and a mask a number; no branch on values.
  package static func unpack(
    _ source: UnsafePointer<UInt8>, count: Int, width: Int, base: Int64,
    into target: UnsafeMutablePointer<Int64>
  ) {
    let raw = UnsafeRawPointer(source)
    let mask: UInt64 = width == 0 ? 0 : ~0 &>> UInt64(64 &- width)
    var bit = 0
    var index = 0
    while index < count {
      let word = raw.loadUnaligned(fromByteOffset: bit &>> 3, as: UInt64.self).littleEndian
      target[index] = base &+ Int64(bitPattern: (word &>> UInt64(bit & 7)) & mask)
      bit &+= width
      index &+= 1
    }
  }
}
