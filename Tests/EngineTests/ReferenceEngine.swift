import Engine
import Quantities
import Records

/// The ledger of one host, read off the text of the rules: slow, obvious and apart from the engine.
///
/// All instants at which anything may change cut the time into moments; in each moment the rules
/// say who holds each part of each card and in which state it is. Only then anything is summed.
struct ReferenceEngine {
  /// What one sample says of a card or of one MIG instance.
  struct Reading {
    var workloads: Set<WorkloadKey> = []
    /// Whole millionths, nil where no signal was given.
    var activity: Int64?
    var slices = 0
  }

  /// All that one target shows of one GPU at one instant; the card itself is instance -1.
  struct Sample {
    let time: Int64
    let speaksAtMost: Int64
    var readings: [Int: Reading] = [:]
    var milliwatts: Int64?
    var millijoules: Int64?
  }

  /// What was used between two samples, spread evenly over the time.
  struct Counted {
    let range: Range<Int64>
    let microjoules: Int128

    /// All that was used up to `time`, whole microjoules.
    func until(_ time: Int64) -> Int128 {
      microjoules * Int128(time - range.lowerBound) / Int128(range.count)
    }
  }

  /// A time in which nothing changes, for one part of one card.
  struct Moment {
    let range: Range<Int64>
    let instance: Int
    /// The part of the card.
    let part: Fraction
    let state: State
    let workloads: Set<WorkloadKey>
    let activity: Int64?
    let milliwatts: Int64?
    let counted: Counted?

    var milliseconds: Int128 { Int128(range.upperBound - range.lowerBound) }
  }

  let input: HostInput
  var start: Int64 { input.window.start.milliseconds }
  var end: Int64 { input.window.end.milliseconds }

  static func ledger(of input: HostInput) -> ComparableLedger {
    let reference = ReferenceEngine(input: input)
    var result = ComparableLedger()
    var presences: [Range<Int64>] = []
    for (uuid, samples) in reference.samples() {
      guard let first = samples.first, let last = samples.last else { continue }
      presences.append(first.time..<(last.time + last.speaksAtMost))
      let moments = reference.moments(of: samples, uuid: uuid, findings: &result.findings)
      ReferenceSums.add(moments, uuid: uuid, to: &result)
      ReferenceIdle.add(moments, uuid: uuid, to: &result)
    }
    reference.addSlots(besides: presences, to: &result)
    return result
  }

  // MARK: What was seen

  /// The samples of each GPU on the host, oldest first, without those of the targets that lost
  /// an hour.
  func samples() -> [String: [Sample]] {
    var byTarget: [String: [[Int64: Sample]]] = [:]
    for (number, day) in input.days.enumerated() {
      for series in day.frame.series where series.key.entity.host == input.host {
        let uuid = series.key.entity.uuid
        var targets =
          byTarget[uuid] ?? Array(repeating: [Int64: Sample](), count: input.days.count)
        for (row, value) in zip(series.runs.flatMap { Array($0) }, series.values) {
          let time = day.frame.timestamps[row]
          targets[number][
            time, default: Sample(time: time, speaksAtMost: 2 * day.scrapeInterval)
          ].take(value, of: series.key)
        }
        byTarget[uuid] = targets
      }
    }
    return byTarget.mapValues(Self.winners)
  }

  /// Of each UTC hour the samples of the target that has most of them; then of each other target,
  /// those with more samples first, what lies before or after all that is taken so far.
  static func winners(of targets: [[Int64: Sample]]) -> [Sample] {
    let hours = targets.map { Dictionary(grouping: $0.values) { $0.time / 3_600_000 } }
    var result: [Sample] = []
    for hour in Set(hours.flatMap(\.keys)) {
      let rivals = hours.compactMap { $0[hour] }.enumerated().sorted {
        ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
      }
      var taken: [Sample] = []
      for rival in rivals.map(\.element) {
        let times = taken.map(\.time)
        taken += rival.filter { sample in
          times.allSatisfy { sample.time < $0 } || times.allSatisfy { sample.time > $0 }
        }
      }
      result += taken
    }
    return result.sorted { $0.time < $1.time }
  }

