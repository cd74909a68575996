import Quantities
import TestSupport
import Testing

@testable import Collectors

/// What a Prometheus 2.42 was asked and answered.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct RemoteReadGoldenTests {
  private static let folder = "prometheus_2.42_golden/"

  private static func streamed(_ bytes: [UInt8], size: Int) throws(StreamFault) -> [RawSeries] {
    let stream = ChunkStream(
      SeriesAssembly(
        range: TimeRange(milliseconds: 0..<2_000_000_000_000), samplesMaximum: 1_000))
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<min(bytes.count, start + size)].withUnsafeBytes { stream.take($0) }
    }
    return try stream.series()
  }

  @Test func `the request is the recorded one to the byte`() throws {
    let selector = Selector([
      LabelMatcher("__name__", .matching, "DCGM_FI_DEV_GPU_UTIL|weird")
    ])
    let recorded = try SharedData.bytes(Self.folder + "read_streamed.request.pb")
    var reader = recorded.withUnsafeBytes { Array($0) }
    // The times of the recording stand in the first two fields of the query.
    let numbers = Array(reader[3..<16])
    reader = []
    let times = Self.times(numbers)
    let request = ReadRequest(
      selector: selector, range: TimeRange(milliseconds: times[0]..<(times[1] + 1)))
    #expect(request.message == recorded)
    let block = SnappyBlock.literal(request.message)
    #expect(Self.unpacked(block) == recorded)
    let recordedBlock = try SharedData.bytes(Self.folder + "read_streamed.request.snappy")
    #expect(Self.unpacked(recordedBlock) == recorded)
  }

  /// The literals of a snappy block, whose length takes one byte.
  private static func unpacked(_ block: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = block.dropFirst()
    while let tag = rest.popFirst() {
      let length = tag >> 2 == 60 ? Int(rest.popFirst() ?? 0) : Int(tag >> 2)
      bytes += rest.prefix(length + 1)
      rest = rest.dropFirst(length + 1)
    }
    return bytes
  }

  /// The two numbers after a byte of key each.
  private static func times(_ bytes: [UInt8]) -> [Int64] {
    var times: [Int64] = []
    var number: Int64 = 0
    var shift: Int64 = 0
    for byte in bytes {
      number |= Int64(byte & 0x7f) << shift
      shift += 7
      if byte < 0x80 {
        if number != 16 { times.append(number) }
        number = 0
        shift = 0
      }
    }
    return times
  }

  @Test func `the recorded answer is read in pieces of any size`() throws {
    let bytes = try SharedData.bytes(Self.folder + "read_streamed.response.bin")
    for size in [1, 2, 3, 7, 64, 599, 600, 601, 5_000] {
      let series = try Self.streamed(bytes, size: size)
      let utilization = series.filter { $0["__name__"] == "DCGM_FI_DEV_GPU_UTIL" }
      #expect(utilization.map { $0["UUID"] } == ["GPU-aaaa", "GPU-bbbb"])
      #expect(utilization.map(\.values.count) == [13, 3])
      #expect(
        utilization[0].values.first == 35 && utilization[0].values.suffix(4) == [98, 4, 11, 18])
      #expect(utilization[1].values == [92, 90, 91] && utilization[1].ends.count == 1)
      #expect(utilization.allSatisfy { $0["cluster"] == "lab-a" })
    }
  }

  @Test func `the recorded answer is what the query said, but for the external label`() throws {
    let read = try Self.streamed(
      try SharedData.bytes(Self.folder + "read_streamed.response.bin"), size: 512)
    let asked = try PrometheusAnswer(
      try SharedData.bytes(Self.folder + "query_range_selector.json")
    ).series
    let external = try #require(
      ExternalLabels.compared(
        read: read.filter { $0["__name__"] == "DCGM_FI_DEV_GPU_UTIL" }, asked: asked))
    #expect(external == ["cluster": "lab-a"])
    let bare = read.map(ExternalLabels(labels: external).removed)
    for series in asked {
      let same = try #require(bare.first { $0.labels == series.labels })
      let times = Set(series.timestamps)
      let within = zip(same.timestamps, same.values).filter { times.contains($0.0) }
      #expect(within.map(\.0) == series.timestamps && within.map(\.1) == series.values)
    }
    let weird = try PrometheusAnswer(try SharedData.bytes(Self.folder + "query_weird.json")).series
    for series in weird {
      let same = try #require(bare.first { $0.labels == series.labels })
      let value = try #require(series.values.last)
      #expect(same.values.last == value || (same.values.last?.isNaN == true && value.isNaN))
    }
  }

  @Test func `the recorded answer cut at any byte is refused between frames alone`() throws {
    let bytes = try SharedData.bytes(Self.folder + "read_streamed.response.bin")
    var ends = 0
    for length in 1..<bytes.count {
      do throws(StreamFault) {
        _ = try Self.streamed(Array(bytes[..<length]), size: 100)
        ends += 1
      } catch {
        guard case .brokenOff = error else {
          Issue.record("cut at \(length): \(error)")
          continue
        }
      }
    }
    #expect(ends < 10)
  }

  @Test func `any bit of the recorded answer that is turned over is noticed`() throws {
    let bytes = try SharedData.bytes(Self.folder + "read_streamed.response.bin")
    for bit in 0..<(bytes.count * 8) {
      var wrong = bytes
      wrong[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: StreamFault.self) { try Self.streamed(wrong, size: 700) }
    }
  }
}
