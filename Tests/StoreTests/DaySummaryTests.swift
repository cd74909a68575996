import Foundation
import Quantities
import Records
import Testing

@testable import Store

@Suite struct `The sums of a day` {
  /// Three hours of one host: a GPU that two workloads hold in turn, and one that is free.
  private static func day(offset: Int64, values: (Int) -> (Double, Double, Double)) -> SampleFrame {
    let times = (0..<360).map { StoreFixture.day.milliseconds + offset + Int64($0) * 30_000 }
    var points: [SeriesPoints] = []
    for (gpu, cuts) in [("GPU-1", [0, 100, 250, 360]), ("GPU-2", [0, 360])] {
      let entity = GPUEntity(uuid: gpu, instance: nil, slices: nil, model: "H100", host: "n1")
      for (number, rows) in zip(cuts, cuts.dropFirst()).enumerated() {
        let workload =
          gpu == "GPU-2"
          ? nil : WorkloadKey(kind: .pod, namespace: "ml", name: "w\(number % 2)", uid: "")
        for (metric, place) in [
          (Metric.gpuUtilization, 0), (.graphicsEngineActive, 1), (.powerUsage, 2),
        ] {
          let values = (rows.0..<rows.1).map { row in
            let all = values(row + (gpu == "GPU-2" ? 1_000 : 0))
            return [all.0, all.1, all.2][place]
          }
          points.append(
            SeriesPoints(
              key: SeriesKey(metric: metric, entity: entity, workload: workload),
              timestamps: Array(times[rows.0..<rows.1]), values: values))
        }
      }
    }
    return SampleFrame(target: "t", points: points)
  }

  private static func random(_ row: Int) -> (Double, Double, Double) {
    var numbers = SeededNumbers(seed: UInt64(row + 1))
    let utilization = numbers.number(0...9) < 3 ? 0 : numbers.number(0...100)
    let engine = numbers.number(0...9) < 3 ? 0 : numbers.number(0...1_000_000)
    return (
      Double(utilization), Double(engine) / 1_000_000,
      Double(numbers.number(60_000...700_000)) / 1_000
    )
  }

  private func summary(of frame: SampleFrame) throws -> DaySummary? {
    try FrameCodec.summary(of: FrameCodec.encode(frame).map { ($0.metric, $0.bytes) })
  }

  @Test(arguments: [0, 12_345] as [Int64])
  func `are those of its samples, hour by hour`(offset: Int64) throws {
    let frame = Self.day(offset: offset, values: Self.random)
    let summary = try #require(try summary(of: frame))
    // GPU-1's first workload comes back: three lines, of which two share the workload's name.
    #expect(summary.frame.lines.count == 3)
    var activity: Int64 = 0
    var power: Int64 = 0
    var below: [Int64] = [0, 0, 0, 0, 0]
    for row in (0..<360).flatMap({ [$0, $0 + 1_000] }) {
      let values = Self.random(row)
      let parts = max(Int64(values.0) * 10_000, Int64((values.1 * 1_000_000).rounded()))
      activity += parts
      power += Int64((values.2 * 1_000).rounded())
      for (number, threshold) in [10_000, 20_000, 50_000, 100_000, 200_000].enumerated() {
        below[number] += parts < threshold ? 1 : 0
      }
    }
    #expect(summary.cells.reduce(0) { $0 + ($1.activity ?? 0) } == activity)
    #expect(summary.cells.reduce(0) { $0 + ($1.power ?? 0) } == power)
    #expect(summary.cells.reduce(0) { $0 + Int($1.rows) } == 720)
    #expect(
      (0..<5).map { number in summary.cells.reduce(Int64(0)) { $0 + Int64($1.below[number]) } }
        == below)
    let lasts = summary.cells.filter { $0.lastPower >= 0 }
    #expect(lasts.count == (offset == 0 ? 0 : 6))
  }

  @Test func `come back as they were made`() throws {
    for offset in [0, 12_345] as [Int64] {
      let frame = Self.day(offset: offset, values: Self.random)
      #expect(
        try summary(of: frame) == DaySummary(of: frame, lines: FrameLines(frame)))
    }
  }

  @Test func `tell where an energy counter is, and nothing of it`() throws {
    let plain = Self.day(offset: 0, values: Self.random)
    var points = plain.points
    for one in plain.points
    where one.key.metric == .powerUsage && one.key.entity.uuid == "GPU-2" {
      points.append(
        SeriesPoints(
          key: SeriesKey(metric: .totalEnergy, entity: one.key.entity, workload: one.key.workload),
          timestamps: one.timestamps,
          values: one.timestamps.indices.map { 9_007_199_254_000_000 + Double($0) }))
    }
    let frame = SampleFrame(target: "t", points: points)
    let summary = try #require(try summary(of: frame))
    #expect(summary.isCounted && !summary.cells.allSatisfy(\.isCounted))
    #expect(summary == DaySummary(of: frame, lines: FrameLines(frame)))
    let columns = FrameCodec.encode(frame)
    #expect(columns.map(\.metric) == [0, 1, 2, 4, 5, 255])
    #expect(
      try FrameCodec.decode(target: "t", columns: columns.map { ($0.metric, $0.bytes) }) == frame)
    // Without the counter the sums are the bytes that they always were.
    #expect(try self.summary(of: plain)?.isCounted == false)
  }

  @Test func `are not kept where a rule of the ledger is needed`() throws {
    let plain = frame("t", minutes: [1, 2, 3])
    #expect(try summary(of: plain) != nil)
    let shared = plain.merged(with: frame("t", workload: "other", minutes: [2]))
    #expect(try summary(of: shared) == nil)
    let part = GPUEntity(uuid: "GPU-1", instance: 1, slices: 3, model: "H100", host: "node-1")
    var points = plain.points
    points.append(
      SeriesPoints(
        key: SeriesKey(metric: .powerUsage, entity: part, workload: nil),
        timestamps: plain.timestamps, values: [1, 2, 3]))
    #expect(try summary(of: SampleFrame(target: "t", points: points)) == nil)
    #expect(try summary(of: frame("t", minutes: [1], value: .nan)) == nil)
    #expect(try summary(of: frame("t", minutes: [1], value: -1)) == nil)
  }

  @Test func `that are not those of the samples are found by verify`() throws {
    let fixture = try StoreFixture()
    try fixture.collect(
      CollectedWindow(range: StoreFixture.hours(0..<1), frames: [frame("t1", minutes: [1, 2])]))
    let other = FrameCodec.encode(frame("t1", minutes: [1, 2], value: 51))
    let sums = try #require(other.last)
    #expect(sums.metric == FrameCodec.summaryNumber)
    try fixture.store.write {
      try $0.execute(
        sql: "UPDATE segment SET bytes = ? WHERE metric = 255", arguments: [Data(sums.bytes)])
    }
    let check = try #require(
      Verification(store: fixture.store).checks.first { $0.name == "segments" })
    #expect(
      try check.run().map(\.what) == [
        "samples of source 'prometheus', target 't1', day 2026-11-23: the kept sums are not those of "
          + "the samples"
      ])
  }
}
