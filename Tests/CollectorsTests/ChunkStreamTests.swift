import Quantities
import TestSupport
import Testing

@testable import Collectors

@Suite struct ChunkStreamTests {
  private static let range = TimeRange(hourZero, hourZero + 3_600_000)

  /// What comes of `bytes` in pieces of `size`.
  private static func streamed(
    _ bytes: [UInt8], size: Int = 1_000, in range: TimeRange = range,
    keeping kept: KeptSamples = .all, samplesMaximum: Int = 1_000_000
  ) throws(StreamFault) -> [RawSeries] {
    let stream = ChunkStream(
      SeriesAssembly(range: range, keeping: kept, samplesMaximum: samplesMaximum))
    // What an earlier attempt left is forgotten.
    [1, 2, 3].withUnsafeBytes { stream.take($0) }
    stream.restart()
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<min(bytes.count, start + size)].withUnsafeBytes { stream.take($0) }
    }
    return try stream.series()
  }

  private static func fault(_ bytes: [UInt8], samplesMaximum: Int = 1_000_000) -> StreamFault? {
    do throws(StreamFault) {
      _ = try streamed(bytes, samplesMaximum: samplesMaximum)
      return nil
    } catch { return error }
  }

  /// A series told so that NaN equals itself.
  private static func bits(_ series: RawSeries) -> [String] {
    series.labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
      + zip(series.timestamps, series.values).map { "\($0):\($1.bitPattern)" }
      + series.ends.map { "\($0) ends" }
  }

  private static func chunk(_ samples: [(Int64, Double)]) -> [UInt8] {
    ChunkWriter.bytes(samples.map { (hourZero.milliseconds + $0.0, $0.1.bitPattern) })
  }

  private static let twoSeries =
    ChunkAnswer.frame([("a", "x"), ("b", "y")], [chunk([(0, 1), (10, 2)])])
    + ChunkAnswer.frame([("a", "x"), ("b", "y")], [chunk([(20, 3)]), chunk([(30, .infinity)])])
    + ChunkAnswer.frame([("a", "z")], [chunk([(0, 7), (10, 7), (20, 7)])])

  @Test func `an answer in pieces of any size is the whole answer`() throws {
    for size in 1...Self.twoSeries.count {
      let series = try Self.streamed(Self.twoSeries, size: size)
      #expect(series.map(\.labels) == [["a": "x", "b": "y"], ["a": "z"]])
      #expect(series.map(\.values) == [[1, 2, 3, .infinity], [7, 7, 7]], "pieces of \(size)")
    }
    #expect(try Self.streamed([]).isEmpty)
  }

  @Test func `an answer cut at any byte is refused, or whole frames are left`() throws {
    var whole = 0
    for length in 1..<Self.twoSeries.count {
      switch Self.fault(Array(Self.twoSeries[..<length])) {
      case .brokenOff(let offset, ""): #expect(offset < length)
      case nil: whole += 1
      case let other: Issue.record("cut at \(length): \(String(describing: other))")
      }
    }
    // HTTP tells that such an answer broke off: chunked bodies have an end of their own.
    #expect(whole == 2)
  }

  @Test func `any bit that is turned over is noticed`() throws {
    let expected = try Self.streamed(Self.twoSeries).map(Self.bits)
    for bit in 0..<(Self.twoSeries.count * 8) {
      var wrong = Self.twoSeries
      wrong[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(Self.fault(wrong) != nil, "bit \(bit), \(expected.count)")
    }
  }

  @Test func `faults are told with their place`() {
    let frame = ChunkAnswer.frame([("a", "x")], [Self.chunk([(0, 1)])])
    var corrupt = frame
    corrupt[frame.count - 1] ^= 1
    let place = "the frame at byte \(frame.count)"
    let table: [([UInt8], String)] = [
      (frame.dropLast(), "the stream of chunks ends within the frame at byte 0"),
      (
        Array("query timed out in expression evaluation\n".utf8),
        "the stream of chunks ends within the frame at byte \(frame.count); the server says "
          + "'query timed out in expression evaluation'"
      ),
      (
        [0xff, 0xff, 0xff, 0xff, 0x7f], "\(place) would be larger than 16777216 bytes"
      ),
      (ChunkAnswer.framed([0x0a, 5, 1]), "\(place) can't be read: a field breaks off"),
      (ChunkAnswer.framed([0x02, 0]), "\(place) can't be read: a field has the number 0"),
      (ChunkAnswer.framed([0x0f]), "\(place) can't be read: a field is of the unknown kind 7"),
      (
        ChunkAnswer.frame([], [], question: 3),
        "\(place) can't be read: it answers question 3 of one"
      ),
      (
        ChunkAnswer.frame([("a", "b")], [[0, 9, 1]]),
        "\(place) can't be read: a chunk of 9 samples ends before its last one"
      ),
      (
        ChunkAnswer.frame([("a", "b")], [[0, 0]], encoding: 4),
        "the server sends chunks of the encoding XOR2 (4), which this version can't read"
      ),
      (
        ChunkAnswer.frame([("a", "b")], [[0, 0]], encoding: 2),
        "the server sends chunks of the encoding HISTOGRAM (2), which this version can't read"
      ),
      (
        ChunkAnswer.frame([("a", "b")], [[0, 0]], encoding: 77),
        "the server sends chunks of the encoding 77, which this version can't read"
      ),
    ]
    for (bytes, expected) in table {
      let isFirst = expected.hasSuffix("byte 0")
      #expect(Self.fault(isFirst ? bytes : frame + bytes)?.description == expected)
    }
    let long = String(repeating: "expanding series: context deadline exceeded ", count: 4)
    let words = Self.fault(frame + Array(long.utf8))?.description
    #expect(words?.contains("has the checksum 0x") == true)
    #expect(words?.contains("the server says 'expanding series: context deadline") == true)
    let stored = frame[1..<5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard case .checksum(0, stored, let computed, "") = Self.fault(corrupt) else {
      Issue.record("a wrong checksum passes")
      return
    }
    #expect(computed != stored)
    let many = StreamFault.tooManySamples(maximum: 6)
    #expect(Self.fault(Self.twoSeries, samplesMaximum: 6) == many)
    #expect(many.description == "more than 6 samples in one answer")
    #expect(Self.fault(Self.twoSeries, samplesMaximum: 7) == nil)
  }

  @Test func `the checksum is that of RFC 3720`() {
    let zeros = [UInt8](repeating: 0, count: 32)
    #expect(zeros.withUnsafeBytes { CRC32C.value(of: $0) } == 0x8a91_36aa)
    let digits = Array("123456789".utf8)
    #expect(digits.withUnsafeBytes { CRC32C.value(of: $0) } == 0xe306_9283)
  }

  @Test func `samples outside the range are left out, markers are kept as ends`() throws {
    let stale = Double(bitPattern: XORDecoder.staleBits)
    let end: Int64 = 3_600_000
    let bytes = ChunkAnswer.frame(
      [("a", "x")],
      [Self.chunk([(-1, 1), (0, 2), (5, .nan), (9, stale), (end - 1, 3), (end, 4)])])
    let series = try #require(try Self.streamed(bytes).first)
    #expect(series.timestamps.map { $0 - hourZero.milliseconds } == [0, 5, end - 1])
    #expect(series.values[0] == 2 && series.values[1].isNaN && series.values[2] == 3)
    #expect(series.ends == [hourZero.milliseconds + 9])
    let onlyEnds = ChunkAnswer.frame([("a", "x")], [Self.chunk([(9, stale)])])
    #expect(try Self.streamed(onlyEnds).isEmpty)
  }

  @Test func `chunks that overlap give each time once, the first that came`() throws {
    let bytes = ChunkAnswer.frame(
      [("a", "x")], [Self.chunk([(0, 1), (20, 2), (40, 3)]), Self.chunk([(10, 4), (20, 9)])])
    let series = try Self.streamed(bytes)
    #expect(series.first?.timestamps.map { $0 - hourZero.milliseconds } == [0, 10, 20, 40])
    #expect(series.first?.values == [1, 4, 2, 3])
  }

  @Test func `of hours the last samples are kept`() throws {
    let hour: Int64 = 3_600_000
    let stale = Double(bitPattern: XORDecoder.staleBits)
    let bytes = ChunkAnswer.frame(
      [("a", "x")],
      [
        Self.chunk([(0, 1), (hour - 1, 2), (hour, 3), (hour + 9, stale)]),
        Self.chunk([(hour - 2, 8), (hour + 5, 4), (3 * hour, 5)]),
      ])
    let range = TimeRange(hourZero, hourZero + 4 * hour)
    var series = try #require(try Self.streamed(bytes, in: range, keeping: .lastOfHours).first)
    series.keepLastOfHours()
    let times = series.timestamps.map { $0 - hourZero.milliseconds }
    #expect(times == [hour - 1, hour + 5, 3 * hour])
    #expect(series.values == [2, 4, 5])
  }
}
