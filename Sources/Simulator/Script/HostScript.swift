import Quantities

/// Writes the stretches of one host's cards.
struct HostScript {
  let plan: FleetPlan
  let roles: Set<Role>
  let events: HostEvents
  let layout: HostLayout
  let node: String
  let model: GPUModel

  private var ticks: Int { plan.ticks }
  private var ticksPerHour: Int { Int(UTCInstant.millisecondsPerHour / plan.scrapeInterval) }

  /// Fills `cards` with stretches, and `crew` with the pods that hold them.
  func write(into cards: inout [Card], crew: inout Crew, _ generator: inout SplitMix64) {
    writeWholeCards(&cards, &crew, &generator)
    for index in layout.timeSlicedCards { writeShared(&cards[index], &crew, &generator) }
    for index in layout.instanceCards { writeInstances(&cards[index], &crew, &generator) }
    let mishaps = Mishaps(
      roles: roles, events: events, whole: layout.wholeCards, ticks: ticks,
      ticksPerHour: ticksPerHour)
    mishaps.write(into: &cards, pods: crew.pods, &generator)
  }

  private func writeWholeCards(
    _ cards: inout [Card], _ crew: inout Crew, _ generator: inout SplitMix64
  ) {
    let whole = layout.wholeCards
    for (number, block) in layout.blocks(&generator).enumerated() {
      var rules = rules([.notebook, .notebook, .batch, .batch, .training], &generator)
      if block.count > 1 { rules.kinds = [.training] }
      if number == 0 {
        rules.anchors = mainAnchors
        rules.anchorKind = .training
      }
      if roles.contains(.hoarding), number > 0, block.lowerBound == whole.upperBound - 2 {
        rules.anchors = [at(50)..<at(950)]
        rules.anchorKind = .notebook
      }
      if block.upperBound == whole.upperBound {
        if let stray = events.stray { rules.barred.append(stray) }
        if let lost = events.cardLost, whole.count > 1 {
          rules.barred.append(lost..<ticks)
          cards[whole.upperBound - 1].lostFrom = lost
        }
      }
      let lane = lane(rules, "nvidia_com_gpu", count: block.count, &crew, &generator)
      for card in block {
        cards[card].parts[0].stretches = Self.stretches([lane], crew.pods, ticks: ticks)
      }
    }
  }

  private func writeShared(
    _ card: inout Card, _ crew: inout Crew, _ generator: inout SplitMix64
  ) {
    let anchors = [[at(20)..<at(400)], [at(50)..<at(350)], [], []]
    let lanes = anchors.map { anchors in
      var rules = rules([.notebook, .batch, .batch], &generator)
      rules.anchors = anchors
      rules.anchorKind = .notebook
      return lane(rules, "nvidia_com_gpu", count: 1, &crew, &generator)
    }
    card.parts[0].stretches = Self.stretches(lanes, crew.pods, ticks: ticks).map { stretch in
      var shared = stretch
      if !stretch.pods.isEmpty { shared.conduct = .shared }
      return shared
    }
  }

  private func writeInstances(
    _ card: inout Card, _ crew: inout Crew, _ generator: inout SplitMix64
  ) {
    for index in card.parts.indices {
      var rules = rules([.notebook, .batch, .batch], &generator)
      if index == 0 {
        rules.anchors = [at(600)..<at(690)]
        rules.anchorKind = .batch
      }
      // The last instance of the host's first MIG card is never asked for.
      if card.index == layout.instanceCards.lowerBound && index == card.parts.count - 1 {
        rules.barred = [0..<ticks]
      }
      let profile = card.parts[index].profile ?? ""
      let resource = "nvidia_com_mig_" + profile.map { $0 == "." ? "_" : String($0) }.joined()
      let lane = lane(rules, resource, count: 1, &crew, &generator)
      card.parts[index].stretches = Self.stretches([lane], crew.pods, ticks: ticks)
    }
  }

  /// The rules that the host's events make for every lane.
  private func rules(_ kinds: [WorkloadKind], _ generator: inout SplitMix64) -> LaneRules {
    var rules = LaneRules(
      kinds: kinds, anchorKind: kinds[0], ticks: ticks, ticksPerHour: ticksPerHour)
    if let restart = events.restart {
      rules.unbroken = [restart.lowerBound..<(restart.upperBound + 1)]
    }
    if let drain = events.drain {
      // Pods leave a drained node one after the other.
      let grace = min(generator.pick(0...10), drain.count - 2)
      rules.barred.append((drain.lowerBound + grace)..<drain.upperBound)
    }
    if let down = events.down { rules.barred.append(down) }
    return rules
  }

  /// What must run on the first block of a host so that its events meet a workload.
  private var mainAnchors: [Range<Int>] {
    guard ticks >= HostEvents.ticksMin else { return [] }
    if let handover = events.handover {
      return [at(30)..<at(240), at(250)..<handover, handover..<at(400)]
    }
    return events.restart != nil || roles.contains(.stall) ? [at(30)..<at(400)] : []
  }

  private func at(_ permille: Int) -> Int { ticks * permille / 1_000 }

  /// The pods of one lane: their indices and ticks.
  private func lane(
    _ rules: LaneRules, _ resource: String, count: Int, _ crew: inout Crew,
    _ generator: inout SplitMix64
  ) -> [Int] {
    var lane: [Int] = []
    for holding in rules.holdings(&generator) {
      lane.append(
        crew.hire(
          holding, node: node, resource: resource, count: count, after: lane.last, &generator))
    }
    return lane
  }

  /// The stretches of a card on which the pods of several lanes run.
  private static func stretches(_ lanes: [[Int]], _ pods: [Pod], ticks: Int) -> [Stretch] {
    let all = lanes.flatMap { $0 }
    let edges = Set(all.flatMap { [pods[$0].ticks.lowerBound, pods[$0].ticks.upperBound] })
      .union([0, ticks]).filter { $0 <= ticks }.sorted()
    return zip(edges, edges.dropFirst()).map { start, end in
      let present = all.filter { pods[$0].ticks.contains(start) }
        .sorted { pods[$0].keyWithUID < pods[$1].keyWithUID }
      let conduct = present.first.map { Conduct(pods[$0].kind) } ?? .free
      return Stretch(ticks: start..<end, pods: present, conduct: conduct)
    }
  }
}
