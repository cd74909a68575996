import Configuration
import Quantities
import Records
import Store

/// Finds what is missing of a month that is to be closed.
///
/// Missing are hours that a source was asked for and didn't give whole, hours of a configured
/// source after its first one that it was never asked for, and hours before anything was collected
/// in which the inventory has GPUs. GPU-time of unknown state is none of these: it is charged.
struct ClosingGaps {
  let store: Store
  let configuration: Configuration

  /// The gaps in whole hours, joined where they meet for one reason, by source and time.
  func gaps(in range: TimeRange) throws(StoreError) -> [ClosedGap] {
    let faults = try store.hourFaults(in: range)
    var gaps = try beforeAnything(in: range)
    // A bill tells of the hours in which instances were, not of all.
    let bills = Set(
      configuration.sources.filter { if case .bill = $0.kind { true } else { false } }.map(\.name))
    let configured = Set(configuration.sources.map(\.name)).subtracting(bills)
    for source in configured.union(faults.keys).sorted() {
      let first = try store.span(of: source)?.start
      // A source that was taken out of the configuration isn't asked any more.
      let asked = configured.contains(source) ? first : nil
      gaps += Self.gaps(of: source, in: range, asked: asked, faults: faults[source] ?? [:])
    }
    return gaps
  }

  private static func gaps(
    of source: String, in range: TimeRange, asked: UTCInstant?, faults: [UTCInstant: String?]
  ) -> [ClosedGap] {
    var gaps: [ClosedGap] = []
    var hour = range.start
    while hour < range.end {
      let next = hour + UTCInstant.millisecondsPerHour
      let isAsked = asked.map { $0 <= hour } ?? false
      let fault: String? =
        if let known = faults[hour] { known } else { isAsked ? "never collected" : nil }
      if let fault {
        if let last = gaps.last, last.range.end == hour, last.detail == fault {
          gaps[gaps.count - 1] = ClosedGap(
            source: source, range: TimeRange(last.range.start, next), detail: fault)
        } else {
          gaps.append(ClosedGap(source: source, range: TimeRange(hour, next), detail: fault))
        }
      }
      hour = next
    }
    return gaps
  }

  private func beforeAnything(in range: TimeRange) throws(StoreError) -> [ClosedGap] {
    let first = try store.span()?.start ?? range.end
    guard let before = range.intersection(TimeRange(min(first, range.start), first)),
      !before.isEmpty
    else { return [] }
    let inventory = Inventory(configuration)
    let exists =
      inventory.hosts.isEmpty
      || inventory.hosts.contains { !inventory.slots(of: $0, in: before).isEmpty }
    guard exists else { return [] }
    return [ClosedGap(source: "", range: before, detail: "before anything was collected")]
  }
}
