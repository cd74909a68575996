import Quantities
import Records

/// One card's time, told by its script: which part was in which state for how long, and whose.
struct CardAccount {
  private let fleet: Fleet
  private let host: Host
  private let card: Card
  private let outages: [TimeRange]
  /// The ticks at which the exporter shows the card.
  private let shown: [Int]
  /// From the first sample to the end of the last one, cut to the span.
  private let seen: TimeRange?

  init(_ fleet: Fleet, _ host: Host, _ card: Card, outages: [TimeRange]) {
    self.fleet = fleet
    self.host = host
    self.card = card
    self.outages = outages
    shown = (0..<fleet.plan.ticks).filter { host.shows(card, at: $0) }
    if let first = shown.first, let last = shown.last {
      seen = TimeRange(
        fleet.time(of: first, on: host),
        fleet.time(of: last, on: host) + 2 * fleet.plan.scrapeInterval
      ).intersection(fleet.plan.span)
    } else {
      seen = nil
    }
  }

  /// The time of the span in which the card does not fill its slot.
  var unseen: [TimeRange] {
    fleet.plan.span.pieces(by: [seen].compactMap { $0 }).filter { !$0.isCovered }.map(\.range)
  }

  /// Adds the card's hours to `truth`.
  func post(to truth: inout Truth) {
    guard let seen else { return }
    var hours: [UTCInstant: HourCells] = [:]
    let readings = fleet.energyReadings(of: card, on: host, at: 0..<fleet.plan.ticks)
    for place in shown.indices {
      let start = fleet.time(of: shown[place], on: host)
      let next =
        place + 1 < shown.count ? fleet.time(of: shown[place + 1], on: host) : seen.end
      let end = min(next, start + 2 * fleet.plan.scrapeInterval, seen.end)
      let hasNext = place + 1 < shown.count
      let used = hasNext ? readings[shown[place + 1]] - readings[shown[place]] : -1
      // Without a next sample nothing tells; a counter that fell was set back.
      let energy =
        used < 0
        ? Energy.drawn(milliwatts: milliwatts(shown[place]))
        : Energy.counted(Int128(used) * 1_000, over: TimeRange(start, next))
      speak(shown[place], TimeRange(start, end), energy, &hours)
      if end < next {
        keepSilent(
          shown[place], shown[place + 1], TimeRange(end, next),
          used < 0 ? .drawn(milliwatts: 0) : energy, &hours)
      }
    }
    for range in seen.hours {
      hours[range.start.startOfHour]?.post(range.milliseconds, model: host.model.name, to: &truth) {
        team(of: $0)
      }
    }
  }

  /// The time for which the sample at `tick` speaks.
  private func speak(
    _ tick: Int, _ range: TimeRange, _ energy: Energy, _ hours: inout [UTCInstant: HourCells]
  ) {
    let stretches = card.parts.map { $0.stretch(at: tick) }
    for (place, part) in card.parts.enumerated() {
      let stretch = stretches[place]
      let activity = activity(part, stretch, tick)
      let holders = Set(stretch.pods)
      if holders.isEmpty {
        let isActive = (activity ?? 0) >= Self.idleBelow
        spread(range, isActive ? .unattributed : .unallocated, place, energy, &hours)
      } else {
        let state: State =
          switch activity {
          case nil: .allocatedUnknown
          case let known? where known < Self.idleBelow: .idle
          default: .busy
          }
        add(range, state, place, energy, keys(holders), &hours)
      }
    }
    if card.slicesOfItsOwn > 0 { spread(range, .unallocated, nil, energy, &hours) }
  }

  /// The time between two samples for which neither speaks.
  private func keepSilent(
    _ before: Int, _ after: Int, _ range: TimeRange, _ energy: Energy,
    _ hours: inout [UTCInstant: HourCells]
  ) {
    for (place, part) in card.parts.enumerated() {
      let left = Set(keys(Set(part.stretch(at: before).pods)))
      let stayed = left.intersection(keys(Set(part.stretch(at: after).pods)))
      if stayed.isEmpty {
        spread(range, .unknown, place, energy, &hours)
      } else {
        add(range, .allocatedUnknown, place, energy, stayed.sorted(), &hours)
      }
    }
    if card.slicesOfItsOwn > 0 { spread(range, .unknown, nil, energy, &hours) }
  }

  /// Books time that nobody holds: where the host is out of service, as that.
  private func spread(
    _ range: TimeRange, _ state: State, _ place: Int?, _ energy: Energy,
    _ hours: inout [UTCInstant: HourCells]
  ) {
    for piece in range.pieces(by: outages) {
      add(piece.range, piece.isCovered ? .outOfService : state, place, energy, [], &hours)
    }
  }

  private func add(
    _ range: TimeRange, _ state: State, _ place: Int?, _ energy: Energy,
    _ holders: [WorkloadKey], _ hours: inout [UTCInstant: HourCells]
  ) {
    let slices = place.map { card.parts[$0].slices } ?? card.slicesOfItsOwn
    for hour in range.hours {
      hours[hour.start.startOfHour, default: HourCells()].add(
        Int128(hour.milliseconds), microjoules: energy.microjoules(in: hour),
        slices: Int128(slices), part: place.map { $0 + 1 } ?? 0, state: state, holders: holders)
    }
  }

  /// What the whole card uses while something is booked.
  private enum Energy {
    case drawn(milliwatts: Int128)
    /// - Unit: microjoules, spread evenly over the time from one sample to the next.
    case counted(Int128, over: TimeRange)

    /// The part that falls on `range`: rounded down at both of its ends.
    func microjoules(in range: TimeRange) -> Int128 {
      switch self {
      case .drawn(let milliwatts): return milliwatts * Int128(range.milliseconds)
      case .counted(let whole, let time):
        func until(_ instant: UTCInstant) -> Int128 {
          whole * Int128(instant - time.start) / Int128(time.milliseconds)
        }
        return until(range.end) - until(range.start)
      }
    }
  }

  private func milliwatts(_ tick: Int) -> Int128 {
    let stretches = card.parts.map { $0.stretch(at: tick) }
    return Int128(fleet.power(of: card, on: host, at: tick, in: stretches))
  }

  /// Held and below this is idle.
  ///
  /// - Unit: millionths.
  private static let idleBelow = 50_000

  /// The larger of the signals that the exporter shows, nil where it shows none.
  private func activity(_ part: CardPart, _ stretch: Stretch, _ tick: Int) -> Int? {
    let reading = fleet.reading(part, of: card, on: host, in: stretch, at: tick)
    let percent = part.instance == nil ? reading.utilization * 10_000 : nil
    let engine = host.isProfiling(at: tick) ? reading.engine : nil
    return [percent, engine].compactMap { $0 }.max()
  }

  private func keys(_ pods: Set<Int>) -> [WorkloadKey] {
    pods.map { fleet.workload($0, on: card) }.sorted()
  }

  private func team(of workload: WorkloadKey) -> String {
    fleet.teams.first { Names.namespaces(of: $0).contains(workload.namespace) }
      ?? Truth.unassigned
  }
}
