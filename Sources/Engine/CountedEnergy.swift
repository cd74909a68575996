/// What the energy counter of a card says was used from one sample to the next.
struct CountedEnergy {
  /// No card draws as much on average: more is no energy but a wrong reading.
  ///
  /// - Unit: millijoules a millisecond, which is watts. - Source: the range of power readings.
  static let wattsMax: Int64 = 10_000

  let start: Int64
  let end: Int64
  let microjoules: Int64

  /// What falls on `from` to `to`: as much on every millisecond, cut down to whole microjoules at
  /// either end, so that the parts sum to the whole wherever it is cut.
  func part(_ from: Int64, _ to: Int64) -> Int64 { until(to) - until(from) }

  private func until(_ time: Int64) -> Int64 {
    if time <= start { return 0 }
    if time >= end { return microjoules }
    return Int64(Int128(microjoules) * Int128(time - start) / Int128(end - start))
  }
}

extension GPUStream {
  /// What was used from sample `index` to the next one; nil where the counter doesn't tell.
  ///
  /// A counter that fell was set back by a reload of the driver. What it shows then was used since:
  /// the least that was used, so that power is the better witness where it was measured.
  func countedEnergy(_ index: Int, _ fault: DeliberateFault) -> CountedEnergy? {
    guard !counter.isEmpty, index + 1 < times.count else { return nil }
    let (before, after) = (counter[index], counter[index + 1])
    guard before >= 0, after >= 0 else { return nil }
    let isReset = after < before && fault != .wrapsCounter
    if isReset, power[index] >= 0 { return nil }
    let millijoules = isReset ? after : abs(after - before)
    let (start, end) = (times[index], times[index + 1])
    guard millijoules <= CountedEnergy.wattsMax * (end - start) else { return nil }
    return CountedEnergy(start: start, end: end, microjoules: millijoules * 1_000)
  }
}
