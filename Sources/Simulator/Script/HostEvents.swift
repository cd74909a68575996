import Quantities

/// What goes wrong on one host, in ticks of that host.
///
/// The events lie in windows of the span that do not overlap, so that even a fleet of one host
/// can have them all.
package struct HostEvents: Sendable {
  /// The exporter restarts: no scrape, the same holders before and after.
  package var restart: Range<Int>?
  /// The exporter is silent, and meanwhile a GPU changes hands.
  package var silence: Range<Int>?
  /// Where a GPU changes hands inside `silence`.
  package var handover: Int?
  /// The node is cordoned and its pods leave.
  package var drain: Range<Int>?
  /// The profiling module is not loaded.
  package var profilingOff: Range<Int>?
  /// A free GPU is used outside the scheduler.
  package var stray: Range<Int>?
  /// The node is down: no scrape, no pods.
  package var down: Range<Int>?
  /// The tick from which one card is no longer seen.
  package var cardLost: Int?
  /// Scrapes that fail for no reason, single ones and runs.
  package var missed: [Range<Int>] = []

  /// Spans shorter than this many ticks have no events.
  static let ticksMin = 60

  /// - Parameter roles: which of the events this host has, as ``Role`` numbers them.
  init(roles: Set<Role>, ticks: Int, generator: inout SplitMix64) {
    guard ticks >= Self.ticksMin else { return }
    let clock = EventClock(ticks: ticks)
    if roles.contains(.restart) {
      let start = clock.at(120, jitter: 15, &generator)
      restart = start..<(start + clock.length(3...10, mostPermille: 60, &generator))
    }
    if roles.contains(.silence) {
      let start = clock.at(300, jitter: 10, &generator)
      let range = start..<(start + clock.length(30...80, mostPermille: 60, &generator))
      silence = range
      handover = range.lowerBound + range.count / 2
    }
    if roles.contains(.drain) {
      let start = clock.at(420, jitter: 20, &generator)
      drain = start..<(start + clock.span(permille: 100...150, &generator))
    }
    if roles.contains(.profilingOff) {
      let start = clock.at(625, jitter: 5, &generator)
      profilingOff = start..<(start + clock.span(permille: 15...30, &generator))
    }
    if roles.contains(.stray) {
      let start = clock.at(630, jitter: 5, &generator)
      stray = start..<(start + clock.span(permille: 15...30, &generator))
    }
    if roles.contains(.down) {
      let start = clock.at(720, jitter: 20, &generator)
      down = start..<(start + clock.span(permille: 40...80, &generator))
    }
    if roles.contains(.cardLost) { cardLost = clock.at(860, jitter: 30, &generator) }
    missed = clock.missedScrapes(apartFrom: [restart, silence, drain, down], &generator)
  }

  /// The ticks without samples.
  func isScraped(ticks: Int) -> [Bool] {
    var result = [Bool](repeating: true, count: ticks)
    for gap in [restart, silence, down].compactMap({ $0 }) + missed {
      for tick in gap.clamped(to: 0..<ticks) { result[tick] = false }
    }
    return result
  }
}

/// The events that a host can be given.
package enum Role: Int, CaseIterable, Sendable {
  case restart = 0
  case silence = 1
  case drain = 2
  case down = 3
  case cardLost = 4
  case stray = 5
  case migCards = 6
  case timeSlicedCards = 7
  case stall = 8
  case hoarding = 9
  case profilingOff = 10

  /// The roles of a host in a fleet of `hosts`: every fleet has each role at least once.
  static func roles(ofHost index: Int, of hosts: Int) -> Set<Role> {
    // With eight hosts or more the roles repeat every eight hosts.
    let cycle = min(hosts, 8)
    return Set(allCases.filter { $0.home % cycle == index % cycle })
  }

  /// The host that has the role in a fleet of eight.
  private var home: Int {
    switch self {
    case .stall: 0
    case .hoarding: 5
    case .profilingOff: Role.migCards.home
    default: rawValue
    }
  }
}

/// Places events on the ticks of a span.
private struct EventClock {
  let ticks: Int

  /// A tick near `permille` of the span.
  func at(_ permille: Int, jitter: Int, _ generator: inout SplitMix64) -> Int {
    ticks * (permille + generator.pick(0...jitter)) / 1_000
  }

  /// A number of ticks of `range`, at least three, at most a share of the span.
  func length(
    _ range: ClosedRange<Int>, mostPermille: Int, _ generator: inout SplitMix64
  ) -> Int {
    max(3, min(generator.pick(range), ticks * mostPermille / 1_000))
  }

  /// A number of ticks that is a share of the span.
  func span(permille: ClosedRange<Int>, _ generator: inout SplitMix64) -> Int {
    max(3, ticks * generator.pick(permille) / 1_000)
  }

  /// One single missing scrape and one run at least, more in longer spans, away from `events`.
  func missedScrapes(
    apartFrom events: [Range<Int>?], _ generator: inout SplitMix64
  ) -> [Range<Int>] {
    let margin = 8
    let kept = events.compactMap { $0 }.map { ($0.lowerBound - margin)..<($0.upperBound + margin) }
    var result: [Range<Int>] = []
    func add(_ length: Int) {
      for _ in 0..<100 {
        let start = generator.pick(1...(ticks - length - 2))
        let gap = start..<(start + length)
        let near = (start - 2)..<(gap.upperBound + 2)
        if kept.contains(where: { $0.overlaps(gap) }) { continue }
        if result.contains(where: { $0.overlaps(near) }) { continue }
        result.append(gap)
        return
      }
    }
    for _ in 0...(ticks / 400) { add(1) }
    for _ in 0...(ticks / 1_500) { add(generator.pick(3...6)) }
    return result.sorted { $0.lowerBound < $1.lowerBound }
  }
}
