import Testing

@testable import Columnar

@Suite struct `A block of numbers` {
  private static func codec(_ numbers: [Int64]) throws -> (BlockHead, [Int64], bytes: Int) {
    var encoder = BlockEncoder()
    encoder.append(numbers[...])
    let (directory, back) = try decoded(encoder, count: numbers.count)
    return (directory.heads[0], back, encoder.directory.bytes.count + encoder.data.count)
  }

  private static func decoded(_ encoder: BlockEncoder, count: Int, isDouble: Bool = false)
    throws(ColumnarError) -> (BlockDirectory, [Int64])
  {
    var directory = BlockDirectory()
    var reader = ByteReader(encoder.directory.bytes)
    if isDouble {
      try directory.readDoubles(count: count, from: &reader)
    } else {
      try directory.readNumbers(count: count, from: &reader)
    }
    #expect(reader.isAtEnd)
    #expect(directory.dataCount == encoder.data.count)
    let data = encoder.data + [UInt8](repeating: 0xff, count: BitPacking.slack)
    var back = [Int64](repeating: -1, count: count)
    data.withUnsafeBufferPointer { source in
      back.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let into = target.baseAddress else { return }
        directory.decode(0, count: count, data: from, into: into)
      }
    }
    return (directory, back)
  }

  /// Numbers, the codec that is smallest for them, its width, and the most bytes that it may take.
  private static let shapes: [(BlockHead.Codec, Int, Int, [Int64])] = [
    (.frame, 0, 2, [7, 7, 7, 7]),
    (.frame, 0, 10, [-9_007_199_254_740_991]),
    (.frame, 4, 63, (0..<120).map { 80 + $0 * 7 % 16 }),
    (.delta, 0, 8, (0..<120).map { 1_000_000 + $0 * 30_000 }),
    (.delta, 2, 37, (0..<120).map { 1_000_000 + $0 * 30_000 + $0 % 2 }),
    (.runs, 17, 14, [Int64](repeating: 4, count: 60) + [Int64](repeating: 80_000, count: 60)),
    (.patched, 2, 44, (0..<120).map { $0 == 50 || $0 == 90 ? 1_000_000 : 96 + $0 * 7 % 4 }),
    (.patched, 2, 44, (0..<120).map { $0 == 50 || $0 == 90 ? 0 : 96 + $0 * 7 % 4 }),
  ]

  @Test(arguments: shapes)
  func `takes the codec that is smallest for it`(
    codec: BlockHead.Codec, width: Int, bytesMax: Int, numbers: [Int64]
  ) throws {
    let (head, back, bytes) = try Self.codec(numbers)
    #expect(back == numbers)
    #expect(head.codec == codec)
    #expect(head.width == width)
    #expect(bytes <= bytesMax)
  }

  @Test func `comes back for 20,000 random ones of every shape`() throws {
    var seen: Set<BlockHead.Codec> = []
    for seed in 1...20_000 as ClosedRange<UInt64> {
      let numbers = Self.random(seed: seed)
      let (head, back, _) = try Self.codec(numbers)
      seen.insert(head.codec)
      #expect(back == numbers, "seed \(seed)")
      if back != numbers { return }
    }
    #expect(seen == [.frame, .delta, .runs, .patched])
  }

  private static func random(seed: UInt64) -> [Int64] {
    var numbers = SeededNumbers(seed: seed)
    let count = Int.random(in: 1...300, using: &numbers)
    let span = Int64(1) << Int64.random(in: 0...53, using: &numbers)
    let base = Int64.random(in: -(1 << 52)...(1 << 52), using: &numbers)
    let far = Int.random(in: 2...100, using: &numbers)
    let isSticky = Bool.random(using: &numbers)
    let slope = Int64.random(in: -1_000...1_000, using: &numbers)
    var last: Int64 = 0
    return (0..<count).map { index in
      if isSticky, Int.random(in: 0..<20, using: &numbers) > 0 { return last }
      last =
        base / 2 + slope * Int64(index) + Int64.random(in: 0..<max(1, span / 4), using: &numbers)
      if index % far == 1 { last = Int64.random(in: -(1 << 52)...(1 << 52), using: &numbers) }
      return last
    }
  }

  @Test(arguments: 0...57) func `packs every width`(width: Int) {
    let most: UInt64 = width == 0 ? 0 : ~0 >> UInt64(64 - width)
    let values = (0..<131).map { (UInt64($0) &* 0x9e37_79b9_7f4a_7c15) & most } + [most, 0]
    var packed: [UInt8] = []
    BitPacking.pack(values, width: width, into: &packed)
    #expect(packed.count == BitPacking.byteCount(values.count, width: width))
    packed += [UInt8](repeating: 0xff, count: BitPacking.slack)
    var back = [Int64](repeating: -1, count: values.count)
    packed.withUnsafeBufferPointer { source in
      back.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let into = target.baseAddress else { return }
        BitPacking.unpack(from, count: values.count, width: width, base: 5, into: into)
      }
    }
    #expect(back == values.map { Int64(bitPattern: $0) &+ 5 })
  }

  private static let doubles: [(BlockHead.Codec, [Double])] = [
    (.exclusiveOr, [1.1]), (.exclusiveOr, [0, -0.0, 0]), (.exclusiveOr, [.nan, .nan]),
    (.exclusiveOr, [1, 1.5, 1.25, 1.75]), (.plain, [1, -0.1 - 0.2, 1e300]),
    (.plain, [.infinity, .leastNonzeroMagnitude, -.greatestFiniteMagnitude]),
    (.plain, [0, Double(bitPattern: 0xfff0_0000_0000_0001)]),
  ]

  @Test(arguments: doubles)
  func `keeps doubles to the bit`(codec: BlockHead.Codec, values: [Double]) throws {
    var encoder = BlockEncoder()
    let bits = values.map(\.bitPattern)
    encoder.append(bits: bits[...])
    let (directory, back) = try Self.decoded(encoder, count: values.count, isDouble: true)
    #expect(back.map { UInt64(bitPattern: $0) } == bits)
    #expect(directory.heads[0].codec == codec)
  }
}

