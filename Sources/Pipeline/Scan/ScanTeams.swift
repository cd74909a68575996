import Configuration
import Ledger
import Quantities
import Records
import Store
import Synchronization

/// The teams of workloads by number, each found once.
///
/// Where the rules of teams change within the window, a number stands for all the teams that a
/// workload is of, one after the other.
final class ScanTeams: Sendable {
  private let map: TeamMap
  /// A day of each span of the window that has the same rules.
  private let days: [CivilDate]
  /// By number, the team in each span.
  private let names: [[String]]
  private let numbers: [[String]: Int]
  /// What sources say of workloads; nil where the rules ask for nothing but their names, and don't
  /// change.
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
    let map = configuration.teamMap
    var days: [CivilDate] = []
    for day in configuration.calendar.days(in: window)
    where days.last.map({ map.span(of: $0) != map.span(of: day) }) ?? true {
      days.append(day)
    }
    let keys = Set(configuration.teams.flatMap(\.matches).flatMap(\.keys))
    var names = Set((configuration.teams.map(\.name) + [OwnName.unassigned]).map { [$0] })
    if days.count <= 1, keys.isSubset(of: Self.ownKeys) {
      attributes = nil
    } else {
      let all = try WorkloadAttributes(store: store, configuration: configuration, range: window)
        .of(Set(try store.workloadNumbers()))
      names = Set(all.values.map { Self.teams(for: $0, map, days) })
      names.insert(days.map { _ in OwnName.unassigned })
      attributes = all
    }
    self.map = map
    self.days = days
    self.names = names.sorted { $0.lexicographicallyPrecedes($1) }
    numbers = Dictionary(uniqueKeysWithValues: zip(self.names, self.names.indices))
  }

  var count: Int { names.count }

  /// The name of a number's team on a billing day of the window.
  func name(of number: Int, on day: CivilDate) -> String {
    let span = days.lastIndex { $0 <= day } ?? 0
    return names[number][min(span, names[number].count - 1)]
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
    numbers[Self.teams(for: attributes, map, days)]
      ?? numbers[days.map { _ in OwnName.unassigned }] ?? 0
  }

  private static func teams(
    for attributes: [String: String], _ map: TeamMap, _ days: [CivilDate]
  ) -> [String] {
    days.map { map.team(for: attributes, on: $0) }
  }
}
