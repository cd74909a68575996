import Foundation
import Records
import Testing

@testable import Store

/// Segments that earlier versions wrote, kept as they were.
///
/// Format1 was written by 'gputally simulate --hosts 3 --gpus-per-host 2 --hours 2 --start
/// 2026-01-05T00:00:00Z --store' when format 1 was written; series.csv was made of them by a
/// decoder in another language: each series with the FNV-1a of its times (i64) and values (f64),
/// little-endian.
@Suite struct `Segments of earlier formats` {
  private static var folder: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Segments/Format1")
  }

  @Test(arguments: ["gpu001", "gpu002", "gpu003"])
  func `are read as they were written`(file: String) throws {
    let columns = try (0...4).map { metric in
      (
        metric: metric,
        bytes: [UInt8](
          try Data(contentsOf: Self.folder.appendingPathComponent("\(file)-\(metric).segment")))
      )
    }
    let frame = try FrameCodec.decode(target: file, columns: columns)
    let found = frame.series.map { Self.line(of: $0, frame.timestamps, file: file) }
    let expected = try String(
      contentsOf: Self.folder.appendingPathComponent("series.csv"), encoding: .utf8
    ).split(separator: "\n").map(String.init).filter { $0.hasPrefix(file + ",") }
    #expect(!expected.isEmpty)
    #expect(differences(found, from: expected) == [])
  }

  @Test(arguments: ["gpu001", "gpu002", "gpu003"])
  func `are the same samples when they are written again`(file: String) throws {
    let columns = try (0...4).map { metric in
      (
        metric: metric,
        bytes: [UInt8](
          try Data(contentsOf: Self.folder.appendingPathComponent("\(file)-\(metric).segment")))
      )
    }
    let frame = try FrameCodec.decode(target: file, columns: columns)
    let again = FrameCodec.encode(frame)
    #expect(again.first?.bytes[4] == 2)
    #expect(
      try FrameCodec.decode(target: file, columns: again.map { ($0.metric, $0.bytes) }) == frame)
  }

  private static func line(of series: SampleFrame.Series, _ times: [Int64], file: String)
    -> String
  {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func mix(_ word: UInt64) {
      for shift in stride(from: 0, to: 64, by: 8) {
        hash = (hash ^ (word >> UInt64(shift) & 0xff)) &* 0x100_0000_01b3
      }
    }
    let rows = series.runs.flatMap { Array($0) }
    for (row, value) in zip(rows, series.values) {
      mix(UInt64(bitPattern: times[row]))
      mix(value.bitPattern)
    }
    let key = series.key
    let workload = key.workload.map { "\($0.namespace)/\($0.name)/\($0.uid)" } ?? ""
    let instance = key.entity.instance.map(String.init) ?? ""
    let ends = [rows.first, rows.last].compactMap { $0 }.map { String(times[$0]) }
    let digits = String(hash, radix: 16)
    return
      ([file, "\(key.metric)", key.entity.uuid, instance, workload, String(rows.count)] + ends + [
        String(repeating: "0", count: 16 - digits.count) + digits
      ]).joined(separator: ",")
  }
}