@Suite struct `Decimals` {
  private static let whole = 9_007_199_254_740_992.0
  private static let rows: [(Int?, [Double])] = [
    (0, []), (0, [0, 0]), (0, [-3, 4, whole - 1]), (1, [0.5, 1_000_000]), (3, [61.204, 350]),
    (6, [0.1, 0.25, 99.999_999]), (nil, [0, -0.0]), (nil, [.nan]), (nil, [1, .infinity]),
    (nil, [1, 0.1 + 0.2]), (nil, [1, whole]), (nil, [0.123_456_7, 1]),
    (nil, [1, .leastNonzeroMagnitude]),
  ]

  @Test(arguments: rows)
  func `are whole numbers of the fewest places that give them back`(
    places: Int?, values: [Double]
  ) {
    let scaled = DecimalScale.scaled(values)
    #expect(scaled?.places == places)
    guard let scaled else { return }
    let power = DecimalScale.power(scaled.places)
    #expect(
      scaled.numbers.map { (Double($0) / power).bitPattern } == values.map(\.bitPattern))
  }

  @Test func `come back to the bit for a million readings as exporters print them`() {
    var numbers = SeededNumbers(seed: 7)
    for places in [0, 3, 6] {
      let power = DecimalScale.power(places)
      let values = (0..<333_334).map { _ in
        Double(Int64.random(in: 0...80_000_000, using: &numbers)) / power
      }
      guard let scaled = DecimalScale.scaled(values) else {
        Issue.record("no places fit")
        return
      }
      #expect(scaled.places == places)
      let isSame = zip(scaled.numbers, values).allSatisfy { Double($0) / power == $1 }
      #expect(isSame)
    }
  }
}
