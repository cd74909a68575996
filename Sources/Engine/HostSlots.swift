import Quantities
import Records

extension HostRollup {
  /// The time of inventory slots that no GPU fills.
  mutating func rollSlots(besides presences: [TimeRange]) {
    var changes: [Int64: (slots: Int, seen: Int)] = [:]
    func add(_ range: TimeRange, slots: Int, seen: Int) {
      changes[range.start.milliseconds, default: (0, 0)].slots += slots
      changes[range.start.milliseconds, default: (0, 0)].seen += seen
      changes[range.end.milliseconds, default: (0, 0)].slots -= slots
      changes[range.end.milliseconds, default: (0, 0)].seen -= seen
    }
    for slot in input.slots {
      if let part = slot.range.intersection(input.window) { add(part, slots: slot.count, seen: 0) }
    }
    for presence in presences { add(presence, slots: 0, seen: 1) }
    let times = changes.keys.sorted()
    var (slots, seen) = (0, 0)
    var hours = SlotHours()
    for (time, next) in zip(times, times.dropFirst()) {
      slots += changes[time]?.slots ?? 0
      seen += changes[time]?.seen ?? 0
      if slots > seen {
        addSlots(time, next, count: slots - seen, to: &hours)
      } else if seen > slots, !input.slots.isEmpty {
        ledger.findings.insert(.moreGPUsThanSlots(seen: seen, slots: slots))
      }
    }
    hours.finish(holders: holders, into: &ledger)
  }

  /// The time of `count` slots, those that are claimed first.
  private func addSlots(_ start: Int64, _ end: Int64, count: Int, to hours: inout SlotHours) {
    let claimed = plan.slots.filter { $0.part.from < end && $0.part.to > start }
    let borders = Set(claimed.flatMap { [$0.part.from, $0.part.to] } + [start, end])
      .filter { start <= $0 && $0 <= end }.sorted()
    for (from, to) in zip(borders, borders.dropFirst()) {
      var left = count
      for slot in claimed where slot.part.from <= from && to <= slot.part.to {
        let taken = min(left, slot.count)
        left -= taken
        var part = slot.part
        (part.from, part.to) = (from, to)
        add(part, count: taken, to: &hours)
      }
      add(ClaimPlan.Part(from: from, to: to), count: left, to: &hours)
    }
  }

  private func add(_ part: ClaimPlan.Part, count: Int, to hours: inout SlotHours) {
    guard count > 0 else { return }
    forEachState(of: part, claimed: .allocatedUnknown, free: Self.unseen) { from, to, state, set in
      hours.add(from, to, count: count, state, set, part)
    }
  }
}
