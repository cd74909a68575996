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
  private let guests: MachineGuests
  /// The names of the sources of each cluster.
  private let sources: [Place: [String]]
  /// The hosts that the inventory lists, by their names up to the first dot.
  private let listed: [HostKey: Set<String>]
  /// Prometheus' own default for `scrape_interval`.
  ///
  /// - Source: Prometheus documentation, configuration, `global.scrape_interval`: 1m.
  private static let usualScrapeInterval: Int64 = 60_000

  init(store: Store, configuration: Configuration, guests: MachineGuests = .none) {
    self.store = store
    self.configuration = configuration
    self.guests = guests
    inventory = Inventory(configuration)
    sources = Dictionary(grouping: configuration.sources.map(\.origin)) {
      Place(site: $0.site, cluster: $0.cluster)
    }.mapValues { $0.map(\.name) }
    listed = Dictionary(grouping: inventory.hosts, by: \.short).mapValues { Set($0.map(\.name)) }
  }

  private struct Place: Hashable {
    let site: String
    let cluster: String
  }

  /// The ledger of `host` in `window`, and the clusters of workloads that are of another one.
  ///
  /// - Parameter idleBelow: in millionths of full activity; nil for what is configured.
  func ledger(
    of host: HostKey, in window: TimeRange, idleBelow: Int64? = nil, _ cache: inout FrameCache
  ) throws(StoreError) -> (ledger: HostLedger, clusters: [WorkloadKey: String]) {
    let day = UTCInstant.millisecondsPerDay
    // A label may name a job for a while after its end, so that a day before and after count.
    let around = TimeRange(window.start.startOfDay - day, (window.end - 1).startOfDay + 2 * day)
    let away = guests.stays(of: host).map(\.range)
    var days = try scraped(host, around: window, &cache) { frame in
      away.reduce(frame) { $0.removing($1) }
    }
    let names = sources(of: host)
    let nodes = try store.observations(
      .schedulerNode, of: host.name, sources: names, in: window)
    let slots = slots(of: host, nodes: nodes, isSeen: !days.isEmpty, in: window)
    var claims = try store.claims(on: host.name, sources: names, in: around)
    if !away.isEmpty { claims = claims.flatMap { $0.without(away) } }
    let inside = try inside(host, around: window, claimed: around, &cache)
    if !inside.days.isEmpty {
      days = (days + inside.days).sorted { $0.frame.timestamps[0] < $1.frame.timestamps[0] }
    }
    let input = HostInput(
      host: host.name, window: window,
      days: days,
      slots: slots.flatMap { slot in
        slot.range.without(away).map { HostInput.Slots(range: $0, count: slot.count) }
      },
      outages: try store.observations(.outage, of: host.name, sources: names, in: window)
        .map(\.range),
      idleBelowPartsPerMillion: idleBelow ?? configuration.idle.belowPartsPerMillion,
      claims: inside.naming(claims) + inside.claims,
      scheduled: nodes.flatMap { $0.range.without(away) },
      gpuNumbers: try gpuNumbers(of: host, sources: names, in: window))
    return (HostRollup.ledger(of: input), inside.clusters)
  }

  private func sources(of host: HostKey) -> [String] {
    sources[Place(site: host.site, cluster: host.cluster)] ?? []
  }

  /// The days of samples of `host` that its ledger in `window` is made from.
  ///
  /// - Parameters:
  ///   - end: after which no sample speaks.
  ///   - part: what of a frame counts.
  private func scraped(
    _ host: HostKey, around window: TimeRange, until end: UTCInstant? = nil,
    _ cache: inout FrameCache, _ part: (SampleFrame) -> SampleFrame
  ) throws(StoreError) -> [ScrapedDay] {
    let stored = try store.days(of: Identifier.of(host), around: window)
    var days: [ScrapedDay] = []
    for day in stored {
      let interval = scrapeInterval(of: day, among: stored)
      let frame = part(try cache.frame(day))
      if frame.isEmpty { continue }
      days.append(ScrapedDay(frame: frame, scrapeInterval: interval, end: end))
    }
    return days
  }

  /// What is known inside the machines that run on `host`.
  private func inside(
    _ host: HostKey, around window: TimeRange, claimed: TimeRange, _ cache: inout FrameCache
  ) throws(StoreError) -> MachineInsides {
    var insides = MachineInsides()
    for stay in guests.guests(on: host) where stay.isWhole && stay.range.overlaps(claimed) {
      let days = try scraped(
        stay.guest, around: window, until: stay.range.end, &cache
      ) { frame in
        frame.limited(to: stay.range).moved(from: stay.guest.name, to: host.name)
      }
      let names = sources(of: stay.guest)
      insides.add(
        days, claims: try store.claims(on: stay.guest.name, sources: names, in: claimed),
        numbers: try gpuNumbers(of: stay.guest, sources: names, in: window), of: stay)
    }
    return insides
  }

  /// What the inventory says of the host; without an entry, what its scheduler does, unless the
  /// host goes by a longer or shorter name elsewhere.
  private func slots(
    of host: HostKey, nodes: [Observation], isSeen: Bool, in window: TimeRange
  ) -> [HostInput.Slots] {
    if inventory.lists(host) {
      return inventory.slots(of: host, in: window).map {
        HostInput.Slots(range: $0.range, count: $0.count)
      }
    }
    if !isSeen, listed[host.short] != nil { return [] }
    return nodes.compactMap { node in
      guard let count = node.attributes["gpus"].flatMap({ Int($0) }), count > 0 else { return nil }
      return node.range.intersection(window).map { HostInput.Slots(range: $0, count: count) }
    }
  }

  /// The UUIDs of the host's GPUs by their numbers, as they were told last.
  private func gpuNumbers(
    of host: HostKey, sources: [String], in window: TimeRange
  ) throws(StoreError) -> [Int: String] {
    let day = TimeRange(
      window.start.startOfDay, (window.end - 1).startOfDay + UTCInstant.millisecondsPerDay)
    var numbers: [Int: String] = [:]
    for observation in try store.observations(
      .gpuNumbers, of: host.name, sources: sources, in: day)
    {
      for (number, uuid) in observation.attributes {
        if let number = Int(number) { numbers[number] = uuid }
      }
    }
    return numbers
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
