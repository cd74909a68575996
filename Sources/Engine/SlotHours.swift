import Quantities
import Records

/// The time of slots that were never seen, by hour.
struct SlotHours {
  private struct Key: Hashable {
    let hour: Int64
    let state: State
  }

  private var sums: [Key: (milliseconds: Int64, first: Int64, last: Int64)] = [:]

  mutating func add(_ start: Int64, _ end: Int64, count: Int, _ state: State) {
    var from = start
    while from < end {
      let hour = UTCInstant(milliseconds: from).startOfHour.milliseconds
      let to = min(end, hour + UTCInstant.millisecondsPerHour)
      var sum = sums[Key(hour: hour, state: state)] ?? (0, from, to)
      sum.milliseconds += (to - from) * Int64(count)
      sum.first = min(sum.first, from)
      sum.last = max(sum.last, to)
      sums[Key(hour: hour, state: state)] = sum
      from = to
    }
  }

  var facts: [StateFact] {
    sums.keys.sorted { ($0.hour, $0.state) < ($1.hour, $1.state) }.compactMap { key in
      sums[key].map { sum in
        StateFact(
          hour: UTCInstant(milliseconds: key.hour), uuid: nil, state: key.state, workload: nil,
          gpuMilliseconds: sum.milliseconds, span: TimeRange(milliseconds: sum.first..<sum.last),
          measuredMilliseconds: 0, activityPPMMilliseconds: 0, energyMicrojoules: nil)
      }
    }
  }
}
