import Engine
import Quantities
import Records

/// Numbers that a seed tells; SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  mutating func number(_ range: ClosedRange<Int64>) -> Int64 { .random(in: range, using: &self) }
  mutating func isTrue(oneIn count: Int64) -> Bool { number(1...count) == 1 }
  mutating func pick<T>(_ choices: [T]) -> T { choices[Int(number(0...Int64(choices.count - 1)))] }
}

/// Builds the input of a small host that a seed tells.
///
/// What happens on the host is made first, in phases of each GPU; then targets look at it, each
/// at its own times and with its own gaps.
struct RandomHost {
  static let name = "node-1"
  private static let minute: Int64 = 60_000
  private static let hour: Int64 = 3_600_000

  private var numbers: SeededNumbers
  private let threshold: Int64

  static func input(seed: UInt64) -> HostInput {
    var host = RandomHost(seed: seed)
    return host.input()
  }

  private init(seed: UInt64) {
    numbers = SeededNumbers(seed: seed)
    threshold = numbers.pick([50_000, 50_000, 0, 300_000])
  }

  private mutating func input() -> HostInput {
    // Close to a midnight, so that windows and samples often lie on two days.
    let midnight: Int64 = 1_795_392_000_000
    let start = midnight + numbers.number(-5...2) * Self.hour
    let window = TimeRange(milliseconds: start..<(start + numbers.number(1...4) * Self.hour))
    let gpus = (0..<numbers.number(1...3)).map {
      RandomGPU(number: Int($0), around: window, &numbers)
    }
    var days = shown(by: "target-0", of: gpus, window)
    if numbers.isTrue(oneIn: 3) { days += shown(by: "target-1", of: gpus, window) }
    if numbers.isTrue(oneIn: 6) { days = handedOver(days, at: part(of: window).start) }
    days.sort {
      ($0.frame.timestamps.first ?? 0) / 86_400_000 < ($1.frame.timestamps.first ?? 0) / 86_400_000
    }
    return HostInput(
      host: Self.name, window: window, days: days, slots: slots(window), outages: outages(window),
      idleBelowPartsPerMillion: threshold)
  }

  /// What a target has seen, a frame for each UTC day.
  private mutating func shown(by target: String, of gpus: [RandomGPU], _ window: TimeRange)
    -> [ScrapedDay]
  {
    let interval = numbers.pick([30_000, 60_000, 120_000, 300_000, 600_000] as [Int64])
    var points: [SeriesKey: SeriesPoints] = [:]
    for time in times(window, interval: interval) {
      for gpu in gpus where gpu.life.contains(time) && !numbers.isTrue(oneIn: 25) {
        for (key, value) in gpu.values(at: time, threshold: threshold, &numbers) {
          points[key, default: SeriesPoints(key: key)].timestamps.append(time)
          points[key]?.values.append(value)
        }
      }
    }
    // Another host's GPU on the same target is none of this host's business.
    let stranger = SeriesKey(
      metric: .gpuUtilization,
      entity: GPUEntity(uuid: "GPU-x", instance: nil, slices: nil, model: "", host: "node-2"),
      workload: nil)
    points[stranger] = SeriesPoints(
      key: stranger, timestamps: [window.start.milliseconds], values: [50])
    let whole = SampleFrame(target: target, points: Array(points.values))
    let dayNumbers = Set(whole.timestamps.map { $0 / 86_400_000 }).sorted()
    return dayNumbers.map { day in
      let range = TimeRange(milliseconds: (day * 86_400_000)..<((day + 1) * 86_400_000))
      return ScrapedDay(frame: whole.limited(to: range), scrapeInterval: interval)
    }
  }

  /// What one exporter has seen as two see it, of which the second takes over at `instant`.
  private func handedOver(_ days: [ScrapedDay], at instant: UTCInstant) -> [ScrapedDay] {
    let before = TimeRange(UTCInstant(milliseconds: 0), instant)
    let after = TimeRange(instant, instant + 1_000 * 86_400_000)
    return days.flatMap { day in
      [before, after].map {
        ScrapedDay(frame: day.frame.limited(to: $0), scrapeInterval: day.scrapeInterval)
      }
    }.filter { !$0.frame.isEmpty }
  }

