import Quantities
import Records

/// Which GPUs an exporter's label shows to be a job's.
///
/// The label tells which GPUs, the scheduler tells since when and until when: an exporter names a
/// job from its first scrape after the start to the last one before the end.
struct LabelledJobs {
  private struct Key: Hashable {
    let name: String
    let day: Int64
  }

  private var shown: [Key: Set<Int>] = [:]
  /// The workloads that labels name and that claims tell better.
  private(set) var known: Set<Int32> = []

  init(_ streams: [GPUStream], holders: Holders, claims: [Claim]) {
    let claimed = Set(claims.filter { $0.workload.kind == .job }.map(\.workload.name))
    let labelled = holders.workloads.indices.filter {
      holders.workloads[$0].kind == .job && claimed.contains(holders.workloads[$0].name)
    }
    known = Set(labelled.map(Int32.init))
    if known.isEmpty { return }
    for (number, stream) in streams.enumerated() {
      for entity in stream.entities {
        var last: (set: Int32, day: Int64)?
        for (row, set) in entity.holders.enumerated() where set > Holders.nobody {
          let day = UTCInstant(milliseconds: stream.times[row]).startOfDay.milliseconds
          if let last, last == (set, day) { continue }
          last = (set, day)
          for member in holders.sets[Int(set)] where known.contains(member) {
            let key = Key(name: holders.workloads[Int(member)].name, day: day)
            shown[key, default: []].insert(number)
          }
        }
      }
    }
  }

  /// The GPUs that were shown to be `job`'s on the UTC day of `time`, by their streams' numbers.
  func streams(of job: WorkloadKey, at time: Int64) -> Set<Int> {
    let day = UTCInstant(milliseconds: time).startOfDay.milliseconds
    return shown[Key(name: job.name, day: day)] ?? []
  }
}
