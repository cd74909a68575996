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
    /// An energy counter, which has no sums.
    static let counter = Signals(rawValue: 16)
    static let all = Signals(rawValue: 31)
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
      if cell.isCounted { signals[line].insert(.counter) }
      if cell.lastActivity >= 0 || cell.lastPower >= 0 { signals[line].insert(.last) }
    }
    return signals
  }

  /// The summary of `frame`.
  ///
  /// - Parameter isForMeans: whether utilization and power are all that is asked for; activity,
  ///   counts and last rows are left out then.
  static func decode(
    _ payload: SegmentPayload, of frame: DaySummary.Frame, isForMeans: Bool
  ) throws(ColumnarError) -> DaySummary {
    var reader = ByteReader(payload)
    var signals: [Signals] = []
    signals.reserveCapacity(frame.lines.count)
    var cells: [DaySummary.Cell] = []
    cells.reserveCapacity(frame.lines.count + frame.entities.count * frame.hours.count)
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
    let hasLast = signals.contains { $0.contains(.last) }
    var columns: [[Int64]] = []
    for column in 0..<(8 + (hasLast ? 2 : 0)) {
      if isForMeans, column != 0, column != 2 {
        try NumberColumn.skip(count: cells.count, from: &reader)
        columns.append([])
      } else {
        columns.append(
          try NumberColumn.decode(count: cells.count, from: &reader, of: payload))
      }
    }
    guard reader.isAtEnd else {
      throw .malformed(offset: reader.offset, what: "bytes after the last sum")
    }
    fillSums(&cells, signals, columns, unit: unit, isForMeans: isForMeans)
    if !isForMeans { fillRows(&cells, signals, columns) }
    return DaySummary(frame: frame, cells: cells)
  }

  private static func fillSums(
    _ cells: inout [DaySummary.Cell], _ signals: [Signals], _ columns: [[Int64]], unit: Int64,
    isForMeans: Bool
  ) {
    let (utilizations, activities, powers) = (columns[0], columns[1], columns[2])
    for index in cells.indices {
      let signal = signals[Int(cells[index].line)]
      cells[index].isCounted = signal.contains(.counter)
      let utilization = utilizations[index] &* unit
      if signal.contains(.utilization) { cells[index].utilization = utilization }
      if signal.contains(.power) { cells[index].power = powers[index] }
      if !isForMeans, signal.contains(.activity) {
        cells[index].activity = utilization &+ activities[index]
      }
    }
  }

  private static func fillRows(
    _ cells: inout [DaySummary.Cell], _ signals: [Signals], _ columns: [[Int64]]
  ) {
    for threshold in 0..<5 {
      let more = columns[3 + threshold]
      for index in cells.indices {
        let below = threshold == 0 ? 0 : cells[index].below[threshold - 1]
        cells[index].below[threshold] = below &+ Int32(truncatingIfNeeded: more[index])
      }
    }
    guard columns.count > 8 else { return }
    for index in cells.indices where signals[Int(cells[index].line)].contains(.last) {
      cells[index].lastActivity = columns[8][index]
      cells[index].lastPower = columns[9][index]
    }
  }
}
