import Testing

@testable import Collectors

@Suite struct XORDecoderTests {
  private static func decoded(
    _ chunk: [UInt8]
  ) throws(MalformedMessage) -> [(time: Int64, bits: UInt64)] {
    var decoder = XORDecoder()
    let result: Result<Void, MalformedMessage> = chunk.withUnsafeBytes { bytes in
      Result { () throws(MalformedMessage) in try decoder.decode(bytes) }
    }
    try result.get()
    return (0..<decoder.count).map { (decoder.timestamps[$0], decoder.values[$0].bitPattern) }
  }

  private static func told(_ samples: [(time: Int64, bits: UInt64)]) -> [String] {
    samples.map { "\($0.time):\($0.bits)" }
  }

  /// Samples of every width: steady and jumping times, values that stay, change a little, or are
  /// anything.
  private static func samples(
    _ random: inout SeededGenerator, count: Int
  ) -> [(time: Int64, bits: UInt64)] {
    var time = Int64.random(in: -1 << 40...1 << 45, using: &random)
    var bits = UInt64.random(in: 0...UInt64.max, using: &random)
    let widths: [Int64] = [0, 1, 1 << 12, 1 << 13, 1 << 16, 1 << 19, 1 << 30]
    var samples: [(time: Int64, bits: UInt64)] = []
    for _ in 0..<count {
      samples.append((time, bits))
      let width = widths.randomElement(using: &random) ?? 0
      time += 30_000 + Int64.random(in: 0...width, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bits = UInt64.random(in: 0...UInt64.max, using: &random)
      case 1: bits ^= 1 << UInt64.random(in: 0..<64, using: &random)
      case 2: bits = XORDecoder.staleBits
      case 3: bits = Double(Int.random(in: 0...100, using: &random)).bitPattern
      default: break
      }
    }
    return samples
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `random chunks come back as they were written, seed`(seed: UInt64) throws {
    var random = SeededGenerator(state: seed)
    for count in [1, 2, 3, 17, 120, 240] {
      let samples = Self.samples(&random, count: count)
      let found = try Self.decoded(ChunkWriter.bytes(samples))
      #expect(Self.told(found) == Self.told(samples), "\(count) samples")
    }
  }

  /// The range of a width is lopsided: its largest number is positive.
  @Test(arguments: [8_192, 8_193, -8_191, -8_192, 65_536, -65_535, 524_288, -524_287, 524_289])
  func `a change of the step at the edge of its width has its sign`(change: Int64) throws {
    let step: Int64 = 1_000_000
    let samples: [(time: Int64, bits: UInt64)] = [
      (0, 0), (step, 0), (2 * step + change, 1),
    ]
    #expect(Self.told(try Self.decoded(ChunkWriter.bytes(samples))) == Self.told(samples))
  }

  @Test func `a chunk cut at any byte is refused`() throws {
    var random = SeededGenerator(state: 7)
    let whole = ChunkWriter.bytes(Self.samples(&random, count: 120))
    for length in 0..<whole.count {
      let error = #expect(throws: MalformedMessage.self) {
        try Self.decoded(Array(whole[..<length]))
      }
      let expected =
        length < 2 ? "a chunk without a head" : "a chunk of 120 samples ends before its last one"
      #expect(error?.reason == expected)
    }
    #expect(try Self.decoded(whole).count == 120)
    #expect(try Self.decoded([0, 0]).isEmpty)
  }

  @Test func `any bytes at all are read within their bounds`() {
    var random = SeededGenerator(state: 11)
    var refused = 0
    for _ in 0..<3_000 {
      let length = Int.random(in: 0...80, using: &random)
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      do { _ = try Self.decoded(bytes) } catch { refused += 1 }
    }
    #expect(refused > 2_900)
  }
}

/// The generator of seeded tests: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