  private mutating func times(_ window: TimeRange, interval: Int64) -> [Int64] {
    let isBroken = interval < 120_000
    let jitter = numbers.pick([0, 0, 5, interval / 10] as [Int64])
    var time = window.start.milliseconds - numbers.number(0...2 * Self.hour)
    let end = window.end.milliseconds + numbers.number(0...2 * Self.hour)
    var times: [Int64] = []
    if numbers.isTrue(oneIn: 4) { times.append(time - numbers.number(6...60) * Self.hour) }
    while time < end {
      times.append(time)
      time += interval + numbers.number(-jitter...jitter)
      if numbers.isTrue(oneIn: isBroken ? 15 : 25) {
        time += numbers.number(0...(isBroken ? 60 : 100)) * Self.minute
      }
      // Just where a sample's voice ends, and a millisecond beside it.
      if numbers.isTrue(oneIn: 30) { time += interval + numbers.number(-1...1) }
      if numbers.isTrue(oneIn: 40) { time = (time / Self.hour + 1) * Self.hour }
    }
    if numbers.isTrue(oneIn: 4) { times.append(time + numbers.number(6...60) * Self.hour) }
    return times
  }

  private mutating func slots(_ window: TimeRange) -> [HostInput.Slots] {
    (0..<numbers.number(0...2)).map { _ in
      let range =
        numbers.isTrue(oneIn: 2)
        ? TimeRange(window.start - 86_400_000, window.end + 86_400_000) : part(of: window)
      return HostInput.Slots(range: range, count: Int(numbers.number(0...4)))
    }
  }

  private mutating func outages(_ window: TimeRange) -> [TimeRange] {
    numbers.isTrue(oneIn: 2) ? [] : (0..<numbers.number(1...3)).map { _ in part(of: window) }
  }

  private mutating func part(of window: TimeRange) -> TimeRange {
    let start = window.start.milliseconds + numbers.number(-Self.hour...4 * Self.hour)
    return TimeRange(milliseconds: start..<(start + numbers.number(1...2 * Self.hour)))
  }
}

/// One GPU of a random host: what ran on it, phase after phase.
struct RandomGPU {
  private struct Part {
    let entity: GPUEntity
    let workloads: [WorkloadKey]
    let metrics: [Metric]
    let level: Int64
  }

  private struct Phase {
    let start: Int64
    let parts: [Part]
  }

  let life: Range<Int64>
  private var phases: [Phase] = []
  private let meter: Meter

  /// The card's energy counter: rises evenly, and starts anew at times.
  private struct Meter {
    let origin: Int64
    let start: Int64
    let milliwatts: Int64
    var loads: [Int64] = []

    /// - Unit: millijoules.
    func reading(at time: Int64) -> Int64 {
      let loaded = loads.last { $0 <= time }
      let base: Int64 = loaded == nil ? start : 0
      return base + (time - (loaded ?? origin)) * milliwatts / 1_000
    }
  }

  init(number: Int, around window: TimeRange, _ numbers: inout SeededNumbers) {
    let hour: Int64 = 3_600_000
    let isYoung = numbers.isTrue(oneIn: 4)
    let isOld = numbers.isTrue(oneIn: 4)
    let start = window.start.milliseconds + (isYoung ? numbers.number(0...2 * hour) : -90 * hour)
    let end = window.end.milliseconds + (isOld ? -numbers.number(0...2 * hour) : 90 * hour)
    life = start..<max(start, end)
    let uuid = "GPU-\(number)"
    let model = numbers.pick(["NVIDIA H100 80GB HBM3", "NVIDIA A30", ""])
    let isDivided = numbers.isTrue(oneIn: 3)
    // The last one draws more than any card can.
    var meter = Meter(
      origin: window.start.milliseconds - 100 * hour,
      start: numbers.pick([0, 1_000_000_000, 4_000_000_000_000_000]),
      milliwatts: numbers.pick([0, 65_000, 333_333, 699_999, 11_000_000]))
    for _ in 0..<numbers.number(0...3) {
      meter.loads.append(window.start.milliseconds + numbers.number(-2 * hour...5 * hour))
    }
    meter.loads.sort()
    self.meter = meter
    var time = window.start.milliseconds - 4 * hour
    while time < window.end.milliseconds + 4 * hour {
      phases.append(
        Phase(
          start: time,
          parts: Self.entities(uuid: uuid, model: model, isDivided: isDivided, &numbers)
            .map { Self.part($0, &numbers) }))
      time += numbers.number(1...90) * 60_000
    }
  }

