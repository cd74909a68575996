import Records

/// Tells who holds a GPU from the labels of its series.
///
/// With `honorLabels: false`, which the Helm chart of dcgm-exporter ships, the workload stands in
/// `exported_pod` and `pod` is the exporter's own; with `true` the workload stands in `pod`, but
/// an idle GPU, for which the exporter names no pod, keeps the exporter's there. So a `pod` equal
/// to that of the target's `up` is never a workload: an idle GPU must not be billed to the
/// monitoring.
struct HolderRule: Sendable {
  private enum PlainLabels: Sendable {
    /// They are the workload's.
    case areWorkloads
    /// They are the workload's unless they name one of these pods.
    case areWorkloadsExcept([(pod: String, namespace: String)])
    /// They are the exporter's own.
    case areExporters
    /// They are the exporter's own where pod or container sound like one.
    case areGuessed
  }

  private let plain: PlainLabels

  /// For series read at the exporter itself: nobody has put labels on them.
  static let atExporter = HolderRule(plain: .areWorkloads)

  private init(plain: PlainLabels) { self.plain = plain }

  /// For series of one target out of a Prometheus.
  ///
  /// - Parameters:
  ///   - up: the target's series of `up`, which carry the target's own labels.
  ///   - series: all of the target's GPU series.
  init(up: [RawSeries], series: [RawSeries]) {
    let own = up.filter { !$0["pod"].isEmpty }.map { (pod: $0["pod"], namespace: $0["namespace"]) }
    if !own.isEmpty {
      plain = .areWorkloadsExcept(own)
    } else if !up.isEmpty {
      plain = .areWorkloads
    } else if series.contains(where: { !Self.exported.allSatisfy($0.lacks) }) {
      // Prometheus writes exported_pod only where the target had a pod of its own.
      plain = .areExporters
    } else {
      plain = .areGuessed
    }
  }

  private static let exported = ["exported_pod", "exported_pod_name"]

  /// The workload that `labels` name: a pod, else a batch job; nil where they name none.
  func workload(of labels: [String: String]) -> WorkloadKey? {
    if let pod = pod(of: labels) { return pod }
    // AMD's exporter names jobs so; of other series the label may be anybody's.
    let own = labels["card_model"] == nil ? [] : ["job_id", "exported_job_id"]
    let job = (["hpc_job", "exported_hpc_job"] + own).compactMap { labels[$0] }
      .first { !$0.isEmpty }
    return job.map { WorkloadKey(kind: .job, namespace: "", name: $0, uid: "") }
  }

  private func pod(of labels: [String: String]) -> WorkloadKey? {
    let label = { (name: String) in labels[name] ?? "" }
    let namespaces = [
      "exported_namespace", "exported_pod_namespace", "pod_namespace", "kube_namespace",
    ].map(label)
    let namespace = namespaces.first { !$0.isEmpty }
    let uid = [label("exported_pod_uid"), label("pod_uid")].first { !$0.isEmpty } ?? ""
    // `pod_name` is what the exporter calls it with --use-old-namespace; no target is labelled so.
    // XPU Manager calls it `kube_pod`.
    let named = (Self.exported + ["pod_name", "kube_pod"]).map(label).first { !$0.isEmpty }
    if let named {
      return WorkloadKey(
        kind: .pod, namespace: namespace ?? label("namespace"), name: named, uid: uid)
    }
    if label("pod").isEmpty { return nil }
    let key = WorkloadKey(
      kind: .pod, namespace: namespace ?? label("namespace"), name: label("pod"), uid: uid)
    if case .areExporters = plain { return nil }
    return isOwn(key, container: label("container")) ? nil : key
  }

  private func isOwn(_ key: WorkloadKey, container: String) -> Bool {
    switch plain {
    case .areWorkloads, .areExporters:
      return false
    case .areWorkloadsExcept(let own):
      return own.contains {
        $0.pod == key.name
          && ($0.namespace == key.namespace || $0.namespace.isEmpty || key.namespace.isEmpty)
      }
    case .areGuessed:
      return [key.name, container].contains {
        $0.contains("dcgm") || $0 == "exporter" || $0.contains("-exporter")
      }
    }
  }
}

extension RawSeries {
  /// Whether the label is absent or empty, which is the same in PromQL.
  fileprivate func lacks(_ label: String) -> Bool { self[label].isEmpty }
}
