import Quantities
import Records

/// Collects the stretches in which a workload left its part of a card idle.
///
/// Pieces are cut at hours, so that an hour can be replaced alone. A piece shorter than
/// ``pieceMillisecondsMin`` that touches no hour's edge is a whole stretch by itself and too
/// short for any report: it isn't kept.
struct IdleRuns {
  /// Reports of idle stretches know none that are shorter.
  static let pieceMillisecondsMin: Int64 = 5 * 60 * 1_000

  private struct Run {
    var start: Int64
    var end: Int64
    let instance: Int?
    let holders: Int32
    let slices: Int64
  }

  private let uuid: String
  private let slices: Int64
  private var runs: [Run] = []
  /// The last run of each instance, to go on with.
  private var last: [Int: Int] = [:]

  init(uuid: String, slices: Int64) {
    self.uuid = uuid
    self.slices = slices
  }

  mutating func add(
    _ start: Int64, _ end: Int64, instance: Int?, holders: Int32, slices: Int64
  ) {
    if let index = last[instance ?? -1], runs[index].end == start, runs[index].holders == holders,
      runs[index].slices == slices
    {
      runs[index].end = end
    } else {
      last[instance ?? -1] = runs.count
      runs.append(
        Run(start: start, end: end, instance: instance, holders: holders, slices: slices))
    }
  }

  /// The pieces of all workloads, in the order of time.
  func pieces(holders: Holders) -> [IdlePiece] {
    var pieces: [IdlePiece] = []
    for (workload, runs) in byWorkload(holders) {
      for stretch in Self.stretches(runs) where Self.isKept(stretch) {
        for run in stretch {
          // One that stands twice in the set has two parts of it.
          let members = holders.sets[Int(run.holders)]
          let times = members.count { holders.workloads[Int($0)] == workload }
          let share = IdlePiece.Share(
            numerator: run.slices * Int64(times), denominator: slices * Int64(members.count))
          for range in Self.hours(run.start, run.end) {
            pieces.append(
              IdlePiece(
                uuid: uuid, instance: run.instance, workload: workload, range: range,
                share: share))
          }
        }
      }
    }
    return pieces
  }

  private struct Key: Hashable, Comparable {
    let workload: WorkloadKey
    let instance: Int
    static func < (left: Self, right: Self) -> Bool {
      left.workload != right.workload
        ? left.workload < right.workload : left.instance < right.instance
    }
  }

  private func byWorkload(_ holders: Holders) -> [(WorkloadKey, [Run])] {
    var result: [Key: [Run]] = [:]
    for run in runs {
      for member in Set(holders.sets[Int(run.holders)]) {
        let key = Key(workload: holders.workloads[Int(member)], instance: run.instance ?? -1)
        result[key, default: []].append(run)
      }
    }
    return result.keys.sorted().map { ($0.workload, result[$0] ?? []) }
  }

  /// Runs that meet, though the workload's share changes between them.
  private static func stretches(_ runs: [Run]) -> [[Run]] {
    var result: [[Run]] = []
    for run in runs {
      if let end = result.last?.last?.end, end == run.start {
        result[result.count - 1].append(run)
      } else {
        result.append([run])
      }
    }
    return result
  }

  private static func isKept(_ stretch: [Run]) -> Bool {
    guard let start = stretch.first?.start, let end = stretch.last?.end else { return false }
    if end - start >= pieceMillisecondsMin { return true }
    let hour = UTCInstant.millisecondsPerHour
    return start % hour == 0 || end % hour == 0 || start / hour != end / hour
  }

  private static func hours(_ start: Int64, _ end: Int64) -> [TimeRange] {
    var ranges: [TimeRange] = []
    var from = start
    while from < end {
      let hour = UTCInstant(milliseconds: from).startOfHour.milliseconds
      let to = min(end, hour + UTCInstant.millisecondsPerHour)
      ranges.append(TimeRange(milliseconds: from..<to))
      from = to
    }
    return ranges
  }
}
