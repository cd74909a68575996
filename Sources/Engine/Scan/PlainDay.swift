import Quantities
import Records

/// A day whose samples come at one step, and show each GPU at every one of them.
struct PlainDay {
  let summary: DaySummary
  /// - Unit: milliseconds UTC, as all that follows.
  let start: Int64
  let step: Int64
  let first: Int64
  let last: Int64
  /// For how long a sample speaks at most.
  let reach: Int64

  /// - Parameter reach: nil for twice the day's own step.
  init?(_ summary: DaySummary, day: UTCInstant, reach: Int64?) {
    let frame = summary.frame
    guard frame.timestamps.count > 1, let first = frame.timestamps.first,
      let last = frame.timestamps.last
    else { return nil }
    step = frame.timestamps[1] - first
    self.reach = reach ?? 2 * step
    guard step <= self.reach, last - first == step * Int64(frame.timestamps.count - 1),
      frame.isRegular(step: step), frame.isFull
    else { return nil }
    self.summary = summary
    self.first = first
    self.last = last
    start = day.milliseconds
  }

  /// Whether all of the day is spoken for by its own samples and the last ones of the day before.
  func isWhole(after before: PlainDay?, _ isFirst: Bool) -> Bool {
    let end = start + UTCInstant.millisecondsPerDay
    guard last + step >= end else { return false }
    guard let before else { return isFirst && first == start }
    return before.start + UTCInstant.millisecondsPerDay == start
      && before.last + before.step == first && before.step == step
      && before.summary.frame.entities.elementsEqual(summary.frame.entities) {
        $0.uuid == $1.uuid
      }
  }

  func workload(of cell: DaySummary.Cell) -> WorkloadKey? {
    let line = summary.frame.lines[Int(cell.line)]
    return line.workload < 0 ? nil : summary.frame.workloads[line.workload]
  }

  func uuid(of cell: DaySummary.Cell) -> String {
    summary.frame.entities[summary.frame.lines[Int(cell.line)].entity].uuid
  }

  /// The end of an hour of the day.
  func end(of hour: Int) -> Int64 {
    summary.frame.hours[hour].hour.milliseconds + UTCInstant.millisecondsPerHour
  }

  func lastTime(of cell: DaySummary.Cell) -> Int64 {
    summary.frame.timestamps[summary.frame.hours[Int(cell.hour)].rows.upperBound - 1]
  }

  /// Whether the last row of the cell's hour is among its own.
  func hasLastRow(_ cell: DaySummary.Cell) -> Bool {
    let row = summary.frame.hours[Int(cell.hour)].rows.upperBound - 1
    return summary.frame.lines[Int(cell.line)].runs.contains { $0.contains(row) }
  }

  /// The cells that have the last row of an hour, one a GPU.
  func lastCells(of hour: Int) -> [DaySummary.Cell] {
    summary.cells.filter { Int($0.hour) == hour && hasLastRow($0) }
  }
}

extension DaySummary.Frame {
  func isRegular(step: Int64) -> Bool {
    timestamps.withUnsafeBufferPointer { times in
      var differing: Int64 = 0
      var index = 1
      while index < times.count {
        differing |= (times[index] &- times[index &- 1]) ^ step
        index &+= 1
      }
      return differing == 0
    }
  }

  /// Whether every GPU has a line at every row.
  var isFull: Bool {
    var rows = [Int](repeating: 0, count: entities.count)
    for line in lines { rows[line.entity] += line.runs.reduce(0) { $0 + $1.count } }
    return rows.allSatisfy { $0 == timestamps.count }
  }
}
