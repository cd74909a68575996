import Columnar
import GRDB
import Quantities
import Records
import Testing

@testable import Store

@Suite struct `A target's day in columns` {
  private static func frames(seed: UInt64) -> [SampleFrame] {
    var random = RandomWindows(seed: seed, hourCount: 3)
    return random.hours().flatMap(\.frames)
  }

  private static func decoded(_ columns: [EncodedColumn]) throws(ColumnarError) -> SampleFrame {
    try FrameCodec.decode(
      target: "t", columns: columns.map { (metric: $0.metric, bytes: $0.bytes) })
  }

  /// Decodes the columns, the summary too.
  private static func decodedWhole(_ columns: [EncodedColumn]) throws(ColumnarError) {
    _ = try decoded(columns)
    _ = try FrameCodec.summary(of: columns.map { (metric: $0.metric, bytes: $0.bytes) })
  }

  /// A small day with two metrics and all there is to name.
  private static var small: SampleFrame {
    let entity = GPUEntity(
      uuid: "GPU-1", instance: 0, slices: 3, model: "NVIDIA H100 80GB HBM3", host: "node-1")
    let workload = WorkloadKey(kind: .pod, namespace: "ml", name: "train-0", uid: "u-1")
    return SampleFrame(
      target: "t",
      points: [Metric.gpuUtilization, .powerUsage].map { metric in
        SeriesPoints(
          key: SeriesKey(metric: metric, entity: entity, workload: workload),
          timestamps: [1_000, 2_000, 4_000], values: [1, 2.5, 0.1 + 0.2])
      })
  }

  @Test(arguments: 1...100 as ClosedRange<UInt64>)
  func `comes back, and gives the same bytes again`(seed: UInt64) throws {
    for frame in Self.frames(seed: seed) {
      let columns = FrameCodec.encode(frame)
      let back = try FrameCodec.decode(
        target: frame.target,
        columns: columns.reversed().map { (metric: $0.metric, bytes: $0.bytes) })
      #expect(back == frame, "seed \(seed)")
      #expect(FrameCodec.encode(back) == columns, "seed \(seed)")
      #expect(columns.reduce(0) { $0 + $1.samples } == frame.sampleCount, "seed \(seed)")
    }
  }

  /// Bytes of format 1 as they were first written. They never change: a new format has its own.
  private static let formatOne = [
    "47544c5901000100013d000000254b83f5" + "03d00f00d00f" + "01054750552d310104"
      + "154e5649444941204831303020383047422048424d33" + "066e6f64652d31"
      + "0101026d6c" + "07747261696e2d30" + "03752d31",
    "47544c5901000200011f0000004b1e2636" + "01000101000303"
      + "000000000000f03f" + "0000000000000440" + "343333333333d33f",
  ]

  @Test func `of format 1 is read for ever`() throws {
    let bytes = Self.formatOne.map { text in
      let digits = text.compactMap { $0.hexDigitValue.map { UInt8($0) } }
      return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
    let columns = [(metric: 0, bytes: bytes[0])] + [1, 4].map { (metric: $0, bytes: bytes[1]) }
    #expect(try FrameCodec.decode(target: "t", columns: columns) == Self.small)
  }

  /// A small day that sums can tell.
  private static var plain: SampleFrame {
    let entity = GPUEntity(uuid: "GPU-1", instance: nil, slices: nil, model: "H100", host: "n")
    let workload = WorkloadKey(kind: .pod, namespace: "ml", name: "train-0", uid: "u-1")
    return SampleFrame(
      target: "t",
      points: [
        (Metric.gpuUtilization, [0, 97, 5.5]), (.powerUsage, [61.204, 350, 0.1 + 0.2]),
      ].map { metric, values in
        SeriesPoints(
          key: SeriesKey(metric: metric, entity: entity, workload: workload),
          timestamps: [3_570_000, 3_600_000, 3_630_000], values: values)
      })
  }

  @Test func `cut at any byte of any column is refused`() {
    let columns = FrameCodec.encode(Self.plain)
    #expect(columns.map(\.metric) == [0, 1, 4, 255])
    for (number, column) in columns.enumerated() {
      for length in column.bytes.indices {
        var cut = columns
        cut[number] = EncodedColumn(
          metric: column.metric, samples: 3, bytes: Array(column.bytes.prefix(length)))
        #expect(throws: ColumnarError.self, "column \(number) cut at byte \(length)") {
          try Self.decodedWhole(cut)
        }
      }
    }
  }

  /// The payloads themselves, so that the checks behind the checksum are reached.
  @Test func `cut or changed at any byte under a right checksum never traps`() throws {
    let columns = FrameCodec.encode(Self.plain)
    for (number, column) in columns.enumerated() {
      let kind = FrameCodec.kind(of: column.metric)
      let opened = try SegmentEnvelope.open(column.bytes, kind: kind)
      let payload = Array(opened.bytes.prefix(opened.count))
      func tries(_ payload: [UInt8]) -> Bool {
        var changed = columns
        changed[number] = EncodedColumn(
          metric: column.metric, samples: 3, bytes: SegmentEnvelope.seal(payload, kind: kind))
        return (try? Self.decodedWhole(changed)) != nil
      }
      for length in payload.indices { #expect(!tries(Array(payload.prefix(length)))) }
      #expect(!tries(payload + [0]))
      for place in payload.indices {
        for value in [0, 1, 0x7f, 0x80, 0xff] as [UInt8] {
          var changed = payload
          changed[place] = value
          _ = tries(changed)
        }
      }
    }
  }

  @Test func `without its frame, or with another's, is refused`() {
    let columns = FrameCodec.encode(Self.small)
    #expect(throws: ColumnarError.malformed(offset: 0, what: "no frame column")) {
      try Self.decoded(Array(columns.dropFirst()))
    }
    let empty = FrameCodec.encode(SampleFrame(target: "t", timestamps: [], series: []))
    #expect(
      throws: ColumnarError.malformed(offset: 4, what: "a directory of 2 bytes that ends elsewhere")
    ) {
      try Self.decoded(empty + columns.dropFirst())
    }
    let strange = EncodedColumn(metric: 99, samples: 0, bytes: [])
    #expect(throws: ColumnarError.malformed(offset: 0, what: "metric 99")) {
      try Self.decoded(columns + [strange])
    }
  }

  @Test func `that is broken in the store is named with what to do`() throws {
    let fixture = try StoreFixture()
    try fixture.collect(
      CollectedWindow(range: StoreFixture.hours(0..<1), frames: [frame("t1", minutes: [1, 2])]))
    try fixture.store.write {
      try $0.execute(sql: "UPDATE segment SET bytes = zeroblob(9) WHERE metric = 1")
    }
    let error = #expect(throws: StoreError.self) { try fixture.frame(of: "t1") }
    #expect(
      error?.description
        == "samples of source 'prometheus', target 't1', day 2026-11-23, column "
        + "'gpuUtilization': the bytes end at offset 9, in the middle of a value; collect that "
        + "day again with 'gputally collect --source prometheus --window'")
  }
}
