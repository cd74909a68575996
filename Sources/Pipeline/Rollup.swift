import Configuration
import Engine
import Quantities
import Records
import Store

/// Samples to the state ledger: the hours of the hosts whose samples changed.
package struct Rollup {
  private let store: Store
  private let configuration: Configuration
  private let inventory: Inventory
  private let origins: [SourceOrigin]

  /// What a rollup did.
  package struct Outcome: Sendable {
    package var hostHours = 0
    /// What people should look into, by host.
    package var findings: [HostKey: Set<Finding>] = [:]
    /// Hosts that no inventory entry names, and how many GPUs were seen on them.
    package var unlisted: [HostKey: Int] = [:]
    /// Until when hours were asked for that stay as they are, since their samples were dropped.
    package var frozenUntil: UTCInstant?
    package init() {}
  }

  /// A host's samples are read a day at a time, one without samples a month.
  private static let chunkMilliseconds = UTCInstant.millisecondsPerDay
  /// Prometheus' own default for `scrape_interval`.
  ///
  /// - Source: Prometheus documentation, configuration, `global.scrape_interval`: 1m.
  private static let usualScrapeInterval: Int64 = 60_000

  package init(store: Store, configuration: Configuration) {
    self.store = store
    self.configuration = configuration
    inventory = Inventory(configuration)
    origins = configuration.sources.map(\.origin)
  }

  /// Makes the facts of every stale hour.
  ///
  /// - Parameters:
  ///   - now: hours that aren't over yet are left for later.
  ///   - window: to make these hours again whether they are stale or not.
  ///   - progress: told the done and the whole number of hosts' parts.
  package func run(
    now: UTCInstant, window: TimeRange? = nil, progress: (Int, Int) -> Void = { _, _ in }
  ) throws(StoreError) -> Outcome {
    guard let stored = try store.span(), stored.start < now.startOfHour else { return Outcome() }
    let frozen = try store.frozenUntil() ?? stored.start
    let span = TimeRange(
      max(stored.start, frozen), max(frozen, min(stored.end, now.startOfHour)))
    let isFrozenAsked =
      try markNewHours(span: span, forced: window) || window.map { $0.start < frozen } ?? false
    let hosts = try store.hosts()
    let parts = try store.staleHours().flatMap { stale in
      hosts[stale.host].map { host in
        Self.chunks(of: stale.range.intersection(span)).map { (host, $0) }
      } ?? []
    }
    var outcome = Outcome()
    if isFrozenAsked, frozen > stored.start { outcome.frozenUntil = frozen }
    var cache = FrameCache(store: store)
    for (index, part) in parts.enumerated() {
      progress(index, parts.count)
      try roll(part.0, part.1, &cache, &outcome)
    }
    progress(parts.count, parts.count)
    return outcome
  }

  /// Notes the hours that are stale for another reason than new samples: the ledger now spans
  /// them, the configuration changed, or somebody asks for them.
  ///
  /// - Returns: whether the configuration changed, so that all hours are meant.
  private func markNewHours(span: TimeRange, forced: TimeRange?) throws(StoreError) -> Bool {
    let before = try store.setting("rolled_span").flatMap(Self.range)
    let fingerprint = configuration.stateFingerprint
    var settings = ["rolled_span": "\(span.start.milliseconds) \(span.end.milliseconds)"]
    if try store.setting("state_fingerprint") != fingerprint {
      settings["state_fingerprint"] = fingerprint
      try store.markStale(hosts: try allHosts(), ranges: [span], settings: settings)
      return true
    }
    let new = Self.difference(span, before)
    if before != span {
      try store.markStale(hosts: inventory.hosts, ranges: new, settings: settings)
    }
    if let forced = forced?.intersection(span) {
      try store.markStale(hosts: try allHosts(), ranges: [forced], settings: [:])
    }
    return false
  }

  private func allHosts() throws(StoreError) -> [HostKey] {
    Set(try store.hosts().values).union(inventory.hosts).sorted()
  }

  private func roll(
    _ host: HostKey, _ window: TimeRange, _ cache: inout FrameCache, _ outcome: inout Outcome
  ) throws(StoreError) {
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
      idleBelowPartsPerMillion: configuration.idle.belowPartsPerMillion)
    let ledger = HostRollup.ledger(of: input)
    try store.replaceFacts(
      of: host, in: window, facts: ledger.facts, idlePieces: ledger.idlePieces)
    outcome.hostHours += Int(window.milliseconds / UTCInstant.millisecondsPerHour)
    let seen = Set(ledger.facts.compactMap(\.uuid)).count
    if seen > 0, !inventory.lists(host) {
      outcome.unlisted[host] = max(seen, outcome.unlisted[host] ?? 0)
    }
    if !ledger.findings.isEmpty { outcome.findings[host, default: []].formUnion(ledger.findings) }
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

  // MARK: Ranges

  private static func chunks(of range: TimeRange?) -> [TimeRange] {
    guard let range else { return [] }
    var chunks: [TimeRange] = []
    var start = range.start
    while start < range.end {
      let end = min(range.end, start.startOfDay + chunkMilliseconds)
      chunks.append(TimeRange(start, end))
      start = end
    }
    return chunks
  }

  private static func difference(_ span: TimeRange, _ before: TimeRange?) -> [TimeRange] {
    guard let before else { return [span] }
    return [
      span.start < before.start ? TimeRange(span.start, before.start) : nil,
      span.end > before.end ? TimeRange(before.end, span.end) : nil,
    ].compactMap { $0 }
  }

  private static func range(_ text: String) -> TimeRange? {
    let parts = text.split(separator: " ").compactMap { Int64($0) }
    return parts.count == 2 && parts[0] <= parts[1]
      ? TimeRange(milliseconds: parts[0]..<parts[1]) : nil
  }
}

/// The frames read last: the next chunk of a host wants most of them again.
private struct FrameCache {
  let store: Store
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

extension Source {
  package var origin: SourceOrigin { SourceOrigin(name: name, site: site, cluster: cluster) }

  /// - Unit: milliseconds; nil to read it off the data.
  var scrapeInterval: Int64? {
    switch kind {
    case .prometheus(let prometheus): prometheus.scrapeInterval
    case .dcgmExporter(let exporter): exporter.interval
    }
  }
}
