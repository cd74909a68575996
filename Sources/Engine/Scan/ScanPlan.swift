import Quantities
import Records

/// What a scan of raw samples asks.
package struct ScanPlan: Sendable {
  /// Whole UTC hours.
  package let window: TimeRange
  /// Where the time is summed up: rising starts, the first at the window's, each up to the next.
  package let bucketStarts: [UTCInstant]
  /// - Unit: millionths of full activity; what lies strictly below is idle.
  package let idleBelow: Int64
  /// - Unit: milliseconds; nil where stretches aren't asked for.
  package let stretchMin: Int64?

  package init(
    window: TimeRange, bucketStarts: [UTCInstant], idleBelow: Int64, stretchMin: Int64?
  ) {
    precondition(
      window.start == window.start.startOfHour && window.end == window.end.startOfHour,
      "BUG: a scan's window must be whole hours, got \(window)")
    self.window = window
    self.bucketStarts = bucketStarts
    self.idleBelow = idleBelow
    self.stretchMin = stretchMin
  }

  /// Whether energy is told: with the stretches it isn't.
  var tellsEnergy: Bool { stretchMin == nil }

  /// The bucket of an hour, -1 outside the window.
  func bucket(of hour: Int64) -> Int {
    guard hour >= window.start.milliseconds, hour < window.end.milliseconds else { return -1 }
    var (low, high) = (0, bucketStarts.count)
    while low < high {
      let middle = (low + high) / 2
      if bucketStarts[middle].milliseconds <= hour { low = middle + 1 } else { high = middle }
    }
    return low - 1
  }

  /// Which of the counts that summaries keep answers, nil where none does.
  var threshold: Int? {
    (0..<5).first { DaySummary.thresholds[$0] == idleBelow }
  }
}

/// What one team's workloads held in one bucket, and what they did with it.
package struct HeldTime: Equatable, Sendable {
  /// - Unit: milliseconds of GPUs.
  package var busy: Int64 = 0
  package var idle: Int64 = 0
  /// Held, but no sample tells what it did.
  package var unknown: Int64 = 0
  package var measured: Int64 = 0
  /// - Unit: millionths of full activity, times milliseconds.
  package var activity: Int64 = 0
  /// - Unit: microjoules.
  package var energy: Int64 = 0

  package init() {}

  package var allocated: Int64 { busy + idle + unknown }

  package static func += (left: inout Self, right: Self) {
    left.busy += right.busy
    left.idle += right.idle
    left.unknown += right.unknown
    left.measured += right.measured
    left.activity += right.activity
    left.energy += right.energy
  }
}

/// A stretch of time in which a workload left a GPU idle.
package struct IdleStretch: Hashable, Sendable {
  package let uuid: String
  package let workload: WorkloadKey
  package let range: TimeRange

  package init(uuid: String, workload: WorkloadKey, range: TimeRange) {
    self.uuid = uuid
    self.workload = workload
    self.range = range
  }
}
