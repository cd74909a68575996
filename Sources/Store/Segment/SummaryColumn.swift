import Columnar
import Records

/// What each hour of each line sums to, field by field.
enum SummaryColumn {
  /// The signals of a line, as bits.
  private struct Signals: OptionSet {
    let rawValue: UInt8
    static let utilization = Signals(rawValue: 1)
    static let activity = Signals(rawValue: 2)
    static let power = Signals(rawValue: 4)
    /// Whether hours have a last row that speaks past them.
    static let last = Signals(rawValue: 8)
    static let all = Signals(rawValue: 15)
  }

  static func encode(_ summary: DaySummary) -> [UInt8] {
    var writer = ByteWriter()
    let signals = Self.signals(of: summary)
    for one in signals { writer.byte(one.rawValue) }
    let cells = summary.cells
    // Whole percents are so in all cells: four digits less each.
    let sums = cells.map { $0.utilization ?? 0 }
    let unit: Int64 = sums.allSatisfy { $0 % 10_000 == 0 } ? 10_000 : 1
    writer.varint(Int(unit))
    NumberColumn.encode(sums.map { $0 / unit }, into: &writer)
    NumberColumn.encode(
      cells.map { ($0.activity ?? 0) - ($0.utilization ?? 0) }, into: &writer)
    NumberColumn.encode(cells.map { $0.power ?? 0 }, into: &writer)
    for threshold in 0..<5 {
      NumberColumn.encode(
        cells.map { cell in
          Int64(threshold == 0 ? cell.below[0] : cell.below[threshold] - cell.below[threshold - 1])
        }, into: &writer)
    }
    if signals.contains(where: { $0.contains(.last) }) {
      NumberColumn.encode(cells.map(\.lastActivity), into: &writer)
      NumberColumn.encode(cells.map(\.lastPower), into: &writer)
    }
    return writer.bytes
  }

  private static func signals(of summary: DaySummary) -> [Signals] {
    var signals = [Signals](repeating: [], count: summary.frame.lines.count)
    for cell in summary.cells {
      let line = Int(cell.line)
      if cell.utilization != nil { signals[line].insert(.utilization) }
      if cell.activity != nil { signals[line].insert(.activity) }
      if cell.power != nil { signals[line].insert(.power) }
      if cell.lastActivity >= 0 || cell.lastPower >= 0 { signals[line].insert(.last) }
    }
    return signals
  }

  static func decode(_ payload: SegmentPayload, of frame: DaySummary.Frame)
    throws(ColumnarError) -> DaySummary
  {
    var reader = ByteReader(payload)
    var signals: [Signals] = []
    var cells: [DaySummary.Cell] = []
    for (number, line) in frame.lines.enumerated() {
      let at = reader.offset
      let byte = try reader.byte()
      guard byte <= Signals.all.rawValue else { throw .malformed(offset: at, what: "\(byte)") }
      signals.append(Signals(rawValue: byte))
      for block in LineBlock.all(of: line.runs, in: frame.hours) {
        cells.append(DaySummary.Cell(line: number, hour: block.hour, rows: block.count))
      }
    }
    let unit = Int64(try reader.count(limit: 10_000))
    let columns = try readColumns(
      8 + (signals.contains { $0.contains(.last) } ? 2 : 0), count: cells.count, &reader, payload)
    guard reader.isAtEnd else {
      throw .malformed(offset: reader.offset, what: "bytes after the last sum")
    }
    for index in cells.indices {
      let signal = signals[Int(cells[index].line)]
      let utilization = columns[0][index] &* unit
      if signal.contains(.utilization) { cells[index].utilization = utilization }
      if signal.contains(.activity) { cells[index].activity = utilization &+ columns[1][index] }
      if signal.contains(.power) { cells[index].power = columns[2][index] }
      var below: Int64 = 0
      for threshold in 0..<5 {
        below &+= columns[3 + threshold][index]
        cells[index].below[threshold] = Int32(truncatingIfNeeded: below)
      }
      if signal.contains(.last) {
        cells[index].lastActivity = columns[8][index]
        cells[index].lastPower = columns[9][index]
      }
    }
    return DaySummary(frame: frame, cells: cells)
  }

  private static func readColumns(
    _ columns: Int, count: Int, _ reader: inout ByteReader, _ payload: SegmentPayload
  ) throws(ColumnarError) -> [[Int64]] {
    var result: [[Int64]] = []
    for _ in 0..<columns {
      result.append(try NumberColumn.decode(count: count, from: &reader, of: payload))
    }
    return result
  }
}
