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
}

/// What a source says of some hours of a day, by hour or in one.
struct RandomWindows {
  private var numbers: SeededNumbers
  private let hourCount: Int64

  init(seed: UInt64, hourCount: Int64) {
    numbers = SeededNumbers(seed: seed)
    self.hourCount = hourCount
  }

  /// One window for each hour.
  mutating func hours() -> [CollectedWindow] {
    let targets = (0..<numbers.number(1...3)).map { "10.0.0.\($0):9400" }
    return (0..<hourCount).map { hour in
      let range = StoreFixture.hours(hour..<(hour + 1))
      let frames = targets.filter { _ in numbers.number(1...4) > 1 }.map { target in
        SampleFrame(target: target, points: points(of: target, in: range))
      }
      return CollectedWindow(
        range: range, frames: frames, observations: observations(in: range),
        rejections: rejections(hour: hour))
    }
  }

  private mutating func points(of target: String, in range: TimeRange) -> [SeriesPoints] {
    let step = numbers.number(1...5) * 60_000
    let times = Array(
      stride(
        from: range.start.milliseconds + numbers.number(0...999), to: range.end.milliseconds,
        by: Int(step)))
    var result: [SeriesPoints] = []
    for gpu in 0..<numbers.number(0...3) {
      for metric in Metric.allCases where numbers.number(1...3) > 1 {
        let instance = numbers.number(0...4) == 0 ? Int(numbers.number(0...2)) : nil
        let entity = GPUEntity(
          uuid: "GPU-\(target)-\(gpu)", instance: instance, slices: instance.map { $0 + 1 },
          model: "H100", host: "node-\(target)")
        let name = numbers.number(0...3)
        let workload = WorkloadKey(kind: .pod, namespace: "ml", name: "w\(name)", uid: "")
        let kept = times.filter { _ in numbers.number(1...8) > 1 }
        result.append(
          SeriesPoints(
            key: SeriesKey(metric: metric, entity: entity, workload: name == 0 ? nil : workload),
            timestamps: kept, values: kept.map { _ in Double(numbers.number(0...1_000)) / 10 }))
      }
    }
    return result
  }

  private mutating func observations(in range: TimeRange) -> [Observation] {
    (0..<numbers.number(0...4)).map { _ in
      let isOutage = numbers.number(0...1) == 0
      let start = range.start.milliseconds + (isOutage ? numbers.number(0...3_599_999) : 0)
      let end = isOutage ? numbers.number((start + 1)...range.end.milliseconds) : nil
      return Observation(
        kind: isOutage ? .outage : .pod, subject: "s\(numbers.number(0...2))",
        attributes: isOutage ? ["reason": "drained"] : ["phase": "Running"],
        range: TimeRange(milliseconds: start..<(end ?? range.end.milliseconds)))
    }
  }

  private mutating func rejections(hour: Int64) -> [Rejection] {
    numbers.number(0...2) > 0
      ? []
      : [Rejection(place: "hour \(hour)", rule: "a rule", found: "this", expected: "that")]
  }

  /// The windows in another order.
  mutating func shuffled(_ windows: [CollectedWindow]) -> [CollectedWindow] {
    windows.shuffled(using: &numbers)
  }
}

extension CollectedWindow {
  /// All of `hours`, which lie beside each other, in one.
  static func joined(_ hours: [CollectedWindow]) -> CollectedWindow? {
    guard let first = hours.first, let last = hours.last else { return nil }
    var frames: [String: SampleFrame] = [:]
    for frame in hours.flatMap(\.frames) {
      frames[frame.target] = frames[frame.target].map { $0.merged(with: frame) } ?? frame
    }
    return CollectedWindow(
      range: TimeRange(first.range.start, last.range.end),
      frames: frames.keys.sorted().compactMap { frames[$0] },
      observations: hours.flatMap(\.observations))
  }
}
