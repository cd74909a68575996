/// Reads chunks of the encoding XOR: timestamps as differences of differences, values as the bits
/// that changed.
///
/// - Source: Prometheus, tsdb/chunkenc/xor.go and tsdb/docs/format/chunks.md.
struct XORDecoder {
  /// What a scrape that found nothing writes in place of a value: a NaN of its own.
  ///
  /// - Source: Prometheus, model/value/value.go, `StaleNaN`. A measured NaN has other bits.
  static let staleBits: UInt64 = 0x7ff0_0000_0000_0002

  /// So that a sample may be read past the end before that is noticed.
  ///
  /// - Source: the longest sample takes 4 + 64 bits of time and 13 + 64 of value, the first two
  ///   ten bytes more; a look takes nine bytes.
  private static let paddingBytes = 64

  /// Unit: milliseconds UTC. - Shape: the first `count` are those of the last chunk.
  private(set) var timestamps: [Int64] = []
  private(set) var values: [Double] = []
  private(set) var count = 0
  /// Whether the last chunk has a marker of staleness.
  private(set) var hasStale = false
  /// Whether the last chunk's timestamps rise strictly.
  private(set) var isRising = true

  private var padded: [UInt8] = []

  /// Reads one chunk.
  ///
  /// - Throws: where it ends before its last sample, or a sample can't be.
  mutating func decode(_ chunk: UnsafeRawBufferPointer) throws(MalformedMessage) {
    guard chunk.count >= 2 else { throw MalformedMessage(reason: "a chunk without a head") }
    count = Int(chunk[0]) << 8 | Int(chunk[1])
    if timestamps.count < count {
      timestamps = [Int64](repeating: 0, count: count)
      values = [Double](repeating: 0, count: count)
    }
    let needed = chunk.count + Self.paddingBytes
    if padded.count < needed { padded = [UInt8](repeating: 0, count: needed * 2) }
    let count = count
    var bits = BitWalk(end: chunk.count * 8)
    let isWhole = padded.withUnsafeMutableBytes { bytes in
      bytes.copyMemory(from: chunk)
      guard let base = bytes.baseAddress else { return false }
      return timestamps.withUnsafeMutableBufferPointer { timestamps in
        values.withUnsafeMutableBufferPointer { values in
          bits.walk(UnsafeRawPointer(base), count, timestamps, values)
        }
      }
    }
    hasStale = bits.hasStale
    isRising = bits.isRising
    if !isWhole {
      self.count = 0
      throw MalformedMessage(reason: "a chunk of \(count) samples ends before its last one")
    }
  }
}

/// The walk over one chunk's bits. Positions are bits from the chunk's beginning.
private struct BitWalk {
  let end: Int
  var hasStale = false
  var isRising = true
  private var position = 16

  init(end: Int) { self.end = end }

  /// - Shape: `timestamps` and `values` have room for `count`; `base` can be read for the padding
  ///   beyond `end`.
  /// - Returns: whether all samples were there.
  mutating func walk(
    _ base: UnsafeRawPointer, _ count: Int, _ timestamps: UnsafeMutableBufferPointer<Int64>,
    _ values: UnsafeMutableBufferPointer<Double>
  ) -> Bool {
    if count == 0 { return true }
    guard let times = timestamps.baseAddress, let numbers = values.baseAddress,
      let first = unsignedNumber(base)
    else { return false }
    var time = Int64(bitPattern: first >> 1) ^ -Int64(bitPattern: first & 1)
    var value = Self.bits(base, position)
    position += 64
    times[0] = time
    numbers[0] = Double(bitPattern: value)
    var isStale = value == XORDecoder.staleBits
    var delta: Int64 = 0
    // Leading and trailing zero bits of the last difference, as one width and one shift.
    var width: UInt64 = 64
    var shift: UInt64 = 0
    var isOrdered = true
    var at = position
    var index = 1
    while index < count {
      if at > end { return false }
      if index == 1 {
        position = at
        guard let step = unsignedNumber(base) else { return false }
        delta = Int64(bitPattern: step)
        at = position
      } else {
        delta &+= Self.secondDifference(base, &at)
      }
      time &+= delta
      isOrdered = isOrdered && delta > 0
      let look = Self.bits(base, at)
      if Int64(bitPattern: look) >= 0 {
        at &+= 1
      } else {
        if look & 1 << 62 == 0 {
          at &+= 2
        } else {
          let leading = look &>> 57 & 31
          width = look &>> 51 & 63
          if width == 0 { width = 64 }
          if leading &+ width > 64 { return false }
          shift = 64 &- leading &- width
          at &+= 13
        }
        value ^= (Self.bits(base, at) &>> (64 &- width)) &<< shift
        at &+= Int(truncatingIfNeeded: width)
      }
      times[index] = time
      numbers[index] = Double(bitPattern: value)
      isStale = isStale || value == XORDecoder.staleBits
      index &+= 1
    }
    hasStale = isStale
    isRising = isOrdered
    return at <= end
  }

  /// The 64 bits from `position` on.
  @inline(__always)
  private static func bits(_ base: UnsafeRawPointer, _ position: Int) -> UInt64 {
    let byte = position &>> 3
    let shift = UInt64(truncatingIfNeeded: position & 7)
    let word = UInt64(bigEndian: base.loadUnaligned(fromByteOffset: byte, as: UInt64.self))
    let next = UInt64(base.load(fromByteOffset: byte &+ 8, as: UInt8.self))
    return word &<< shift | next >> (8 &- shift)
  }

  /// By how much the distance of two timestamps changed.
  @inline(__always)
  private static func secondDifference(_ base: UnsafeRawPointer, _ at: inout Int) -> Int64 {
    let look = bits(base, at)
    if Int64(bitPattern: look) >= 0 {
      at &+= 1
      return 0
    }
    let size: UInt64
    switch (~look).leadingZeroBitCount {
    case 1: size = 14
    case 2: size = 17
    case 3: size = 20
    default:
      let whole = bits(base, at &+ 4)
      at &+= 68
      return Int64(bitPattern: whole)
    }
    // A prefix of one, two or three ones and a zero stands before 14, 17 or 20 bits.
    let prefix = (size &- 8) / 3
    let raw = (look &<< prefix) &>> (64 &- size)
    at &+= Int(truncatingIfNeeded: prefix &+ size)
    // The largest number of these bits is itself, not its negative: the range is lopsided.
    let isNegative = raw > 1 &<< (size &- 1)
    return Int64(bitPattern: isNegative ? raw &- 1 &<< size : raw)
  }

  /// A number of seven bits a byte, lowest first; it need not begin at a byte.
  private mutating func unsignedNumber(_ base: UnsafeRawPointer) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while shift < 64 {
      if position > end { return nil }
      let byte = Self.bits(base, position) >> 56
      position += 8
      if shift == 63, byte > 1 { return nil }
      value |= (byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    return nil
  }
}
