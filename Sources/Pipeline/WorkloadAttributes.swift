import Configuration
import Quantities
import Records
import Store

/// Joins workloads with what sources say of their pods and namespaces, so that teams can match.
struct WorkloadAttributes: Sendable {
  private let store: Store
  private let range: TimeRange
  /// The names of the sources of each place, in order.
  private let sources: [WorkloadPlace: [String]]
  /// By place: what was said last of each namespace.
  private let namespaces: [WorkloadPlace: [String: [String: String]]]
  private let projects: ProjectNames

  /// - Parameter range: what sources say last in it counts.
  init(store: Store, configuration: Configuration, range: TimeRange) throws(StoreError) {
    self.store = store
    self.range = range
    var sources: [WorkloadPlace: [String]] = [:]
    for origin in configuration.sources.map(\.origin) {
      sources[WorkloadPlace(site: origin.site, cluster: origin.cluster), default: []]
        .append(origin.name)
    }
    self.sources = sources.mapValues { $0.sorted() }
    var namespaces: [WorkloadPlace: [String: [String: String]]] = [:]
    for (place, names) in sources {
      namespaces[place] = Self.latest(
        try store.observations(.namespace, sources: names, in: range))
    }
    self.namespaces = namespaces
    projects = try ProjectNames(store: store, configuration: configuration)
  }

  /// The attributes of workloads, by number; of those that the store doesn't know, none.
  ///
  /// Keys of pods: `namespace`, `workload`, `site`, `cluster`, `project` (as the namespace says it),
  /// `project_id`, `project_name`, `owner`, `owner_kind`, `owner_name`, `uid`, `node`, `phase`, `label:NAME` and `namespace_label:NAME`, a label's name
  /// as kube-state-metrics spells it; of virtual machines the same, as far as there is, and what their
  /// platform told; of jobs and bookings what their source told, `team` where it named one.
  ///
  /// - Parameter end: projects are called as they were last before it; nil for the range's end.
  func of(
    _ workloads: Set<Int64>, before end: UTCInstant? = nil
  ) throws(StoreError) -> [Int64: [String: String]] {
    var result: [Int64: [String: String]] = [:]
    for workload in try store.workloads(Array(workloads), sources: sources, in: range) {
      let place = WorkloadPlace(site: workload.site, cluster: workload.cluster)
      let namespace = namespaces[place]?[workload.key.namespace] ?? [:]
      result[workload.id] =
        switch workload.key.kind {
        case .pod, .machine, .volume:
          attributes(
            workload.key, at: place, pod: workload.said, namespace: namespace,
            before: end ?? range.end)
        case .job, .assignment, .reservation, .instance: workload.said
        }
    }
    return result
  }

  /// The attributes of volumes that are claimed, by number: those of their claims' namespaces, as of
  /// pods.
  ///
  /// - Parameter end: projects are called as they were last before it.
  func of(_ volumes: [VolumeWorkload], before end: UTCInstant) -> [Int64: [String: String]] {
    var result: [Int64: [String: String]] = [:]
    for volume in volumes where !volume.key.namespace.isEmpty {
      result[volume.id] = attributes(
        volume.key, at: volume.place, pod: [:],
        namespace: namespaces[volume.place]?[volume.key.namespace] ?? [:], before: end)
    }
    return result
  }

  /// What was said last of each subject.
  private static func latest(_ observations: [Observation]) -> [String: [String: String]] {
    var latest: [String: (end: UTCInstant, attributes: [String: String])] = [:]
    for observation in observations
    where (latest[observation.subject].map { $0.end <= observation.range.end } ?? true) {
      latest[observation.subject] = (observation.range.end, observation.attributes)
    }
    return latest.mapValues(\.attributes)
  }

  private func attributes(
    _ workload: WorkloadKey, at place: WorkloadPlace, pod: [String: String],
    namespace: [String: String], before end: UTCInstant
  ) -> [String: String] {
    var result = [
      "namespace": workload.namespace, "workload": workload.name, "site": place.site,
      "cluster": place.cluster,
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
    if let owner = pod["owner_name"] { result["owner"] = owner }
    guard let said = Self.project(namespace) else { return result }
    result["project"] = said
    guard let project = projects.project(said, at: place, before: end) else { return result }
    result["project_id"] = project.id
    result["project_name"] = project.name
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