  private static func entities(
    uuid: String, model: String, isDivided: Bool, _ numbers: inout SeededNumbers
  ) -> [GPUEntity] {
    let card = GPUEntity(
      uuid: uuid, instance: nil, slices: nil, model: model, host: RandomHost.name)
    guard isDivided, !numbers.isTrue(oneIn: 4) else { return [card] }
    var entities = numbers.isTrue(oneIn: 3) ? [card] : []
    for instance in 1...numbers.number(1...3) {
      entities.append(
        GPUEntity(
          uuid: uuid, instance: Int(instance), slices: numbers.pick([1, 2, 3, nil]), model: model,
          host: RandomHost.name))
    }
    return entities
  }

  private static func part(_ entity: GPUEntity, _ numbers: inout SeededNumbers) -> Part {
    let names = ["a", "b", "c", "d", "e"].shuffled(using: &numbers)
    var workloads: [WorkloadKey] = []
    for name in names.prefix(Int(numbers.pick([0, 1, 1, 1, 2, 3, 4]))) {
      // Some series of a pod carry its UID, others not; two pods may bear one name.
      for uid in numbers.pick([[""], [""], [""], ["u"], ["", "u"], ["", "u", "v"]]) {
        workloads.append(WorkloadKey(kind: .pod, namespace: "ml", name: name, uid: uid))
      }
    }
    let metrics: [Metric] = numbers.pick([
      [.gpuUtilization], [.graphicsEngineActive], [.gpuUtilization, .graphicsEngineActive],
      [.gpuUtilization, .powerUsage], [.framebufferUsed],
      [.graphicsEngineActive, .framebufferUsed, .powerUsage], [.powerUsage],
      [.gpuUtilization, .totalEnergy], [.gpuUtilization, .powerUsage, .totalEnergy],
      [.graphicsEngineActive, .totalEnergy], [.totalEnergy],
    ])
    return Part(
      entity: entity, workloads: workloads, metrics: metrics, level: numbers.number(0...3))
  }

  /// The series that show the GPU at `time`, with their values.
  func values(at time: Int64, threshold: Int64, _ numbers: inout SeededNumbers)
    -> [(SeriesKey, Double)]
  {
    guard let phase = phases.last(where: { $0.start <= time }) ?? phases.first else { return [] }
    var result: [(SeriesKey, Double)] = []
    for part in phase.parts {
      let names = part.workloads.map { Optional($0) } + (part.workloads.isEmpty ? [nil] : [])
      for metric in part.metrics {
        for workload in names {
          // Some series don't name who they are for.
          let named = numbers.isTrue(oneIn: 12) ? nil : workload
          result.append(
            (
              SeriesKey(metric: metric, entity: part.entity, workload: named),
              metric == .totalEnergy
                ? counter(at: time, &numbers)
                : Self.value(of: metric, level: part.level, threshold: threshold, &numbers)
            ))
        }
      }
    }
    var seen: Set<SeriesKey> = []
    return result.filter { seen.insert($0.0).inserted }
  }

  /// What the counter shows, which sometimes is an older reading, or none that can be true.
  private func counter(at time: Int64, _ numbers: inout SeededNumbers) -> Double {
    if numbers.isTrue(oneIn: 60) { return 9_007_199_254_740_991 }
    let delay = numbers.isTrue(oneIn: 20) ? numbers.number(0...120_000) : 0
    return Double(max(0, meter.reading(at: time - delay)))
  }

  private static func value(
    of metric: Metric, level: Int64, threshold: Int64, _ numbers: inout SeededNumbers
  ) -> Double {
    if metric == .powerUsage { return Double(numbers.number(40_000...700_000)) / 1_000 }
    if metric == .framebufferUsed { return Double(numbers.number(0...80_000)) }
    let parts: Double =
      switch level {
      case 0: 0
      case 1: Double(threshold)
      case 2: max(0, Double(threshold) + numbers.pick([-1, -0.5, -0.000_000_1, 0, 0.5, 1]))
      default: Double(numbers.number(0...1_000_000))
      }
    return parts / (metric == .gpuUtilization ? 10_000 : 1_000_000)
  }
}

extension ScrapedDay {
  /// The UTC day of the samples, counted from 1970.
  var day: Int64 { (frame.timestamps.first ?? 0) / 86_400_000 }
}
