import Quantities
import Records

/// Idle time that may still go on, and the stretches that were long enough.
package struct OpenStretches: Sendable {
  /// The shortest stretch that is kept.
  var milliseconds: Int64 = .max
  package private(set) var finished: [IdleStretch] = []
  private var open: [Open] = []

  private struct Open {
    let uuid: String
    let instance: Int
    let workload: WorkloadKey
    let start: Int64
    var end: Int64
  }

  /// Adds idle time: it goes on with what ends where it starts.
  mutating func add(
    uuid: String, instance: Int = -1, workload: WorkloadKey, _ start: Int64, _ end: Int64
  ) {
    guard start < end else { return }
    if let index = open.lastIndex(where: {
      $0.instance == instance && $0.uuid == uuid && $0.workload == workload
    }) {
      if open[index].end == start {
        open[index].end = end
        return
      }
      close(open.remove(at: index))
    }
    open.append(
      Open(uuid: uuid, instance: instance, workload: workload, start: start, end: end))
  }

  /// Closes what ended before `time`.
  mutating func close(before time: Int64) {
    for one in open where one.end < time { close(one) }
    open.removeAll { $0.end < time }
  }

  mutating func finish() {
    for one in open { close(one) }
    open = []
  }

  private mutating func close(_ one: Open) {
    guard one.end - one.start >= milliseconds else { return }
    finished.append(
      IdleStretch(
        uuid: one.uuid, workload: one.workload,
        range: TimeRange(milliseconds: one.start..<one.end)))
  }
}

/// Finds the idle time of a plain day's GPUs.
struct StretchWalk {
  let plan: ScanPlan
  let day: PlainDay

  private struct Stay {
    let line: Int
    let rows: Range<Int>
  }

  mutating func run(
    _ activities: some ActivitySource, into stretches: inout OpenStretches,
    _ buffer: inout [Int64]
  ) throws {
    let frame = day.summary.frame
    // The next day takes what this one's last samples say of it.
    let limits =
      max(
        day.start, plan.window.start.milliseconds)..<max(
        day.start,
        min(day.start + UTCInstant.millisecondsPerDay, plan.window.end.milliseconds))
    var cell = 0
    for (line, its) in frame.lines.enumerated() {
      let first = cell
      while cell < day.summary.cells.count, day.summary.cells[cell].line == line { cell += 1 }
      guard its.workload >= 0 else { continue }
      let uuid = frame.entities[its.entity].uuid
      let workload = frame.workloads[its.workload]
      var runs = IdleRunWriter(
        uuid: uuid, workload: workload, times: frame.timestamps, step: day.step,
        limits: limits)
      for index in first..<cell where mayMatter(index, in: first..<cell) {
        try walk(day.summary.cells[index], its.runs, activities, &buffer, &runs, &stretches)
      }
      runs.finish(into: &stretches)
    }
    stretches.close(before: day.last)
  }

  /// Whether a stretch that is long enough may touch a cell.
  ///
  /// Where some rows of an hour are idle and others not, a stretch lies within that hour and the one
  /// before it, or the one after: it has no more rows than are idle in both.
  private func mayMatter(_ index: Int, in line: Range<Int>) -> Bool {
    let own = idleRowsMax(of: index)
    if own == 0 { return false }
    if own == .max { return true }
    let beside = max(neighbour(of: index, by: -1, in: line), neighbour(of: index, by: 1, in: line))
    return beside == .max || Int64(own + beside) * day.step >= (plan.stretchMin ?? .max)
  }

  /// The most rows of a cell that may be idle; no bound where all of them are, as a stretch then
  /// goes on beyond.
  private func idleRowsMax(of index: Int) -> Int {
    let cell = day.summary.cells[index]
    let idle = cell.idleRows(below: plan.idleBelow) ?? cell.rows
    return idle == cell.rows ? .max : Int(idle)
  }

  private func neighbour(of index: Int, by step: Int, in line: Range<Int>) -> Int {
    let cells = day.summary.cells
    let hour = Int(cells[index].hour)
    // The day before and the day after may go on.
    if !day.summary.frame.hours.indices.contains(hour + step) { return .max }
    guard line.contains(index + step), Int(cells[index + step].hour) == hour + step else {
      return 0
    }
    return idleRowsMax(of: index + step)
  }

  private func walk(
    _ cell: DaySummary.Cell, _ runs: [Range<Int>], _ activities: some ActivitySource,
    _ buffer: inout [Int64], _ writer: inout IdleRunWriter, _ stretches: inout OpenStretches
  ) throws {
    let hour = day.summary.frame.hours[Int(cell.hour)].rows
    let idle = cell.idleRows(below: plan.idleBelow)
    if idle == 0 { return }
    let isWholly = idle == cell.rows
    if !isWholly {
      try activities.activity(line: Int(cell.line), hour: Int(cell.hour), into: &buffer)
    }
    var at = 0
    for run in runs {
      let rows = run.clamped(to: hour)
      if rows.isEmpty { continue }
      if isWholly {
        writer.add(rows, into: &stretches)
      } else {
        var start = -1
        for row in rows {
          if buffer[at] < plan.idleBelow {
            if start < 0 { start = row }
          } else if start >= 0 {
            writer.add(start..<row, into: &stretches)
            start = -1
          }
          at += 1
        }
        if start >= 0 { writer.add(start..<rows.upperBound, into: &stretches) }
      }
    }
  }
}

/// Joins the idle rows of one line, and hands on what they come to.
private struct IdleRunWriter {
  let uuid: String
  let workload: WorkloadKey
  let times: [Int64]
  let step: Int64
  /// What is asked for of the day.
  let limits: Range<Int64>
  private var rows: Range<Int> = 0..<0

  init(
    uuid: String, workload: WorkloadKey, times: [Int64], step: Int64, limits: Range<Int64>
  ) {
    self.uuid = uuid
    self.workload = workload
    self.times = times
    self.step = step
    self.limits = limits
  }

  mutating func add(_ next: Range<Int>, into stretches: inout OpenStretches) {
    if !rows.isEmpty, rows.upperBound == next.lowerBound {
      rows = rows.lowerBound..<next.upperBound
    } else {
      finish(into: &stretches)
      rows = next
    }
  }

  mutating func finish(into stretches: inout OpenStretches) {
    if rows.isEmpty { return }
    let start = max(times[rows.lowerBound], limits.lowerBound)
    let end = min(times[rows.upperBound - 1] + step, limits.upperBound)
    rows = 0..<0
    stretches.add(uuid: uuid, workload: workload, start, end)
  }
}
