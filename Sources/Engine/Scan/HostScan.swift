import Quantities
import Records

/// Sums one host's raw samples, a day after the other.
///
/// A day whose samples come at one step and show every GPU throughout is answered by its summary;
/// only hours in which a GPU was now idle, now busy are decoded where a stretch or another
/// threshold is asked for. Any other day is left to ``HostRollup``, whose facts are summed up, and
/// so is one with an energy counter where energy is told.
package struct HostScan {
  private let plan: ScanPlan
  private let team: (WorkloadKey) -> Int
  /// By team and bucket: `team * buckets + bucket`.
  package private(set) var held: [HeldTime]
  package private(set) var stretches = OpenStretches()
  private var teams: [WorkloadKey: Int] = [:]
  private var buffer: [Int64] = []
  private var before: PlainDay?

  /// - Parameter team: a number below `teamCount` for each workload.
  package init(plan: ScanPlan, teamCount: Int, team: @escaping (WorkloadKey) -> Int) {
    self.plan = plan
    self.team = team
    held = Array(repeating: HeldTime(), count: teamCount * plan.bucketStarts.count)
    stretches.milliseconds = plan.stretchMin ?? .max
  }

  /// - Unit: millionths of full activity.
  package var idleBelow: Int64 { plan.idleBelow }

  /// Takes what a day before the window says of its last samples.
  package mutating func lead(_ summary: DaySummary?, day: UTCInstant, reach: Int64?) {
    before = summary.flatMap { PlainDay($0, day: day, reach: reach) }
  }

  /// Takes a day by its summary.
  ///
  /// - Parameters:
  ///   - reach: for how long a sample speaks at most; nil for twice the day's own step.
  ///   - isFirst: whether nothing at all is stored of the day before.
  /// - Returns: whether it could; if not, nothing was taken.
  package mutating func take(
    _ summary: DaySummary, day: UTCInstant, reach: Int64?, isFirst: Bool,
    activities: some ActivitySource
  ) throws -> Bool {
    guard let plain = PlainDay(summary, day: day, reach: reach),
      plain.isWhole(after: before, isFirst), !(plan.tellsEnergy && summary.isCounted)
    else {
      before = nil
      return false
    }
    let places = Places(
      teams: summary.frame.workloads.map { number(of: $0) },
      buckets: summary.frame.hours.map { plan.bucket(of: $0.hour.milliseconds) })
    takeLead(of: plain)
    for cell in summary.cells { try take(cell, of: plain, places, activities) }
    if plan.stretchMin != nil {
      var walk = StretchWalk(plan: plan, day: plain)
      try walk.run(activities, into: &stretches, &buffer)
    }
    before = plain
    return true
  }

  /// Takes what the ledger says of hours that sums can't tell.
  package mutating func take(_ ledger: HostLedger) {
    for fact in ledger.facts {
      guard let workload = fact.workload else { continue }
      let bucket = plan.bucket(of: fact.hour.milliseconds)
      if bucket < 0 { continue }
      var time = HeldTime()
      switch fact.state {
      case .busy: time.busy = fact.gpuMilliseconds
      case .idle: time.idle = fact.gpuMilliseconds
      default: time.unknown = fact.gpuMilliseconds
      }
      time.measured = fact.measuredMilliseconds
      time.activity = fact.activityPPMMilliseconds
      time.energy = fact.energyMicrojoules ?? 0
      add(time, number(of: workload), bucket)
    }
    if plan.stretchMin != nil {
      for piece in ledger.idlePieces {
        guard let range = piece.range.intersection(plan.window) else { continue }
        stretches.add(
          uuid: piece.uuid, instance: piece.instance ?? -1, workload: piece.workload,
          range.start.milliseconds,
          range.end.milliseconds)
      }
    }
  }

  /// Ends the stretches that are still open.
  package mutating func finish() { stretches.finish() }

  // MARK: A plain day

  /// Where a day's cells are summed up: by its workloads, and by its hours.
  private struct Places {
    let teams: [Int]
    let buckets: [Int]
  }

  /// The day's time before its first sample: the day before speaks until then.
  private mutating func takeLead(of day: PlainDay) {
    let milliseconds = day.first - day.start
    let bucket = plan.bucket(of: day.start)
    guard milliseconds > 0, bucket >= 0, let before else { return }
    for last in before.lastCells(of: before.summary.frame.hours.count - 1) {
      guard let workload = before.workload(of: last) else { continue }
      let time = time(of: last, milliseconds)
      add(time, number(of: workload), bucket)
      if plan.stretchMin != nil, time.idle > 0 {
        stretches.add(uuid: before.uuid(of: last), workload: workload, day.start, day.first)
      }
    }
  }

  private mutating func take(
    _ cell: DaySummary.Cell, of day: PlainDay, _ places: Places,
    _ activities: some ActivitySource
  ) throws {
    let workload = day.summary.frame.lines[Int(cell.line)].workload
    let hour = Int(cell.hour)
    let bucket = places.buckets[hour]
    let isLastHour = hour == places.buckets.count - 1
    let next = isLastHour ? -1 : places.buckets[hour + 1]
    if workload < 0 || (bucket < 0 && next < 0) { return }
    var time = HeldTime()
    let rows = Int64(cell.rows)
    if let activity = cell.activity {
      let idle = try idleRows(of: cell, activities)
      time.idle = idle * day.step
      time.busy = (rows - idle) * day.step
      time.measured = rows * day.step
      time.activity = activity * day.step
    } else {
      time.unknown = rows * day.step
    }
    if let power = cell.power { time.energy = power * day.step }
    if bucket != next, day.hasLastRow(cell) {
      let over = day.lastTime(of: cell) + day.step - day.end(of: hour)
      if over > 0 {
        // What is spoken past the hour's end belongs to the next one; past the day's, the next
        // day takes it.
        let spilled = self.time(of: cell, over)
        time -= spilled
        if next >= 0 { add(spilled, places.teams[workload], next) }
      }
    }
    if bucket >= 0 { add(time, places.teams[workload], bucket) }
  }

  private mutating func idleRows(
    of cell: DaySummary.Cell, _ activities: some ActivitySource
  ) throws -> Int64 {
    if let threshold = plan.threshold { return Int64(cell.below[threshold]) }
    if let known = cell.idleRows(below: plan.idleBelow) { return Int64(known) }
    try activities.activity(line: Int(cell.line), hour: Int(cell.hour), into: &buffer)
    return buffer.reduce(0) { $0 + ($1 < plan.idleBelow ? 1 : 0) }
  }

  /// The time that the last row of a cell speaks for.
  private func time(of cell: DaySummary.Cell, _ milliseconds: Int64) -> HeldTime {
    var time = HeldTime()
    if cell.activity == nil {
      time.unknown = milliseconds
    } else {
      if cell.lastActivity < plan.idleBelow {
        time.idle = milliseconds
      } else {
        time.busy = milliseconds
      }
      time.measured = milliseconds
      time.activity = cell.lastActivity * milliseconds
    }
    if cell.power != nil { time.energy = cell.lastPower * milliseconds }
    return time
  }

  private mutating func add(_ time: HeldTime, _ team: Int, _ bucket: Int) {
    held[team * plan.bucketStarts.count + bucket] += time
  }

  private mutating func number(of workload: WorkloadKey) -> Int {
    if let known = teams[workload] { return known }
    let number = team(workload)
    teams[workload] = number
    return number
  }
}

extension HeldTime {
  fileprivate static func -= (left: inout Self, right: Self) {
    left.busy -= right.busy
    left.idle -= right.idle
    left.unknown -= right.unknown
    left.measured -= right.measured
    left.activity -= right.activity
    left.energy -= right.energy
  }
}

extension DaySummary.Cell {
  /// How many rows lie below `threshold`, nil where the kept counts leave it open.
  func idleRows(below threshold: Int64) -> Int32? {
    if activity == nil { return 0 }
    var least: Int32 = 0
    for number in 0..<5 {
      if DaySummary.thresholds[number] == threshold { return below[number] }
      if DaySummary.thresholds[number] > threshold {
        return below[number] == least ? least : nil
      }
      least = below[number]
    }
    return least == rows ? rows : nil
  }
}
