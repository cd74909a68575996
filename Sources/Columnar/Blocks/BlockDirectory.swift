/// The heads of a column's blocks, read without touching the packed numbers.
package struct BlockDirectory: Sendable {
  package private(set) var heads: [BlockHead] = []
  /// Run lengths, and places and distances of patches.
  private var extras: [Int64] = []
  private var lastBase: Int64 = 0
  private var offset = 0

  package init() {}

  /// The bytes of data that the blocks read so far have.
  package var dataCount: Int { offset }

  /// Begins the blocks of another line.
  package mutating func begin() { lastBase = 0 }

  /// Reads the head of a block of `count` whole numbers.
  package mutating func readNumbers(count: Int, from reader: inout ByteReader)
    throws(ColumnarError)
  {
    let at = reader.offset
    let byte = try reader.byte()
    guard let codec = BlockHead.Codec(rawValue: byte >> 6), Int(byte & 63) <= BitPacking.widthMax
    else { throw .malformed(offset: at, what: "block \(byte)") }
    var head = BlockHead(
      codec: codec, width: Int(byte & 63), base: lastBase &+ (try reader.signed()))
    lastBase = head.base
    let start = extras.count
    switch codec {
    case .delta: head.step = try reader.signed()
    case .runs: try readRuns(count: count, from: &reader)
    case .patched: try readPatches(count: count, from: &reader)
    case .frame, .exclusiveOr, .plain: break
    }
    head.extras = start..<extras.count
    add(head, count: count)
  }

  /// Reads the head of a block of `count` doubles.
  package mutating func readDoubles(count: Int, from reader: inout ByteReader)
    throws(ColumnarError)
  {
    let at = reader.offset
    switch try reader.byte() {
    case BlockHead.Codec.plain.rawValue:
      add(BlockHead(codec: .plain, width: 64, base: 0), count: count)
    case BlockHead.Codec.exclusiveOr.rawValue:
      let width = Int(try reader.byte())
      let zeros = Int(try reader.byte())
      guard width <= BitPacking.widthMax, width + zeros <= 64, zeros < 64 else {
        throw .malformed(offset: at, what: "\(width) bits before \(zeros)")
      }
      var head = BlockHead(
        codec: .exclusiveOr, width: width,
        base: Int64(bitPattern: try reader.fixed(UInt64.self)))
      head.step = Int64(zeros)
      add(head, count: count)
    case let codec: throw .malformed(offset: at, what: "block \(codec) of doubles")
    }
  }

  private mutating func add(_ head: BlockHead, count: Int) {
    var head = head
    head.offset = offset
    offset += head.byteCount(of: count)
    heads.append(head)
  }

  private mutating func readRuns(count: Int, from reader: inout ByteReader)
    throws(ColumnarError)
  {
    let at = reader.offset
    let runs = try reader.count(limit: count)
    guard runs > 0 else { throw .malformed(offset: at, what: "no runs") }
    var left = count
    for _ in 1..<runs {
      let length = try reader.count(limit: left - 1)
      guard length > 0 else { throw .malformed(offset: at, what: "an empty run") }
      extras.append(Int64(length))
      left -= length
    }
    extras.append(Int64(left))
  }

  private mutating func readPatches(count: Int, from reader: inout ByteReader)
    throws(ColumnarError)
  {
    var place = 0
    for _ in 0..<(try reader.count(limit: count)) {
      place += try reader.count(limit: count - 1 - place)
      extras.append(Int64(place))
      extras.append(try reader.signed())
    }
  }

  /// Writes the numbers of block `index` to `target`; of doubles their bits.
  ///
  /// - Parameters:
  ///   - count: as it was when the head was read.
  ///   - data: the column's packed numbers, ``dataCount`` bytes and ``BitPacking/slack`` after.
  package func decode(
    _ index: Int, count: Int, data: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<Int64>
  ) {
    let head = heads[index]
    let source = data + head.offset
    switch head.codec {
    case .frame where head.width == 0: target.update(repeating: head.base, count: count)
    case .frame:
      BitPacking.unpack(source, count: count, width: head.width, base: head.base, into: target)
    case .patched:
      BitPacking.unpack(source, count: count, width: head.width, base: head.base, into: target)
      var extra = head.extras.lowerBound
      while extra < head.extras.upperBound {
        target[Int(extras[extra])] = head.base &+ extras[extra + 1]
        extra += 2
      }
    case .delta:
      target[0] = head.base
      BitPacking.unpack(
        source, count: count - 1, width: head.width, base: head.step, into: target + 1)
      var at = 1
      while at < count {
        target[at] = target[at] &+ target[at - 1]
        at &+= 1
      }
    case .runs: decodeRuns(head, source, into: target)
    case .exclusiveOr:
      target[0] = head.base
      BitPacking.unpack(source, count: count - 1, width: head.width, base: 0, into: target + 1)
      var at = 1
      while at < count {
        target[at] = target[at] &<< head.step ^ target[at - 1]
        at &+= 1
      }
    case .plain:
      UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count * 8)
    }
  }

  private func decodeRuns(
    _ head: BlockHead, _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<Int64>
  ) {
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: head.extras.count) { numbers in
      guard let first = numbers.baseAddress else { return }
      BitPacking.unpack(
        source, count: numbers.count, width: head.width, base: head.base, into: first)
      var at = target
      for (run, extra) in head.extras.enumerated() {
        let length = Int(extras[extra])
        at.update(repeating: first[run], count: length)
        at += length
      }
    }
  }
}
