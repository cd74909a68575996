/// Writes blocks of one column: heads into a directory, packed numbers into the data.
package struct BlockEncoder {
  package private(set) var directory = ByteWriter()
  package private(set) var data: [UInt8] = []
  /// The base of the column's last block of whole numbers: the next one is near it.
  private var lastBase: Int64 = 0

  package init() {}

  /// Begins the blocks of another line.
  package mutating func begin(_ form: UInt8) {
    directory.byte(form)
    lastBase = 0
  }

  /// Writes whole numbers in the smallest codec, of equal ones the first.
  ///
  /// - Parameter values: between -2^53 and 2^53, one at least.
  package mutating func append(_ values: ArraySlice<Int64>) {
    let plan = BlockPlan(values)
    let best = plan.candidates.min { $0.bytes < $1.bytes }
    precondition(best != nil, "BUG: a block without a codec")
    guard let head = best?.head else { return }
    directory.byte(head.codec.rawValue << 6 | UInt8(head.width))
    directory.signed(head.base &- lastBase)
    lastBase = head.base
    switch head.codec {
    case .frame:
      pack(values.map { UInt64(bitPattern: $0 &- head.base) }, head)
    case .delta:
      directory.signed(head.step)
      pack(
        zip(values.dropFirst(), values).map { UInt64(bitPattern: $0 &- $1 &- head.step) }, head)
    case .runs:
      let runs = plan.runs
      directory.varint(runs.count)
      for run in runs.dropLast() { directory.varint(run.length) }
      pack(runs.map { UInt64(bitPattern: $0.value &- head.base) }, head)
    case .patched:
      let limit = UInt64(1) << UInt64(head.width)
      let far = values.indices.filter { UInt64(bitPattern: values[$0] &- head.base) >= limit }
      directory.varint(far.count)
      var at = values.startIndex
      for index in far {
        directory.varint(index - at)
        directory.signed(values[index] &- head.base)
        at = index
      }
      pack(values.map { Self.near($0 &- head.base, limit) }, head)
    case .exclusiveOr, .plain: preconditionFailure("BUG: doubles among whole numbers")
    }
  }

  /// Writes the bits of doubles.
  package mutating func append(bits: ArraySlice<UInt64>) {
    let changes = zip(bits.dropFirst(), bits).map { $0 ^ $1 }
    let all = changes.reduce(0, |)
    let zeros = all == 0 ? 0 : all.trailingZeroBitCount
    let width = BitPacking.width(of: all >> UInt64(zeros))
    guard width <= BitPacking.widthMax, let first = bits.first else {
      directory.byte(BlockHead.Codec.plain.rawValue)
      for one in bits { withUnsafeBytes(of: one.littleEndian) { data.append(contentsOf: $0) } }
      return
    }
    directory.byte(BlockHead.Codec.exclusiveOr.rawValue)
    directory.byte(UInt8(width))
    directory.byte(UInt8(zeros))
    directory.fixed(first)
    BitPacking.pack(changes.map { $0 >> UInt64(zeros) }, width: width, into: &data)
  }

  private mutating func pack(_ numbers: [UInt64], _ head: BlockHead) {
    BitPacking.pack(numbers, width: head.width, into: &data)
  }

  private static func near(_ distance: Int64, _ limit: UInt64) -> UInt64 {
    let bits = UInt64(bitPattern: distance)
    return bits < limit ? bits : 0
  }
}

/// The codecs that a block of whole numbers could have, with their sizes.
struct BlockPlan {
  private let values: ArraySlice<Int64>
  private let low: Int64
  private let high: Int64
  let runs: [(value: Int64, length: Int)]

  init(_ values: ArraySlice<Int64>) {
    self.values = values
    low = values.min() ?? 0
    high = values.max() ?? 0
    var runs: [(value: Int64, length: Int)] = []
    if low != high {
      for value in values {
        if let last = runs.last, last.value == value {
          runs[runs.count - 1].length += 1
        } else {
          runs.append((value, 1))
        }
      }
    }
    self.runs = runs
  }

  /// - Unit: bytes of head and data, less what all codecs need.
  var candidates: [(head: BlockHead, bytes: Int)] {
    let width = BitPacking.width(of: UInt64(bitPattern: high &- low))
    let whole = BlockHead(codec: .frame, width: width, base: low)
    if width == 0 { return [(whole, 0)] }
    var result = [(whole, BitPacking.byteCount(values.count, width: width))]
    if let delta { result.append(delta) }
    if runs.count * 3 < values.count {
      let lengths = runs.reduce(1) { $0 + ($1.length < 128 ? 1 : 2) }
      result.append(
        (
          BlockHead(codec: .runs, width: width, base: low),
          lengths + BitPacking.byteCount(runs.count, width: width)
        ))
    }
    if let patched = patched(width: width) { result.append(patched) }
    return result
  }

  private var delta: (BlockHead, Int)? {
    guard let first = values.first, values.count > 1 else { return nil }
    var least = Int64.max
    var most = Int64.min
    var previous = first
    for value in values.dropFirst() {
      least = min(least, value &- previous)
      most = max(most, value &- previous)
      previous = value
    }
    let width = BitPacking.width(of: UInt64(bitPattern: most &- least))
    guard width <= BitPacking.widthMax else { return nil }
    var head = BlockHead(codec: .delta, width: width, base: first)
    head.step = least
    return (head, 2 + BitPacking.byteCount(values.count - 1, width: width))
  }

  /// The width that most numbers fit, where those that don't are few enough to pay.
  ///
  /// Of each width the window is taken that holds the most numbers, found on the sorted ones.
  private func patched(width: Int) -> (BlockHead, Int)? {
    guard width > 2, values.count > 8 else { return nil }
    let sorted = values.sorted()
    let count = sorted.count
    /// Of a number that doesn't fit: a byte for its place, and its own.
    let cost = 1 + (width + 8) / 7
    var best: (BlockHead, Int)?
    var candidate = width - 1
    while candidate >= 0 {
      let span = Int64(1) << Int64(candidate)
      var (from, to, most, base) = (0, 0, 0, low)
      while to < count {
        while sorted[to] &- sorted[from] >= span { from += 1 }
        to += 1
        if to - from > most { (most, base) = (to - from, sorted[from]) }
      }
      if (count - most) * 4 > count { break }
      let bytes =
        1 + (count - most) * cost + BitPacking.byteCount(count, width: candidate)
      if best.map({ bytes < $0.1 }) ?? true {
        best = (BlockHead(codec: .patched, width: candidate, base: base), bytes)
      }
      candidate -= 1
    }
    return best
  }
}
