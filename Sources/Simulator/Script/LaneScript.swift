/// The rules after which one lane is filled with holdings.
///
/// A lane is what is given to one workload at a time: a block of whole cards, a MIG instance, a
/// share of a time-sliced card.
struct LaneRules {
  /// What runs here besides the anchors; a kind named twice is twice as likely.
  var kinds: [WorkloadKind]
  /// What must run here, in rising order, without overlap.
  var anchors: [Range<Int>] = []
  var anchorKind: WorkloadKind
  /// Where nothing may hold the lane; apart from each other.
  var barred: [Range<Int>] = []
  /// Where no holding may begin or end.
  var unbroken: [Range<Int>] = []
  let ticks: Int
  /// - Unit: ticks.
  let ticksPerHour: Int
}

/// One workload's time on a lane.
struct Holding: Equatable {
  var ticks: Range<Int>
  let kind: WorkloadKind
}

extension LaneRules {
  /// The holdings of the lane, in rising order, without overlap.
  func holdings(_ generator: inout SplitMix64) -> [Holding] {
    let planned = plan(&generator)
    return planned.flatMap(outsideBars).map(settled).filter { !$0.ticks.isEmpty }
  }

  private func plan(_ generator: inout SplitMix64) -> [Holding] {
    var result: [Holding] = []
    var tick = generator.pick(0...max(1, ticks / 40))
    var next = 0
    while tick < ticks {
      if next < anchors.count && anchors[next].lowerBound - tick < 4 {
        let anchor = anchors[next].clamped(to: tick..<max(tick, ticks))
        next += 1
        if anchor.isEmpty { continue }
        result.append(Holding(ticks: anchor, kind: anchorKind))
        tick = anchor.upperBound
        // An anchor that follows at once takes over without a gap.
        if next == anchors.count || anchors[next].lowerBound > tick { tick += gap(&generator) }
        continue
      }
      let limit = next < anchors.count ? anchors[next].lowerBound : ticks
      let kind = generator.pick(from: kinds)
      let end = min(limit, tick + duration(kind, &generator))
      result.append(Holding(ticks: tick..<end, kind: kind))
      tick = min(limit, end + gap(&generator))
    }
    return result
  }

  private func duration(_ kind: WorkloadKind, _ generator: inout SplitMix64) -> Int {
    let minutes =
      switch kind {
      case .training: generator.pick(120...600)
      case .notebook: generator.pick(240...900)
      case .batch: generator.pick(6...50)
      }
    return max(2, minutes * ticksPerHour / 60)
  }

  private func gap(_ generator: inout SplitMix64) -> Int {
    generator.happens(30) ? 0 : generator.pick(1...max(1, ticksPerHour * 3 / 4))
  }

  /// What is left of a holding outside the barred times: it ends where a bar begins, and another
  /// one takes up the work where the bar ends.
  private func outsideBars(_ holding: Holding) -> [Holding] {
    var left = [holding]
    for bar in barred {
      left = left.flatMap { part -> [Holding] in
        guard part.ticks.overlaps(bar) else { return [part] }
        let before = part.ticks.lowerBound..<max(part.ticks.lowerBound, bar.lowerBound)
        let after = min(part.ticks.upperBound, bar.upperBound)..<part.ticks.upperBound
        return [before, after].filter { !$0.isEmpty }.map { Holding(ticks: $0, kind: part.kind) }
      }
    }
    return left
  }

  /// The holding with its ends moved out of the unbroken times.
  private func settled(_ holding: Holding) -> Holding {
    let start = settled(holding.ticks.lowerBound)
    let end = settled(holding.ticks.upperBound)
    return Holding(ticks: min(start, ticks)..<min(max(start, end), ticks), kind: holding.kind)
  }

  private func settled(_ tick: Int) -> Int {
    for window in unbroken where window.contains(tick) { return window.upperBound }
    return tick
  }
}
