/// What can happen in a simulated fleet; a default fleet has all of it.
package enum Scenario: String, CaseIterable, Sendable {
  case stalledTraining = "a training stalls"
  case deadCard = "one card of a busy job never works"
  case stuckSignal = "a signal sticks at zero while another one is high"
  case exactThreshold = "activity is exactly at the idle threshold"
  case hoarding = "a notebook holds a GPU nearly all the time"
  case missedScrape = "single scrapes are missing"
  case missedRun = "several scrapes in a row are missing"
  case restart = "an exporter restarts while a pod goes on"
  case handover = "a GPU changes hands while nothing is heard of it"
  case drain = "a node is drained"
  case nodeDown = "a node is down"
  case stray = "a GPU works although nobody holds it"
  case cardLost = "a card is no longer seen"
  case neverSeen = "a host of the inventory is never seen"
  case noSignal = "a pod holds an instance without any activity signal"
  case freeInstance = "an instance is free throughout"
  case ownSlices = "slices of a card belong to no instance"
  case sharedCard = "two to four pods share a card"
  case foreignNamespace = "a pod runs in a namespace of no team"
  case reusedName = "a pod's name is used again"
}

extension Fleet {
  /// What happens in this fleet, found in its script.
  package var scenarios: Set<Scenario> {
    var found: Set<Scenario> = [.neverSeen]
    if pods.contains(where: { $0.team == nil }) { found.insert(.foreignNamespace) }
    if Set(pods.map(\.key)).count < pods.count { found.insert(.reusedName) }
    for host in hosts {
      found.formUnion(happenings(on: host))
      for card in host.cards {
        for part in card.parts { found.formUnion(happenings(part, of: card, on: host)) }
      }
    }
    return found
  }

  private func happenings(on host: Host) -> Set<Scenario> {
    var found: Set<Scenario> = []
    let events = host.events
    let parts = host.cards.flatMap(\.parts)
    if events.missed.contains(where: { $0.count == 1 }) { found.insert(.missedScrape) }
    if events.missed.contains(where: { $0.count >= 3 }) { found.insert(.missedRun) }
    if events.drain != nil { found.insert(.drain) }
    if events.down != nil { found.insert(.nodeDown) }
    if let restart = events.restart,
      parts.contains(where: { part in
        let (before, after) = part.holders(around: restart)
        return !before.isEmpty && before == after
      })
    {
      found.insert(.restart)
    }
    if let silence = events.silence,
      parts.contains(where: { part in
        let (before, after) = part.holders(around: silence)
        return !before.isEmpty && !after.isEmpty && Set(before).isDisjoint(with: after)
      })
    {
      found.insert(.handover)
    }
    return found
  }

  private func happenings(_ part: CardPart, of card: Card, on host: Host) -> Set<Scenario> {
    var found: Set<Scenario> = []
    if card.lostFrom != nil { found.insert(.cardLost) }
    if card.slicesOfItsOwn > 0 { found.insert(.ownSlices) }
    if part.instance != nil && part.stretches.allSatisfy(\.pods.isEmpty) {
      found.insert(.freeInstance)
    }
    for stretch in part.stretches {
      switch stretch.conduct {
      case .stalled: found.insert(.stalledTraining)
      case .dead: found.insert(.deadCard)
      case .stuckSignal: found.insert(.stuckSignal)
      case .stray: found.insert(.stray)
      case .shared where stretch.pods.count > 1: found.insert(.sharedCard)
      case .notebook where stretch.ticks.count > plan.ticks / 3: found.insert(.hoarding)
      case .training, .batch:
        if !found.contains(.exactThreshold),
          stretch.ticks.contains(where: {
            host.shows(card, at: $0)
              && reading(part, of: card, on: host, in: stretch, at: $0).utilization == 5
          })
        {
          found.insert(.exactThreshold)
        }
      default: break
      }
      let quiet = host.events.profilingOff.map { stretch.ticks.overlaps($0) } ?? false
      if quiet && part.instance != nil && !stretch.pods.isEmpty { found.insert(.noSignal) }
    }
    return found
  }
}

extension CardPart {
  /// Who holds the part just before and just after a gap.
  fileprivate func holders(around gap: Range<Int>) -> (before: [Int], after: [Int]) {
    let last = stretches.last?.ticks.upperBound ?? 0
    guard gap.lowerBound > 0, gap.upperBound < last else { return ([], []) }
    return (stretch(at: gap.lowerBound - 1).pods, stretch(at: gap.upperBound).pods)
  }
}