  // MARK: What it means

  func moments(of samples: [Sample], uuid: String, findings: inout Set<Finding>) -> [Moment] {
    let isDivided = samples.contains { $0.readings.keys.contains { $0 >= 0 } }
    let models = input.days.flatMap(\.frame.series).map(\.key.entity)
      .filter { $0.uuid == uuid && $0.host == input.host }.map(\.model)
    let whole = !isDivided ? 1 : models.contains { $0.contains("A30") } ? 4 : 7
    var moments: [Moment] = []
    for (number, sample) in samples.enumerated() {
      let next = number + 1 < samples.count ? samples[number + 1] : nil
      let silent = min(next?.time ?? .max, sample.time + sample.speaksAtMost)
      let counted = next.flatMap { Self.counted(sample, $0) }
      for range in cut(sample.time..<(next?.time ?? silent), at: [silent]) {
        let parts = Self.division(of: sample, slices: whole)
        if parts.claimed > whole {
          findings.insert(.tooManySlices(uuid: uuid, slices: parts.claimed, of: whole))
        }
        for (instance, slices) in parts.slices {
          moments.append(
            moment(
              range, instance: instance, part: Fraction(Int128(slices), over: Int128(whole)),
              sample: sample, next: range.lowerBound < silent ? nil : next, counted: counted))
        }
      }
    }
    return moments
  }

  /// What the card's counter says was used from one sample to the next.
  static func counted(_ sample: Sample, _ next: Sample) -> Counted? {
    guard let before = sample.millijoules, let after = next.millijoules else { return nil }
    var used = Int128(after - before)
    if after < before {
      // Set back: the new reading is what was used since, unless power tells better.
      if sample.milliwatts != nil { return nil }
      used = Int128(after)
    }
    // More than ten kilowatts are no energy.
    let milliseconds = Int128(next.time - sample.time)
    if used > 10_000 * milliseconds { return nil }
    return Counted(range: sample.time..<next.time, microjoules: used * 1_000)
  }

  /// The workloads without those that are named without their UID and once more with it.
  static func once(_ workloads: Set<WorkloadKey>) -> Set<WorkloadKey> {
    workloads.filter { one in
      !one.uid.isEmpty || !workloads.contains { !$0.uid.isEmpty && $0.agrees(with: one) }
    }
  }

  /// The slices of each instance and, where some are left, of the card itself.
  static func division(of sample: Sample, slices whole: Int)
    -> (slices: [(instance: Int, slices: Int)], claimed: Int)
  {
    var left = whole
    var result: [(instance: Int, slices: Int)] = []
    for instance in sample.readings.keys.sorted() where instance >= 0 {
      let slices = min(left, sample.readings[instance]?.slices ?? 0)
      if slices > 0 { result.append((instance, slices)) }
      left -= slices
    }
    if left > 0 { result.append((-1, left)) }
    let claimed = sample.readings.filter { $0.key >= 0 }.reduce(0) { $0 + $1.value.slices }
    return (result, claimed)
  }

