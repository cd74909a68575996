import Configuration
import Quantities
import Records
import Store

/// What people call the projects of Rancher, and called them before.
struct ProjectNames: Sendable {
  /// A project of a namespace.
  struct Project: Hashable, Sendable {
    /// `c-m-87s92m9v:p-qvdqp`
    let id: String
    /// nil where Rancher never named it.
    let name: String?
  }

  private struct Saying {
    let start: UTCInstant
    let name: String
  }

  /// By the project's id, oldest first.
  private let sayings: [String: [Saying]]
  /// By place, the ids that the cluster there may have in Rancher.
  private let clusters: [WorkloadPlace: [String]]

  init(store: Store, configuration: Configuration) throws(StoreError) {
    let sources = configuration.sources.filter {
      if case .rancher = $0.kind { true } else { false }
    }
    var sayings: [String: [Saying]] = [:]
    var ids: [String: Set<String>] = [:]
    let all = try store.observations(
      .project, sources: sources.map(\.name),
      in: TimeRange(milliseconds: 0..<Int64.max))
    for observation in all {
      guard let name = observation.attributes["name"] else { continue }
      sayings[observation.subject, default: []].append(
        Saying(start: observation.range.start, name: name))
      if let cluster = observation.attributes["cluster"] {
        ids[cluster, default: []].insert(String(observation.subject.prefix { $0 != ":" }))
      }
    }
    self.sayings = sayings.mapValues { $0.sorted { $0.start < $1.start } }
    var clusters: [WorkloadPlace: [String]] = [:]
    for source in configuration.sources {
      let place = WorkloadPlace(site: source.site, cluster: source.cluster)
      if case .prometheus(let prometheus) = source.kind, let id = prometheus.rancherCluster {
        clusters[place] = [id]
      } else if clusters[place] == nil {
        clusters[place] = ids[source.cluster]?.sorted()
      }
    }
    self.clusters = clusters
  }

  /// The project that a namespace of a place says that it is of.
  ///
  /// - Parameters:
  ///   - said: a whole id, or the part after its colon, which is one project's only within a
  ///     cluster.
  ///   - end: the name is the one that was known last before it, else the first that was known.
  func project(_ said: String, at place: WorkloadPlace, before end: UTCInstant) -> Project? {
    let known = clusters[place] ?? []
    let ids = said.contains(":") ? [said] : known.map { "\($0):\(said)" }
    guard let id = ids.first(where: { sayings[$0] != nil }) ?? (ids.count == 1 ? ids.first : nil)
    else { return nil }
    let names = sayings[id] ?? []
    return Project(id: id, name: (names.last { $0.start < end } ?? names.first)?.name)
  }
}
