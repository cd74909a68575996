import Columnar
import Records

/// The frame's own column: timestamps, names, and which rows each line has.
enum FrameColumn {
  /// At one sample a second a day has 86,400.
  static let rowsMax = 10_000_000
  static let namesMax = 1_000_000

  static func encode(_ frame: DaySummary.Frame) -> [UInt8] {
    var writer = ByteWriter()
    writer.varint(frame.timestamps.count)
    if let first = frame.timestamps.first {
      writer.signed(first)
      NumberColumn.encode(
        zip(frame.timestamps.dropFirst(), frame.timestamps).map { $0 - $1 }, into: &writer)
    }
    NamesColumn.write(frame.entities, into: &writer)
    NamesColumn.write(frame.workloads, into: &writer)
    writer.varint(frame.lines.count)
    for line in frame.lines {
      writer.varint(line.entity)
      writer.varint(line.workload + 1)
      RunColumn.encode(line.runs, into: &writer)
    }
    return writer.bytes
  }

  static func decode(_ payload: SegmentPayload) throws(ColumnarError) -> DaySummary.Frame {
    var reader = ByteReader(payload)
    let timestamps = try readTimestamps(&reader, payload)
    let entities = try NamesColumn.readEntities(from: &reader)
    let workloads = try NamesColumn.readWorkloads(from: &reader)
    let count = try reader.count(limit: reader.remaining)
    var lines: [DaySummary.Line] = []
    lines.reserveCapacity(count)
    for _ in 0..<count {
      let entity = try reader.count(limit: entities.count - 1)
      let workload = try reader.count(limit: workloads.count) - 1
      let runs = try RunColumn.decode(rows: timestamps.count, from: &reader)
      lines.append(DaySummary.Line(entity: entity, workload: workload, runs: runs))
    }
    guard reader.isAtEnd else {
      throw .malformed(offset: reader.offset, what: "bytes after the last line")
    }
    return DaySummary.Frame(
      timestamps: timestamps, entities: entities, workloads: workloads, lines: lines)
  }

  private static func readTimestamps(_ reader: inout ByteReader, _ payload: SegmentPayload)
    throws(ColumnarError) -> [Int64]
  {
    let at = reader.offset
    let count = try reader.count(limit: rowsMax)
    guard count > 0 else { return [] }
    let first = try reader.signed()
    let steps = try NumberColumn.decode(count: count - 1, from: &reader, of: payload)
    var isRising = true
    let timestamps = [Int64](unsafeUninitializedCapacity: count) { times, filled in
      var time = first
      times[0] = first
      var index = 1
      while index < count {
        let next = time &+ steps[index &- 1]
        isRising = isRising && next > time
        times[index] = next
        time = next
        index &+= 1
      }
      filled = count
    }
    guard isRising else { throw .malformed(offset: at, what: "timestamps that don't rise") }
    return timestamps
  }
}