  /// - Parameter next: the sample that ends the silence; nil while `sample` speaks.
  func moment(
    _ range: Range<Int64>, instance: Int, part: Fraction, sample: Sample, next: Sample?,
    counted: Counted?
  ) -> Moment {
    let isOut = input.outages.contains {
      $0.start.milliseconds <= range.lowerBound && range.lowerBound < $0.end.milliseconds
    }
    let reading = sample.readings[instance] ?? Reading()
    let holders: Set<WorkloadKey>
    let state: State
    if let next {
      let before = Self.once(reading.workloads)
      let after = Self.once(next.readings[instance]?.workloads ?? [])
      holders = Self.once(
        before.union(after).filter { workload in
          before.contains { $0.agrees(with: workload) }
            && after.contains { $0.agrees(with: workload) }
        })
      state = !holders.isEmpty ? .allocatedUnknown : isOut ? .outOfService : .unknown
    } else {
      holders = Self.once(reading.workloads)
      let isActive = reading.activity.map { $0 >= input.idleBelowPartsPerMillion }
      if !holders.isEmpty {
        state = isActive.map { $0 ? .busy : .idle } ?? .allocatedUnknown
      } else if isOut {
        state = .outOfService
      } else {
        state = isActive == true ? .unattributed : .unallocated
      }
    }
    return Moment(
      range: range, instance: instance, part: part, state: state, workloads: holders,
      activity: next == nil ? reading.activity : nil,
      milliwatts: next == nil ? sample.milliwatts : nil, counted: counted)
  }

  /// The part of `range` in the window, cut at hours, at outages and at `others`.
  func cut(_ range: Range<Int64>, at others: [Int64]) -> [Range<Int64>] {
    let range = range.clamped(to: start..<end)
    guard !range.isEmpty else { return [] }
    var borders = Set(stride(from: start, to: end, by: 3_600_000))
    borders.formUnion(input.outages.flatMap { [$0.start.milliseconds, $0.end.milliseconds] })
    borders.formUnion(others)
    borders = borders.filter { range.lowerBound < $0 && $0 < range.upperBound }
    let sorted = [range.lowerBound] + borders.sorted() + [range.upperBound]
    return zip(sorted, sorted.dropFirst()).map { $0..<$1 }
  }

  // MARK: Slots

  /// What the inventory has and nobody has seen.
  func addSlots(besides presences: [Range<Int64>], to result: inout ComparableLedger) {
    let slots = input.slots.map {
      (range: $0.range.start.milliseconds..<$0.range.end.milliseconds, count: $0.count)
    }
    let borders = (presences + slots.map(\.range)).flatMap { [$0.lowerBound, $0.upperBound] }
    for range in cut(start..<end, at: borders) {
      let count = slots.reduce(0) { $0 + ($1.range.contains(range.lowerBound) ? $1.count : 0) }
      let seen = presences.filter { $0.contains(range.lowerBound) }.count
      if seen > count, !slots.isEmpty {
        result.findings.insert(.moreGPUsThanSlots(seen: seen, slots: count))
      }
      guard count > seen else { continue }
      let isOut = input.outages.contains {
        $0.contains(UTCInstant(milliseconds: range.lowerBound))
      }
      result.add(
        ComparableLedger.Key(
          hour: range.lowerBound / 3_600_000, uuid: nil, state: isOut ? .outOfService : .unknown,
          workload: nil),
        ComparableLedger.Amounts(
          milliseconds: Int128(range.count) * Int128(count - seen), range: range))
    }
  }
}

extension ReferenceEngine.Sample {
  /// Takes in what one series says at this time.
  mutating func take(_ value: Double, of key: SeriesKey) {
    var reading = readings[key.entity.instance ?? -1] ?? ReferenceEngine.Reading()
    if let workload = key.workload { reading.workloads.insert(workload) }
    reading.slices = max(reading.slices, key.entity.slices ?? 1)
    switch key.metric {
    case .gpuUtilization:
      reading.activity = max(reading.activity ?? 0, Self.millionths(value * 10_000))
    case .graphicsEngineActive:
      reading.activity = max(reading.activity ?? 0, Self.millionths(value * 1_000_000))
    case .powerUsage: milliwatts = max(milliwatts ?? 0, Int64((value * 1_000).rounded()))
    case .totalEnergy: millijoules = max(millijoules ?? 0, Int64(value.rounded()))
    case .framebufferUsed: break
    }
    readings[key.entity.instance ?? -1] = reading
  }

  private static func millionths(_ exact: Double) -> Int64 {
    let floor = Int64(exact.rounded(.down))
    return exact - Double(floor) > 1 - 1e-6 ? floor + 1 : floor
  }
}
