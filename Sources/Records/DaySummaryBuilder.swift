import Quantities

extension DaySummary {
  /// The summary of `frame`, nil where its day needs more rules than sums can keep.
  package init?(of frame: SampleFrame, lines: FrameLines) {
    guard lines.frame.isPlain else { return nil }
    guard frame.series.allSatisfy(\.isSummable) else { return nil }
    var byLine = [LineValues](repeating: LineValues(), count: lines.frame.lines.count)
    for (series, line) in zip(frame.series, lines.lineOfSeries) {
      switch series.key.metric {
      case .gpuUtilization: byLine[line].utilization = series.values
      case .graphicsEngineActive: byLine[line].engine = series.values
      case .powerUsage: byLine[line].power = series.values
      case .totalEnergy: byLine[line].isCounted = true
      case .framebufferUsed: break
      }
    }
    let speaking = lines.frame.rowsThatSpeakPastTheirHour(step: frame.medianStep ?? 0)
    var cells: [Cell] = []
    for (index, line) in lines.frame.lines.enumerated() {
      var at = 0
      let last = Self.lastRows(of: line, in: lines.frame)
      for block in LineBlock.all(of: line.runs, in: lines.frame.hours) {
        var cell = Cell(line: index, hour: block.hour, rows: block.count)
        let isNeeded = speaking[block.hour] && last.contains(block.hour)
        byLine[index].sum(at..<(at + block.count), keepsLast: isNeeded, into: &cell)
        cells.append(cell)
        at += block.count
      }
    }
    self.init(frame: lines.frame, cells: cells)
  }

  /// The hours whose last row is the line's.
  private static func lastRows(of line: Line, in frame: Frame) -> Set<Int> {
    var result: Set<Int> = []
    for (number, hour) in frame.hours.enumerated() {
      let row = hour.rows.upperBound - 1
      if line.runs.contains(where: { $0.contains(row) }) { result.insert(number) }
    }
    return result
  }
}

extension DaySummary.Frame {
  /// Whether no rule beyond sums is needed: whole cards, each at each time on one line.
  fileprivate var isPlain: Bool {
    guard entities.allSatisfy({ $0.instance == nil }),
      Set(entities.map(\.uuid)).count == entities.count
    else { return false }
    var at = 0
    while at < lines.count {
      let entity = lines[at].entity
      var runs: [Range<Int>] = []
      while at < lines.count, lines[at].entity == entity {
        runs += lines[at].runs
        at += 1
      }
      runs.sort { $0.lowerBound < $1.lowerBound }
      if zip(runs.dropFirst(), runs).contains(where: { $0.lowerBound < $1.upperBound }) {
        return false
      }
    }
    return true
  }

  /// By hour: whether its last row speaks into the next one.
  fileprivate func rowsThatSpeakPastTheirHour(step: Int64) -> [Bool] {
    hours.map { hour in
      let end = hour.hour.milliseconds + UTCInstant.millisecondsPerHour
      return timestamps[hour.rows.upperBound - 1] + step > end
    }
  }
}

extension SampleFrame.Series {
  /// Whether whole parts of the values, and a day's sum of them, fit their numbers.
  fileprivate var isSummable: Bool {
    let most: Double =
      switch key.metric {
      case .gpuUtilization, .graphicsEngineActive: 2_000
      case .powerUsage: 1_000_000
      case .framebufferUsed, .totalEnergy: .infinity
      }
    return values.allSatisfy { $0 >= 0 && $0 <= most }
  }
}

/// The values of one line.
private struct LineValues {
  var utilization: [Double]?
  var engine: [Double]?
  var power: [Double]?
  var isCounted = false

  func sum(_ range: Range<Int>, keepsLast: Bool, into cell: inout DaySummary.Cell) {
    cell.isCounted = isCounted
    if let power {
      var sum: Int64 = 0
      for index in range { sum += WholeParts.power(power[index]) }
      cell.power = sum
      if keepsLast { cell.lastPower = WholeParts.power(power[range.upperBound - 1]) }
    }
    guard utilization != nil || engine != nil else { return }
    var utilizationSum: Int64 = 0
    var activitySum: Int64 = 0
    var activity: Int64 = -1
    let thresholds = DaySummary.thresholds
    for index in range {
      activity = -1
      if let utilization {
        activity = Int64(WholeParts.activity(utilization[index], scale: 10_000))
        utilizationSum += activity
      }
      if let engine {
        activity = max(
          activity, Int64(WholeParts.activity(engine[index], scale: 1_000_000)))
      }
      activitySum += activity
      if activity < thresholds[4] {
        var number = 0
        while number < 5 {
          cell.below[number] += activity < thresholds[number] ? 1 : 0
          number += 1
        }
      }
    }
    if utilization != nil { cell.utilization = utilizationSum }
    cell.activity = activitySum
    if keepsLast { cell.lastActivity = activity }
  }
}
