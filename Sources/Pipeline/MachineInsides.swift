import Engine
import Quantities
import Records

/// What exporters and schedulers inside of a host's virtual machines tell, as of the host's GPUs.
struct MachineInsides {
  private(set) var days: [ScrapedDay] = []
  /// Of schedulers inside.
  private(set) var claims: [Claim] = []
  /// The clusters of workloads inside that are not the host's own.
  private(set) var clusters: [WorkloadKey: String] = [:]
  /// Which GPUs were seen inside of a machine during a stay.
  private var seen: [Seen] = []

  private struct Seen {
    let machine: WorkloadKey
    let range: TimeRange
    let uuids: [String]
  }

  /// - Parameters:
  ///   - days: of the host, as seen inside during `stay`.
  ///   - numbers: the UUIDs of GPUs by the numbers that they have inside.
  mutating func add(
    _ days: [ScrapedDay], claims: [Claim], numbers: [Int: String], of stay: MachineGuests.Stay
  ) {
    self.days += days
    let uuids = Set(days.flatMap(\.frame.series).map(\.key.entity.uuid)).sorted()
    if uuids.isEmpty { return }
    if stay.guest.cluster != stay.host.cluster {
      for workload in days.flatMap(\.frame.series).compactMap(\.key.workload)
        + claims.map(\.workload)
      {
        clusters[workload] = stay.guest.cluster
      }
    }
    seen.append(Seen(machine: stay.machine, range: stay.range, uuids: uuids))
    for var claim in claims {
      guard let range = claim.range.intersection(stay.range) else { continue }
      claim.range = range
      claim.reach = Self.reach(claim.reach, of: uuids, numbers)
      self.claims.append(claim)
    }
  }

  /// The GPUs that a claim inside means, as far as it can be told.
  private static func reach(
    _ reach: Claim.Reach, of uuids: [String], _ numbers: [Int: String]
  ) -> Claim.Reach {
    switch reach {
    case .all: return .uuids(uuids)
    case .count(let count): return count >= uuids.count ? .uuids(uuids) : reach
    case .indexes(let indexes):
      let known = indexes.compactMap { numbers[$0] }
      return known.count == indexes.count ? .uuids(known) : .count(indexes.count)
    case .uuids, .including, .parts: return reach
    }
  }

  /// The claims of `claims` with the GPUs named that were seen inside of the machines.
  func naming(_ claims: [Claim]) -> [Claim] {
    if seen.isEmpty { return claims }
    return claims.map { claim in
      guard case .count(let count) = claim.reach,
        let inside = seen.first(where: {
          $0.machine == claim.workload && $0.range.overlaps(claim.range)
        })
      else { return claim }
      var named = claim
      named.reach = .including(Array(inside.uuids.prefix(count)), count: count)
      return named
    }
  }
}

extension Claim {
  /// What is left of the claim outside `ranges`.
  func without(_ ranges: [TimeRange]) -> [Claim] {
    range.without(ranges).map { part in
      var claim = self
      claim.range = part
      return claim
    }
  }
}
