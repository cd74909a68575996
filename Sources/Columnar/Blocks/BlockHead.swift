/// What a column's directory says of one block: how its numbers are packed, and where.
package struct BlockHead: Equatable, Sendable {
  /// The codecs of a block. The numbers are stored and never reused.
  package enum Codec: UInt8, Sendable {
    /// Each number's distance from `base`.
    case frame = 0
    /// The first number is `base`; then each difference's distance from `step`.
    case delta = 1
    /// Runs of one number: the distances of their numbers from `base`, and their lengths.
    case runs = 2
    /// As ``frame``, but some numbers, which would need more bits, stand in the directory.
    case patched = 3
    /// Bits of doubles: the first is `base`, then each one's difference (exclusive or) from the
    /// one before, without the `step` zero bits at its end that all of them have.
    case exclusiveOr = 4
    /// Bits of doubles as they are.
    case plain = 5
  }

  package var codec: Codec
  /// - Unit: bits a number.
  package var width: Int
  package var base: Int64
  package var step: Int64 = 0
  /// Where the block's packed numbers begin, from the start of the column's data.
  package var offset = 0
  /// The part of the column's `extras` that is this block's: run lengths, or places and numbers.
  package var extras: Range<Int> = 0..<0

  package init(codec: Codec, width: Int, base: Int64) {
    self.codec = codec
    self.width = width
    self.base = base
  }

  /// Whether all numbers are `base`.
  package var isConstant: Bool { codec == .frame && width == 0 }

  /// How many numbers of `count` are packed in the data.
  package func packedCount(of count: Int) -> Int {
    switch codec {
    case .frame, .patched, .plain: count
    case .delta, .exclusiveOr: max(0, count - 1)
    case .runs: extras.count
    }
  }

  /// The bytes of data that the block has.
  package func byteCount(of count: Int) -> Int {
    codec == .plain ? count * 8 : BitPacking.byteCount(packedCount(of: count), width: width)
  }
}
