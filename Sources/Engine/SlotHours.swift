import Quantities
import Records

/// The time of slots that were never seen, by hour.
struct SlotHours {
  private struct Key: Hashable {
    let hour: Int64
    let state: State
    let holders: Int32
  }

  fileprivate struct Sum {
    var milliseconds: Int64 = 0
    var shared: Int64 = 0
    var first: Int64
    var last: Int64
  }

  private var sums: [Key: Sum] = [:]
  private var reserved = ReservedSums()

  /// Adds the time of `count` slots.
  ///
  /// - Parameter part: the claims on them.
  mutating func add(
    _ start: Int64, _ end: Int64, count: Int, _ state: State, _ holders: Int32,
    _ part: ClaimPlan.Part
  ) {
    var from = start
    while from < end {
      let hour = UTCInstant(milliseconds: from).startOfHour.milliseconds
      let to = min(end, hour + UTCInstant.millisecondsPerHour)
      let time = (to - from) * Int64(count)
      let key = Key(hour: hour, state: state, holders: holders)
      var sum = sums[key] ?? Sum(first: from, last: to)
      sum.milliseconds += time
      if part.isShared { sum.shared += time }
      sum.first = min(sum.first, from)
      sum.last = max(sum.last, to)
      sums[key] = sum
      if part.reserved != Holders.nobody {
        reserved.add(time, hour: hour, part.reserved, state, holders)
      }
      from = to
    }
  }

  /// Writes the hours' facts into `ledger`.
  func finish(holders: Holders, into ledger: inout HostLedger) {
    let groups = Dictionary(grouping: sums) { Group(hour: $0.key.hour, state: $0.key.state) }
    for group in groups.keys.sorted() {
      let cells = groups[group] ?? []
      let whole = Sums(cells.map(\.value.sums))
      let ordered = cells.sorted { $0.key.holders < $1.key.holders }
      let split = HolderSplit(cells: ordered.map { ($0.key.holders, $0.value.sums) }, holders)
      for (workload, part) in split.split(whole) where part.milliseconds > 0 {
        let mine = cells.filter { cell in
          let members = holders.sets[Int(cell.key.holders)]
          return workload.map { own in members.contains { holders.workloads[Int($0)] == own } }
            ?? members.isEmpty
        }
        let first = mine.map(\.value.first).min() ?? group.hour
        ledger.facts.append(
          StateFact(
            hour: UTCInstant(milliseconds: group.hour), uuid: nil, state: group.state,
            workload: workload, gpuMilliseconds: part.milliseconds,
            span: TimeRange(milliseconds: first..<(mine.map(\.value.last).max() ?? first)),
            measuredMilliseconds: 0, activityPPMMilliseconds: 0, energyMicrojoules: nil,
            sharedMilliseconds: part.shared))
      }
    }
    ledger.reserved += reserved.times(uuid: nil, slices: 1, holders: holders)
  }

  private struct Group: Hashable, Comparable {
    let hour: Int64
    let state: State
    static func < (left: Self, right: Self) -> Bool {
      (left.hour, left.state) < (right.hour, right.state)
    }
  }
}

extension SlotHours.Sum {
  fileprivate var sums: Sums {
    Sums(
      milliseconds: milliseconds, measured: 0, activity: 0, energy: 0, isEnergyMeasured: false,
      shared: shared)
  }
}
