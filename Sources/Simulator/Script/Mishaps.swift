/// What goes wrong with single cards: stalls, dead cards, stray use, a signal that sticks.
struct Mishaps {
  let roles: Set<Role>
  let events: HostEvents
  let whole: Range<Int>
  let ticks: Int
  let ticksPerHour: Int

  /// Changes the conduct of cards whose workloads are written already.
  func write(into cards: inout [Card], pods: [Pod], _ generator: inout SplitMix64) {
    if let stray = events.stray, let last = whole.last {
      cards[last].parts[0].overlay(stray, .stray) { $0 == .free }
    }
    var trainings = trainings(cards)
    if roles.contains(.stall), !trainings.isEmpty {
      // The longest training stalls and its signal sticks; the next one has a dead card, if it
      // has several, else the first one has it as well.
      let first = trainings.removeFirst()
      stall(first, &cards, &generator)
      stick(first, &cards, &generator)
      let second = trainings.first { $0.cards.count > 1 } ?? first
      kill(second, &cards, &generator)
      trainings.removeAll { $0.pod == second.pod }
    }
    for training in trainings where training.ticks.count > 4 * ticksPerHour {
      if generator.happens(12) { stall(training, &cards, &generator) }
      if generator.happens(5) { kill(training, &cards, &generator) }
    }
  }

  /// A training and the whole cards that it holds.
  private struct Training {
    let pod: Int
    var cards: [Int]
    let ticks: Range<Int>
  }

  /// The trainings of the host, the longest first.
  private func trainings(_ cards: [Card]) -> [Training] {
    var byPod: [Int: Training] = [:]
    for card in whole {
      for stretch in cards[card].parts[0].stretches where stretch.conduct == .training {
        guard let pod = stretch.pods.first else { continue }
        byPod[pod, default: Training(pod: pod, cards: [], ticks: stretch.ticks)].cards.append(card)
      }
    }
    return byPod.values.sorted {
      $0.ticks.count != $1.ticks.count ? $0.ticks.count > $1.ticks.count : $0.pod < $1.pod
    }
  }

  /// All cards of the training stop for 20 to 90 minutes somewhere in its middle.
  private func stall(
    _ training: Training, _ cards: inout [Card], _ generator: inout SplitMix64
  ) {
    let third = training.ticks.count / 3
    let length = min(generator.pick(20...90) * ticksPerHour / 60, third)
    guard length > 0 else { return }
    let start = training.ticks.lowerBound + third + generator.pick(0...(third - length))
    for card in training.cards {
      cards[card].parts[0].overlay(start..<(start + length), .stalled) { $0 == .training }
    }
  }

  /// One card of the training never works.
  private func kill(_ training: Training, _ cards: inout [Card], _ generator: inout SplitMix64) {
    guard training.cards.count > 1 else { return }
    let card = training.cards[generator.pick(1...(training.cards.count - 1))]
    cards[card].parts[0].overlay(training.ticks, .dead) { $0 != .free }
  }

  /// The profiling signal of the training's first card sticks at zero for some minutes.
  private func stick(
    _ training: Training, _ cards: inout [Card], _ generator: inout SplitMix64
  ) {
    let length = min(generator.pick(6...16), training.ticks.count / 6)
    guard length > 0, let card = training.cards.first else { return }
    let start = training.ticks.lowerBound + 1
    cards[card].parts[0].overlay(start..<(start + length), .stuckSignal) { $0 == .training }
  }
}

extension CardPart {
  /// Gives the part another conduct in `range`, where `isFit` says so of the one it has.
  mutating func overlay(_ range: Range<Int>, _ conduct: Conduct, where isFit: (Conduct) -> Bool) {
    stretches = stretches.flatMap { stretch -> [Stretch] in
      let common = stretch.ticks.clamped(to: range)
      guard !common.isEmpty, isFit(stretch.conduct) else { return [stretch] }
      let pieces = [
        stretch.ticks.lowerBound..<common.lowerBound, common,
        common.upperBound..<stretch.ticks.upperBound,
      ]
      return pieces.enumerated().compactMap { index, ticks in
        if ticks.isEmpty { return nil }
        return Stretch(
          ticks: ticks, pods: stretch.pods, conduct: index == 1 ? conduct : stretch.conduct)
      }
    }
  }
}
