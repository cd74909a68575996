import Configuration
import Foundation
import Ledger
import Quantities
import Records
import Store

/// How far everything is: what `gputally status` shows.
package struct StatusReport: Sendable {
  /// One source.
  package struct SourceLine: Sendable {
    package let name: String
    /// Until when it is stored, nil before anything is.
    package let watermark: UTCInstant?
    package let gaps: [Gap]
    package let rejected: Int
    /// What is stored of a source that is read as a whole, in words; nil of others and without any.
    package let whole: String?
  }

  package let sources: [SourceLine]
  /// What the ledger spans, nil before the first rollup.
  package let ledger: TimeRange?
  /// The share of all GPU-time whose state was observed; nil without any.
  ///
  /// - Unit: percent.
  package let observedPercent: Double?
  /// The share of held and reserved GPU-time of which only the number of GPUs is known.
  package let sharedPercent: Double?
  /// The host-hours whose facts are older than their samples.
  package let staleHostHours: Int
  /// Oldest first.
  package let months: [MonthStatus]
  /// The share of the held time of the month posted last that no rule of a team matches; nil
  /// without any.
  ///
  /// - Unit: percent.
  package let unassigned: (month: String, percent: Double)?
  /// Hosts with samples that no inventory entry names.
  package let unlisted: [HostKey]
  /// Storage of which nothing says what it costs.
  package let unpriced: [UnpricedStorage]
  package let storeBytes: Int
  package let segmentBytes: Int
  package let samples: Int
  /// How far samples go back, nil without any.
  package let firstSample: UTCInstant?
  /// Until when facts are final, since older samples were dropped.
  package let frozenUntil: UTCInstant?
  /// The part of the store that is free for new samples.
  package let freeBytes: Int

  package init(store: Store, configuration: Configuration) throws(StoreError) {
    var lines: [SourceLine] = []
    for source in configuration.sources {
      lines.append(
        SourceLine(
          name: source.name, watermark: try store.span(of: source.name)?.end,
          gaps: try store.gaps(of: source.name), rejected: try store.rejectedCount(of: source.name),
          whole: try Self.whole(source, in: store)))
    }
    sources = lines
    ledger = try store.factSpan()
    observedPercent = try store.observedPercent()
    sharedPercent = try store.sharedPercent()
    // What reaches out of the span that is stored can't be made yet.
    let span = try store.span()
    staleHostHours = try store.staleHours().reduce(0) { count, stale in
      let part = span.flatMap { stale.range.intersection($0) }
      return count + Int((part?.milliseconds ?? 0) / UTCInstant.millisecondsPerHour)
    }
    months = try MonthStatus.all(store: store, calendar: configuration.calendar)
    unassigned = try store.heldShare(of: OwnName.unassigned)
    let inventory = Inventory(configuration)
    unlisted = try store.hosts().values.filter { !inventory.lists($0) }.sorted()
    unpriced = try store.unpricedStorage()
    let sizes = try store.sampleSizes()
    segmentBytes = sizes.bytes
    samples = sizes.samples
    let extent = try store.sampleExtent()
    firstSample = extent.first
    freeBytes = extent.freeBytes
    frozenUntil = try store.frozenUntil()
    let attributes = try? FileManager.default.attributesOfItem(atPath: store.path)
    storeBytes = (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }

  private static func whole(_ source: Source, in store: Store) throws(StoreError) -> String? {
    switch source.kind {
    case .reservations:
      guard let (count, end) = try store.bookings(of: source.name) else { return nil }
      return "\(count) reservations stored, the last until \(end)"
    case .assignments:
      guard let hosts = try store.claimedHosts(of: source.name) else { return nil }
      return "assignments of \(hosts) hosts stored"
    case .bill:
      let files = try store.billFiles(of: source.name)
      if files.isEmpty { return nil }
      return "\(files.count) files of bills stored, \(files.reduce(0) { $0 + $1.rows }) rows"
    case .rancher:
      guard let (count, last) = try store.projects(of: source.name) else { return nil }
      return "names of \(count) projects stored, the last until \(last)"
    case .uyuni: return "nothing is stored of it"
    default: return nil
    }
  }
}
