import Configuration
import Quantities
import Records
import Store

/// Joins workloads with what sources say of their pods and namespaces, so that teams can match.
struct WorkloadAttributes {
  private let store: Store
  private let origins: [SourceOrigin]

  init(store: Store, configuration: Configuration) {
    self.store = store
    origins = configuration.sources.map(\.origin)
  }

  /// The attributes of each workload, by number, as the sources last said in `range`.
  ///
  /// Keys: `namespace`, `workload`, `site`, `cluster`, `project`, `owner`, `owner_kind`,
  /// `owner_name`, `uid`, `node`, `phase`, `label:NAME` and `namespace_label:NAME`, a label's name
  /// as kube-state-metrics spells it.
  func all(in range: TimeRange) throws(StoreError) -> [Int64: [String: String]] {
    var result: [Int64: [String: String]] = [:]
    let workloads = try store.workloads()
    let places = Set(workloads.map { Place(site: $0.site, cluster: $0.cluster) })
    for place in places {
      let sources = origins.filter { $0.site == place.site && $0.cluster == place.cluster }
        .map(\.name)
      let pods = latest(try store.observations(.pod, sources: sources, in: range))
      let namespaces = latest(try store.observations(.namespace, sources: sources, in: range))
      for workload in workloads
      where workload.site == place.site && workload.cluster == place.cluster {
        let key = workload.key
        let pod =
          pods["\(key.namespace)/\(key.name)/\(key.uid)"] ?? pods["\(key.namespace)/\(key.name)"]
        result[workload.id] = Self.attributes(
          workload, pod: pod ?? [:], namespace: namespaces[key.namespace] ?? [:])
      }
    }
    return result
  }

  private struct Place: Hashable {
    let site: String
    let cluster: String
  }

  /// What was said last of each subject; a pod is also found without its UID.
  private func latest(_ observations: [Observation]) -> [String: [String: String]] {
    var latest: [String: (end: UTCInstant, attributes: [String: String])] = [:]
    for observation in observations {
      var names = [observation.subject]
      let parts = observation.subject.split(separator: "/")
      if parts.count == 3 { names.append("\(parts[0])/\(parts[1])") }
      for name in names where (latest[name].map { $0.end <= observation.range.end } ?? true) {
        latest[name] = (observation.range.end, observation.attributes)
      }
    }
    return latest.mapValues(\.attributes)
  }

  private static func attributes(
    _ workload: KnownWorkload, pod: [String: String], namespace: [String: String]
  ) -> [String: String] {
    var result = [
      "namespace": workload.key.namespace, "workload": workload.key.name, "site": workload.site,
      "cluster": workload.cluster,
    ]
    for (name, value) in pod {
      if name.hasPrefix("label_") {
        result["label:" + name.dropFirst("label_".count)] = value
      } else {
        result[name] = value
      }
    }
    for (name, value) in namespace where name.hasPrefix("label_") {
      result["namespace_label:" + name.dropFirst("label_".count)] = value
    }
    result["owner"] = pod["owner_name"]
    result["project"] = project(namespace)
    return result
  }

  /// The Rancher project of a namespace: `c-m-87s92m9v:p-qvdqp`, or the part after the colon where
  /// only the label tells it.
  private static func project(_ namespace: [String: String]) -> String? {
    namespace["annotation_field_cattle_io_project_id"]
      ?? namespace["annotation_field_cattle_io_projectId"]
      ?? namespace["label_field_cattle_io_project_id"]
      ?? namespace["label_field_cattle_io_projectId"]
  }
}
