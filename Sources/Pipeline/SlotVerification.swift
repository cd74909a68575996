import Configuration
import Quantities
import Records
import Store

/// Checks the facts against the inventory: every slot has all its time.
package struct SlotVerification {
  private let store: Store
  private let inventory: Inventory
  private let calendar: BillingCalendar

  package init(store: Store, configuration: Configuration) {
    self.store = store
    inventory = Inventory(configuration)
    calendar = configuration.calendar
  }

  /// Hours in which a host's states sum to less than its slots' time.
  package func problems() throws(StoreError) -> [StoreProblem] {
    // Bookings ahead make hours stale that nothing is known of yet.
    guard let span = try store.factSpan(),
      try !store.staleHours().contains(where: { $0.range.intersection(span) != nil })
    else { return [] }
    var problems: [StoreProblem] = []
    // What the inventory says today of hours that are final or closed doesn't change them.
    let closed = try store.closedMonths().last.map { calendar.range(of: $0.month).end }
    let first = max(span.start, try store.frozenUntil() ?? span.start, closed ?? span.start)
    var next = first
    try store.forEachHour { hour, sums in
      if hour < first { return }
      // An hour without any facts is one in which every slot is missing.
      while next < hour { check(next, [:], &problems) }
      check(hour, sums, &problems)
    }
    return problems

    func check(_ hour: UTCInstant, _ sums: [Int64: Int64], _ problems: inout [StoreProblem]) {
      next = hour + UTCInstant.millisecondsPerHour
      problems += self.problems(in: TimeRange(hour, next), sums)
    }
  }

  private func problems(in window: TimeRange, _ sums: [Int64: Int64]) -> [StoreProblem] {
    inventory.hosts.compactMap { host in
      let expected = inventory.slots(of: host, in: window).reduce(Int64(0)) {
        $0 + $1.range.milliseconds * Int64($1.count)
      }
      let found = sums[Identifier.of(host)] ?? 0
      guard found < expected else { return nil }
      return StoreProblem(
        what: "host \(host), hour \(window.start): its states sum to \(found) ms, its slots have "
          + "\(expected) ms",
        remedy: "run 'gputally rollup --window \(window)'")
    }
  }
}
