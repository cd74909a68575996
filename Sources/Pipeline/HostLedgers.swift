import Configuration
import Engine
import Quantities
import Records
import Store

/// Makes the ledger of a host's hours out of what the store and the configuration say of it.
struct HostLedgers: Sendable {
  private let store: Store
  private let configuration: Configuration
  private let inventory: Inventory
  private let origins: [SourceOrigin]
  /// Prometheus' own default for `scrape_interval`.
  ///
  /// - Source: Prometheus documentation, configuration, `global.scrape_interval`: 1m.
  private static let usualScrapeInterval: Int64 = 60_000

  init(store: Store, configuration: Configuration) {
    self.store = store
    self.configuration = configuration
    inventory = Inventory(configuration)
    origins = configuration.sources.map(\.origin)
  }

  /// The ledger of `host` in `window`.
  ///
  /// - Parameter idleBelow: in millionths of full activity; nil for what is configured.
  func ledger(
    of host: HostKey, in window: TimeRange, idleBelow: Int64? = nil, _ cache: inout FrameCache
  ) throws(StoreError) -> HostLedger {
    let stored = try store.days(of: Identifier.of(host), around: window)
    var days: [ScrapedDay] = []
    for day in stored {
      let interval = scrapeInterval(of: day, among: stored)
      days.append(ScrapedDay(frame: try cache.frame(day), scrapeInterval: interval))
    }
    let input = HostInput(
      host: host.name, window: window, days: days,
      slots: inventory.slots(of: host, in: window).map {
        HostInput.Slots(range: $0.range, count: $0.count)
      },
      outages: try outages(of: host, in: window),
      idleBelowPartsPerMillion: idleBelow ?? configuration.idle.belowPartsPerMillion)
    return HostRollup.ledger(of: input)
  }

  /// For how long a sample of `source` speaks at most; nil where that is read off the data.
  ///
  /// - Unit: milliseconds.
  func reach(of source: String) -> Int64? {
    configuration.sources.first { $0.name == source }?.scrapeInterval.map { 2 * $0 }
  }

  /// The scrape interval of a target on a day: the source's, else the median step of that day,
  /// else of the nearest day that has one.
  private func scrapeInterval(of day: StoredDay, among days: [StoredDay]) -> Int64 {
    let source = configuration.sources.first { $0.name == day.source }
    if let configured = source?.scrapeInterval { return configured }
    if let step = day.step { return step }
    let others = days.filter {
      $0.target == day.target && $0.source == day.source && $0.step != nil
    }
    let nearest = others.min { abs($0.day - day.day) < abs($1.day - day.day) }
    return nearest?.step ?? Self.usualScrapeInterval
  }

  /// When the cluster said that the host was drained or not ready.
  private func outages(of host: HostKey, in window: TimeRange) throws(StoreError) -> [TimeRange] {
    let sources = origins.filter { $0.site == host.site && $0.cluster == host.cluster }
    let short = host.name.prefix { $0 != "." }
    return try store.observations(.outage, sources: sources.map(\.name), in: window)
      .filter { $0.subject == host.name || $0.subject.prefix { $0 != "." } == short }
      .map(\.range)
  }
}

/// The frames read last: the next hours of a host want most of them again.
struct FrameCache {
  private let store: Store
  private var frames: [StoredDay: SampleFrame] = [:]
  private var order: [StoredDay] = []
  private static let framesMax = 8

  init(store: Store) {
    self.store = store
  }

  mutating func frame(_ day: StoredDay) throws(StoreError) -> SampleFrame {
    if let known = frames[day] { return known }
    let frame = try store.frame(day)
    frames[day] = frame
    order.append(day)
    if order.count > Self.framesMax { frames[order.removeFirst()] = nil }
    return frame
  }
}
