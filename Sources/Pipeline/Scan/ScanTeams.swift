import Configuration
import Ledger
import Quantities
import Records
import Store
import Synchronization

/// The teams of workloads by number, each found once.
final class ScanTeams: Sendable {
  /// The teams that rules name, and the one of workloads that no rule matches.
  let names: [String]
  private let map: TeamMap
  private let numbers: [String: Int]
  /// What sources say of workloads; nil where the rules ask for nothing but their names.
  private let attributes: [Int64: [String: String]]?
  private let known = Mutex<[Place: Int]>([:])

  private struct Place: Hashable {
    let site: String
    let cluster: String
    let namespace: String
  }

  /// The keys that a workload's own name and place tell.
  private static let ownKeys: Set<String> = ["namespace", "site", "cluster"]

  init(store: Store, configuration: Configuration, window: TimeRange) throws(StoreError) {
    map = configuration.teamMap
    names = Array(Set(configuration.teams.map(\.name)).union([OwnName.unassigned])).sorted()
    numbers = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    let keys = Set(configuration.teams.flatMap(\.matches).flatMap(\.keys))
    attributes =
      keys.isSubset(of: Self.ownKeys)
      ? nil
      : try WorkloadAttributes(store: store, configuration: configuration, range: window)
        .of(Set(try store.workloadNumbers()))
  }

  /// The number of a workload's team.
  func number(of workload: WorkloadKey, on host: HostKey) -> Int {
    if let attributes {
      let id = Identifier.of(workload, site: host.site, cluster: host.cluster)
      return number(for: attributes[id] ?? [:])
    }
    let place = Place(site: host.site, cluster: host.cluster, namespace: workload.namespace)
    return known.withLock { known in
      if let number = known[place] { return number }
      let number = number(for: [
        "namespace": place.namespace, "site": place.site, "cluster": place.cluster,
      ])
      known[place] = number
      return number
    }
  }

  private func number(for attributes: [String: String]) -> Int {
    numbers[map.team(for: attributes)] ?? numbers[OwnName.unassigned] ?? 0
  }
}
