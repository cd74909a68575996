import Columnar
import Quantities
import Records

/// A target's day whose columns are read when they are asked for.
///
/// Lives within one read of the store.
package final class DayColumns: ActivitySource {
  package let day: UTCInstant
  /// The day's names, times and sums; nil where sums can't tell it.
  package let summary: DaySummary?
  private let load: (Metric) throws -> [UInt8]?
  private var columns: [Metric: MetricColumn?] = [:]
  private var numbers: [Int64] = []

  init(
    day: UTCInstant, summary: DaySummary?, load: @escaping (Metric) throws -> [UInt8]?
  ) {
    self.day = day
    self.summary = summary
    self.load = load
  }

  package func activity(line: Int, hour: Int, into buffer: inout [Int64]) throws {
    buffer.removeAll(keepingCapacity: true)
    for metric in [Metric.gpuUtilization, .graphicsEngineActive] {
      guard let column = try column(metric), let scale = metric.activityScale else { continue }
      let index =
        line < column.lines.count && column.lines[line].line == line
        ? line : column.lines.firstIndex { $0.line == line }
      guard let index,
        let block = column.lines[index].blocks.firstIndex(where: { $0.hour == hour })
      else { continue }
      let count = column.lines[index].blocks[block].count
      if numbers.count < count { numbers = Array(repeating: 0, count: count) }
      if buffer.isEmpty { buffer += repeatElement(-1, count: count) }
      numbers.withUnsafeMutableBufferPointer { target in
        if let start = target.baseAddress { column.decode(line: index, block: block, into: start) }
      }
      Self.raise(&buffer, by: numbers, form: column.lines[index].form, scale: scale)
    }
  }

  /// Sets each number of `buffer` to the larger one of it and what is measured.
  private static func raise(
    _ buffer: inout [Int64], by numbers: [Int64], form: UInt8, scale: Double
  ) {
    var index = 0
    let power = form == MetricColumn.doubles ? 1 : DecimalScale.power(Int(form))
    if power <= scale {
      let factor = Int64(scale / power)
      if form != MetricColumn.doubles {
        while index < buffer.count {
          buffer[index] = max(buffer[index], numbers[index] &* factor)
          index &+= 1
        }
        return
      }
    }
    while index < buffer.count {
      let value =
        form == MetricColumn.doubles
        ? Double(bitPattern: UInt64(bitPattern: numbers[index])) : Double(numbers[index]) / power
      buffer[index] = max(buffer[index], Int64(WholeParts.activity(value, scale: scale)))
      index += 1
    }
  }

  private func column(_ metric: Metric) throws -> MetricColumn? {
    if let known = columns[metric] { return known }
    var column: MetricColumn?
    if let frame = summary?.frame, let bytes = try load(metric) {
      column = try MetricColumn(
        try SegmentEnvelope.open(bytes, kind: FrameCodec.metricKind), of: frame)
    }
    columns[metric] = column
    return column
  }
}
