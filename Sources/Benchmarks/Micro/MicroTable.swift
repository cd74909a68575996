import Columnar
import Foundation
import Quantities
import Records

@testable import Collectors
@testable import Store

/// What is timed: one entry a line of the table. New ones go at the end.
struct MicroTable {
  private let day: HostDay
  private let frame: SampleFrame
  private let texts: MicroTexts

  init() {
    var plan = WorkloadPlan()
    plan.days = 1
    plan.hosts = 1
    let generator = WorkloadGenerator(plan)
    day = generator.hostDay(0, day: 0)
    frame = generator.frame(of: day)
    texts = MicroTexts(generator, day)
  }

  /// All entries; the first one is what the others are held against.
  var benchmarks: [MicroBenchmark] {
    [memcpy, checksum, exposition, answer, encode, decode]
  }

  /// Copies 64 MiB: more than any cache holds.
  private var memcpy: MicroBenchmark {
    let source = [UInt8](repeating: 7, count: 1 << 26)
    var target = [UInt8](repeating: 0, count: 1 << 26)
    return MicroBenchmark(name: "memcpy", bytes: source.count) {
      target.withUnsafeMutableBytes { into in
        source.withUnsafeBytes { into.copyMemory(from: $0) }
      }
      return Int(target[target.count / 2])
    }
  }

  private var checksum: MicroBenchmark {
    let bytes = texts.answer()
    return MicroBenchmark(name: "CRC-32C", bytes: bytes.count) {
      var sum = CRC32C()
      sum.update(bytes)
      return Int(sum.value)
    }
  }

  private var exposition: MicroBenchmark {
    let page = texts.exposition(ticks: 60)
    return MicroBenchmark(name: "exposition text, parsed", bytes: page.count) {
      try ExpositionFormat.text.samples(of: page).count
    }
  }

  private var answer: MicroBenchmark {
    let bytes = texts.answer()
    return MicroBenchmark(name: "Prometheus JSON, parsed", bytes: bytes.count) {
      try PrometheusAnswer(bytes).series.count
    }
  }

  /// Counts the samples as the 8 bytes each that they have in memory.
  private var encode: MicroBenchmark {
    let frame = frame
    return MicroBenchmark(name: "host day, encoded", bytes: frame.sampleCount * 8) {
      FrameCodec.encode(frame).reduce(0) { $0 + $1.bytes.count }
    }
  }

  private var decode: MicroBenchmark {
    let columns = FrameCodec.encode(frame).map { (metric: $0.metric, bytes: $0.bytes) }
    return MicroBenchmark(name: "host day, decoded", bytes: frame.sampleCount * 8) {
      try FrameCodec.decode(target: "gpu001:9400", columns: columns).sampleCount
    }
  }
}
