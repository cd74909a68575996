/// The energy counters of a fleet's cards.
///
/// A counter adds up what the card draws, tick by tick, from the last load of its driver on: the
/// driver is loaded anew when a drained node comes back, and when one that was down starts.
struct EnergyMeter: Sendable {
  /// The counters are kept at every so many ticks, and added up from there.
  static let stride = 64
  /// - Unit: millijoules that a counter shows at the start, at most: some weeks of full power.
  private static let startMax: UInt64 = 1_000_000_000_000

  /// By host, card and stride: the counter.
  ///
  /// - Unit: microjoules.
  private var kept: [[[Int64]]] = []

  /// No counters at all, as long as the fleet that draws isn't whole.
  init() {}

  init(_ fleet: Fleet) {
    kept = fleet.hosts.map { host in
      host.cards.map { card in
        var counter = Int64(card.salt % Self.startMax) * 1_000
        var kept: [Int64] = []
        for tick in 0..<fleet.plan.ticks {
          if host.events.loadsDriver(at: tick) { counter = 0 }
          if tick % Self.stride == 0 { kept.append(counter) }
          counter += fleet.microjoules(of: card, on: host, at: tick)
        }
        return kept
      }
    }
  }

  /// The counter at the last kept tick up to `tick`.
  func kept(_ card: Card, _ host: Host, upTo tick: Int) -> (tick: Int, microjoules: Int64) {
    let place = tick / Self.stride
    return (place * Self.stride, kept[host.index][card.index][place])
  }
}

extension HostEvents {
  /// Whether the driver is loaded just before `tick`: its counters begin at zero.
  func loadsDriver(at tick: Int) -> Bool {
    drain?.upperBound == tick || down?.upperBound == tick
  }
}

extension Fleet {
  /// What the energy counter of `card` shows at `ticks`.
  ///
  /// - Unit: millijoules.
  package func energyReadings(of card: Card, on host: Host, at ticks: Range<Int>) -> [Int] {
    guard let first = ticks.first else { return [] }
    var (tick, counter) = meter.kept(card, host, upTo: first)
    var readings: [Int] = []
    while tick < ticks.upperBound {
      if host.events.loadsDriver(at: tick) { counter = 0 }
      if tick >= first { readings.append(Int(counter / 1_000)) }
      counter += microjoules(of: card, on: host, at: tick)
      tick += 1
    }
    return readings
  }

  /// What `card` uses from `tick` to the next one.
  func microjoules(of card: Card, on host: Host, at tick: Int) -> Int64 {
    let stretches = card.parts.map { $0.stretch(at: tick) }
    return Int64(power(of: card, on: host, at: tick, in: stretches)) * plan.scrapeInterval
  }
}
