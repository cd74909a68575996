import Configuration
import Dispatch
import Engine
import Quantities
import Records
import Store
import Synchronization

/// Samples to the state ledger: the hours of the hosts whose samples changed.
package struct Rollup {
  let store: Store
  let configuration: Configuration
  private let inventory: Inventory

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

  /// Hosts' days that are stored in one transaction, and in how many strips they are made.
  private static let partsAtOnce = 32
  private static let stripsAtOnce = 4
  /// A host's samples are read a day at a time, one without samples a month.
  private static let chunkMilliseconds = UTCInstant.millisecondsPerDay

  package init(store: Store, configuration: Configuration) {
    self.store = store
    self.configuration = configuration
    inventory = Inventory(configuration)
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
    let names = try store.hosts()
    let guests = try MachineGuests(
      store: store, configuration: configuration, inventory: inventory)
    try markDependents(guests, names)
    let parts = try store.staleHours().flatMap { stale in
      names[stale.host].map { host in
        Self.chunks(of: stale.range.intersection(span)).map { (host, $0) }
      } ?? []
    }
    let hosts = HostLedgers(store: store, configuration: configuration, guests: guests)
    var outcome = try roll(parts, hosts, progress: progress)
    try OpenBookingRun(store: store, configuration: configuration).run(span)
    if isFrozenAsked, frozen > stored.start { outcome.frozenUntil = frozen }
    return outcome
  }

  private typealias Part = (host: HostKey, window: TimeRange)

  /// Rolls `parts` up on all cores, while what was made before them is stored.
  private func roll(
    _ parts: [Part], _ hosts: HostLedgers, progress: (Int, Int) -> Void
  ) throws(StoreError) -> Outcome {
    var outcome = Outcome()
    var made: [RolledPart] = []
    var start = 0
    while start < parts.count || !made.isEmpty {
      progress(start, parts.count)
      let next = start..<min(parts.count, start + Self.partsAtOnce)
      let strips = Self.strips(of: next)
      let results = Mutex<[Int: Result<[RolledPart], StoreError>]>([:])
      let finished = made
      let stored = Mutex<StoreError?>(nil)
      DispatchQueue.concurrentPerform(iterations: strips.count + 1) { number in
        if number == 0 {
          do throws(StoreError) {
            if !finished.isEmpty { try store.replaceFacts(finished.map(\.facts)) }
          } catch {
            stored.withLock { $0 = error }
          }
        } else {
          let result = rolled(parts[strips[number - 1]], hosts)
          results.withLock { $0[number - 1] = result }
        }
      }
      if let error = stored.withLock({ $0 }) { throw error }
      for part in finished { outcome.add(part, isListed: inventory.lists(part.facts.host)) }
      made = []
      for number in strips.indices {
        guard let result = results.withLock({ $0[number] }) else { continue }
        made += try result.get()
      }
      start = next.upperBound
    }
    progress(parts.count, parts.count)
    return outcome
  }

  /// `range` in a few strips, each of neighbours: they want the same frames.
  private static func strips(of range: Range<Int>) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: partsAtOnce / stripsAtOnce).map {
      $0..<min(range.upperBound, $0 + partsAtOnce / stripsAtOnce)
    }
  }

  private func rolled(
    _ parts: ArraySlice<Part>, _ hosts: HostLedgers
  ) -> Result<[RolledPart], StoreError> {
    var cache = FrameCache(store: store)
    var made: [RolledPart] = []
    do throws(StoreError) {
      for part in parts { made.append(try rolled(part, hosts, &cache)) }
    } catch {
      return .failure(error)
    }
    return .success(made)
  }

  /// Notes the hours of hosts on which machines run of which something new is known inside.
  private func markDependents(
    _ guests: MachineGuests, _ names: [Int64: HostKey]
  ) throws(StoreError) {
    let stale = try store.staleHours().compactMap { stale in
      names[stale.host].map { (host: $0, range: stale.range) }
    }
    let shorts = Dictionary(grouping: names.values, by: \.short)
    for (host, ranges) in Dictionary(grouping: guests.dependents(of: stale), by: \.0) {
      try store.markStale(
        hosts: shorts[host] ?? [], ranges: TimeRange.joined(ranges.map(\.1)), settings: [:])
    }
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
      try store.markStale(
        hosts: try allHosts(), ranges: try store.openParts(of: span, configuration.calendar),
        settings: settings)
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

  private func rolled(
    _ part: Part, _ hosts: HostLedgers, _ cache: inout FrameCache
  ) throws(StoreError) -> RolledPart {
    let (ledger, clusters) = try hosts.ledger(of: part.host, in: part.window, &cache)
    return RolledPart(
      facts: HostFacts(
        host: part.host, window: part.window, facts: ledger.facts,
        idlePieces: ledger.idlePieces, reserved: ledger.reserved, clusters: clusters),
      findings: ledger.findings)
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

  static func range(_ text: String) -> TimeRange? {
    let parts = text.split(separator: " ").compactMap { Int64($0) }
    return parts.count == 2 && parts[0] <= parts[1]
      ? TimeRange(milliseconds: parts[0]..<parts[1]) : nil
  }
}

extension Store {
  /// The parts of `span` that no closed month has: its hours are made again when their samples
  /// change, not because the configuration did.
  func openParts(
    of span: TimeRange, _ calendar: BillingCalendar
  ) throws(StoreError) -> [TimeRange] {
    var parts = [span]
    for closed in try closedMonths() {
      let range = calendar.range(of: closed.month)
      parts = parts.flatMap { part in
        [
          TimeRange(part.start, max(part.start, min(part.end, range.start))),
          TimeRange(min(part.end, max(part.start, range.end)), part.end),
        ].filter { !$0.isEmpty }
      }
    }
    return parts
  }
}

/// What came of one host's hours.
private struct RolledPart: Sendable {
  let facts: HostFacts
  let findings: Set<Finding>
}

extension Rollup.Outcome {
  fileprivate mutating func add(_ part: RolledPart, isListed: Bool) {
    hostHours += Int(part.facts.window.milliseconds / UTCInstant.millisecondsPerHour)
    let seen = Set(part.facts.facts.compactMap(\.uuid)).count
    if seen > 0, !isListed { unlisted[part.facts.host] = max(seen, unlisted[part.facts.host] ?? 0) }
    if !part.findings.isEmpty { findings[part.facts.host, default: []].formUnion(part.findings) }
  }
}

extension Source {
  package var origin: SourceOrigin { SourceOrigin(name: name, site: site, cluster: cluster) }

  /// - Unit: milliseconds; nil to read it off the data.
  var scrapeInterval: Int64? {
    switch kind {
    case .prometheus(let prometheus): prometheus.scrapeInterval
    case .dcgmExporter(let exporter): exporter.interval
    case .slurm, .reservations, .assignments, .bill, .rancher, .uyuni, .openstack,
      .vsphere:
      nil
    }
  }
}
