import Quantities
import Records
import Transport

/// Reads what a Rancher calls its clusters and projects.
package struct RancherCollector: Sendable {
  /// A cluster of ours.
  package struct KnownCluster: Hashable, Sendable {
    package let name: String
    /// What Rancher calls it by our configuration, nil where our name is Rancher's too.
    package let id: String?

    package init(name: String, id: String?) {
      self.name = name
      self.id = id
    }
  }

  /// All that a Rancher says of names.
  package struct Names: Sendable {
    /// By the cluster's id.
    package fileprivate(set) var clusters: [String: String] = [:]
    /// By the project's id, which begins with that of its cluster.
    package fileprivate(set) var projects: [String: String] = [:]
    package fileprivate(set) var rejections: [Rejection] = []

    /// What is said of each project in `hour`.
    package func observations(in hour: TimeRange) -> [Observation] {
      projects.sorted { $0.key < $1.key }.map { id, name in
        var attributes = ["name": name]
        attributes["cluster"] = clusters[Self.cluster(of: id)]
        return Observation(kind: .project, subject: id, attributes: attributes, range: hour)
      }
    }

    static func cluster(of project: String) -> String { String(project.prefix { $0 != ":" }) }
  }

  private let settings: RancherSettings
  private let client: HTTPClient

  package init(settings: RancherSettings, client: HTTPClient) {
    self.settings = settings
    self.client = client
  }

  /// The names as they are now.
  package func collect() async throws(CollectorError) -> Names {
    let api = RancherAPI(settings: settings, client: client)
    var names = Names()
    var rejections = RejectionTally()
    for cluster in try await api.list("clusters") {
      names.clusters[cluster.id] = cluster.name
    }
    for project in try await api.list("projects") {
      let parts = project.id.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts.contains(where: \.isEmpty), !project.name.isEmpty else {
        rejections.add(
          Rejection(
            place: "projects", rule: "a project without id or name", found: project.id,
            expected: "an id such as c-m-87s92m9v:p-qvdqp, and a name"))
        continue
      }
      names.projects[project.id] = project.name
    }
    names.rejections = rejections.all
    return names
  }

  /// Looks at the server, and at which clusters of ours it has.
  package func check(known: [KnownCluster]) async -> SourceCheck {
    var check = SourceCheck()
    do {
      let names = try await collect()
      check.findings.append(
        "\(names.clusters.count) clusters, \(names.projects.count) projects")
      var seen: Set<KnownCluster> = []
      for cluster in known where seen.insert(cluster).inserted {
        Self.look(for: cluster, in: names, &check)
      }
      if names.projects.isEmpty {
        check.warnings.append(
          "no project is listed; a token with a scope sees one cluster only, make one without")
      }
      check.warnings += names.rejections.map { "refused: \($0)" }
    } catch {
      check.problems.append("\(error)")
    }
    return check
  }

  private static func look(
    for cluster: KnownCluster, in names: Names, _ check: inout SourceCheck
  ) {
    let ids = names.clusters.keys.filter { id in
      cluster.id.map { $0 == id } ?? (names.clusters[id] == cluster.name)
    }.sorted()
    guard let id = ids.first else {
      check.warnings.append(
        "cluster '\(cluster.name)': Rancher has none "
          + (cluster.id.map { "with the id '\($0)'" } ?? "of that name")
          + ", so its projects keep their ids; the source's rancher_cluster says which it is, of "
          + listed(names.clusters))
      return
    }
    guard ids.count == 1 else {
      check.warnings.append(
        "cluster '\(cluster.name)': Rancher has \(ids.count) of that name "
          + "(\(ids.joined(separator: ", "))); the source's rancher_cluster says which it is")
      return
    }
    let count = names.projects.keys.count { Names.cluster(of: $0) == id }
    check.findings.append("cluster '\(cluster.name)' is \(id), with \(count) projects")
  }

  /// A few clusters, each with its id and name.
  private static func listed(_ clusters: [String: String]) -> String {
    SourceCheck.listed(
      clusters.sorted { $0.value < $1.value }.map { "\($0.key) ('\($0.value)')" }, most: 5)
  }
}
