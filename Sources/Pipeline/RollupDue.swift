import Quantities
import Records
import Store

extension Rollup {
  /// How many host-hours of `range` a rollup would make again: their samples, the inventory or the
  /// idle rule changed since their facts were made.
  package func due(in range: TimeRange) throws(StoreError) -> Int {
    guard let stored = try store.span() else { return 0 }
    let frozen = try store.frozenUntil() ?? stored.start
    guard
      let open = range.intersection(
        TimeRange(max(stored.start, frozen), max(stored.end, frozen))), !open.isEmpty
    else { return 0 }
    let names = try store.hosts()
    let wholeHours = { (part: TimeRange?) in
      Int((part?.milliseconds ?? 0) / UTCInstant.millisecondsPerHour)
    }
    guard try store.setting("state_fingerprint") == configuration.stateFingerprint else {
      return wholeHours(open) * max(1, names.count)
    }
    // Hosts that were never seen are due where the ledger didn't reach before.
    let made = try store.setting("rolled_span").flatMap(Self.range)
    let isReached = made.map { $0.start <= open.start && open.end <= $0.end } ?? false
    let unmade = isReached ? 0 : wholeHours(open) - wholeHours(made?.intersection(open))
    return try store.staleHours().reduce(unmade) { count, stale in
      // Nodes without GPUs may be stale, but are never rolled up.
      guard names[stale.host] != nil else { return count }
      return count + wholeHours(stale.range.intersection(open))
    }
  }
}
