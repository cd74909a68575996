import Quantities
import Records
import Store

extension Store {
  /// The rows of a query, each as its cells with blanks between them.
  func texts(_ sql: String, _ calendar: BillingCalendar) throws -> [String] {
    try QueryStore(path: path, calendar: calendar)
      .query(sql, parameters: [:], rowLimit: nil).rows.map { row in
        row.map { cell in
          switch cell {
          case .null: "-"
          case .integer(let number): "\(number)"
          case .real(let number): "\(number)"
          case .text(let text): text
          }
        }.joined(separator: " ")
      }
  }

  /// Takes in all days of a fleet.
  func collect(_ fleet: PlainFleet) throws {
    var fleet = fleet
    for (day, frames) in fleet.frames().enumerated() {
      let start = PlainFleet.start + Int64(day) * UTCInstant.millisecondsPerDay
      let range = TimeRange(start, start + UTCInstant.millisecondsPerDay)
      let writer = window(range, of: PlainFleet.origin)
      for frame in frames where !frame.isEmpty { try writer.add(frame) }
      try writer.commit(CollectedWindow(range: range))
    }
  }
}

/// A small fleet that is scraped at one step: three days of hosts whose GPUs change hands, with
/// what can happen to such days.
struct PlainFleet {
  /// What happens to the fleet, so that some days can't be told by sums.
  enum Mishap: CaseIterable, Sendable {
    case none, missedScrape, lateFirst, lostGPU, newGPU, missingDay, otherStep, movedGPU, sharedGPU
    case noActivity, secondTarget, counter
  }

  static let start = UTCInstant(milliseconds: 1_795_392_000_000)
  static let origin = SourceOrigin(name: "p", site: "pangyo", cluster: "train")
  static let days = 3
  private var random: UInt64
  private let mishap: Mishap

  init(seed: UInt64, mishap: Mishap) {
    random = seed &* 0x9e37_79b9_7f4a_7c15 &+ 1
    self.mishap = mishap
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return range.lowerBound + Int(random >> 33) % range.count
  }

  /// The frames of each day.
  mutating func frames() -> [[SampleFrame]] {
    var days: [[SampleFrame]] = Array(repeating: [], count: Self.days)
    for host in 0..<3 {
      let step: Int64 = mishap == .otherStep && host == 0 ? 45_000 : 60_000
      let offset = Int64(number(0...2) == 0 ? 0 : number(1...59_999))
      var points: [[SeriesPoints]] = Array(repeating: [], count: Self.days)
      for gpu in 0..<2 {
        let lane = lane(host: host, gpu: gpu, offset: offset, step: step)
        for (day, part) in lane.enumerated() { points[day] += part }
      }
      for day in 0..<Self.days where !(mishap == .missingDay && host == 0 && day == 1) {
        let target = mishap == .secondTarget && host == 0 && day == 2 ? "b:9400" : "n\(host):9400"
        days[day].append(SampleFrame(target: target, points: points[day]))
      }
    }
    return days
  }

  /// One GPU's series, by day.
  private mutating func lane(host: Int, gpu: Int, offset: Int64, step: Int64) -> [[SeriesPoints]] {
    var series: [[SeriesKey: SeriesPoints]] = Array(repeating: [:], count: Self.days)
    var workload: WorkloadKey?
    var left = 0
    var isIdle = false
    var counter = number(0...1_000_000)
    var time = Self.start.milliseconds + offset
    let end = Self.start.milliseconds + Int64(Self.days) * UTCInstant.millisecondsPerDay
    while time < end {
      let day = Int((time - Self.start.milliseconds) / UTCInstant.millisecondsPerDay)
      if left == 0 {
        left = number(1...900)
        let name = number(0...3)
        workload =
          name == 0
          ? nil
          : WorkloadKey(kind: .pod, namespace: "team\(name)", name: "w\(number(0...2))", uid: "")
      }
      left -= 1
      if number(0...40) == 0 { isIdle.toggle() }
      if shows(host: host, gpu: gpu, time: time, offset: offset) {
        let name = mishap == .movedGPU && host == 0 && gpu == 0 && day == 2 ? "n1" : "n\(host)"
        let entity = GPUEntity(
          uuid: "GPU-\(host)-\(gpu)", instance: nil, slices: nil, model: "NVIDIA H100", host: name)
        for (metric, value) in readings(isIdle) + reading(of: &counter, step) {
          if mishap == .noActivity, gpu == 0, metric != .powerUsage { continue }
          if mishap == .counter, gpu == 0, metric == .powerUsage { continue }
          let key = SeriesKey(metric: metric, entity: entity, workload: workload)
          series[day][key, default: SeriesPoints(key: key)].timestamps.append(time)
          series[day][key]?.values.append(value)
          if mishap == .sharedGPU, host == 1, number(0...50) == 0 {
            let other = WorkloadKey(kind: .pod, namespace: "team1", name: "x", uid: "")
            let key = SeriesKey(metric: metric, entity: entity, workload: other)
            series[day][key, default: SeriesPoints(key: key)].timestamps.append(time)
            series[day][key]?.values.append(value)
          }
        }
      }
      time += step
    }
    return series.map { Array($0.values) }
  }

  private mutating func readings(_ isIdle: Bool) -> [(Metric, Double)] {
    let percent = isIdle ? number(0...8) : number(3...100)
    return [
      (.gpuUtilization, Double(percent)),
      (.graphicsEngineActive, Double(number(0...percent * 10_000)) / 1_000_000),
      (.powerUsage, Double(60_000 + percent * 5_000 + number(0...4_000)) / 1_000),
    ]
  }

  /// An energy counter, where the fleet has any: set back now and then.
  private mutating func reading(of counter: inout Int, _ step: Int64) -> [(Metric, Double)] {
    guard mishap == .counter else { return [] }
    counter = number(0...200) == 0 ? 0 : counter + number(60...700) * Int(step)
    return [(.totalEnergy, Double(counter))]
  }

  private mutating func shows(host: Int, gpu: Int, time: Int64, offset: Int64) -> Bool {
    let since = time - Self.start.milliseconds
    let day = since / UTCInstant.millisecondsPerDay
    guard host == 0 else { return true }
    switch mishap {
    case .missedScrape: return number(0...300) > 0
    case .lateFirst: return since > 5 * 60_000
    case .lostGPU: return gpu == 1 || day < 2
    case .newGPU: return gpu == 1 || day > 0
    default: return true
    }
  }
}
