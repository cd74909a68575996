import Quantities

/// One series of kube-state-metrics: when it exists, and when it is one rather than zero.
struct KubeStateSeries {
  let labels: Labels
  /// When the object exists.
  let life: TimeRange
  /// The value while it exists and `flips` does not contain the time.
  var value = 1
  /// When the value is `flipped` instead.
  var flips: TimeRange?
  var flipped = 0
  /// The labels that Prometheus knows of who shows it, nil for kube-state-metrics.
  var target: Labels?

  /// The value at `time`, nil where the series does not exist.
  func value(at time: UTCInstant) -> Int? {
    guard life.contains(time) else { return nil }
    return flips?.contains(time) == true ? flipped : value
  }
}

/// One metric of kube-state-metrics.
struct KubeStateFamily {
  let name: String
  let help: String
  let series: [KubeStateSeries]
}

extension Fleet {
  /// All that kube-state-metrics shows of the fleet, by metric.
  var kubeStateFamilies: [KubeStateFamily] { podFamilies + [namespaceFamily] + nodeFamilies }

  /// The labels under which kube-state-metrics shows those of a pod.
  package func kubeLabels(of pod: Pod) -> [(String, String)] {
    var labels = [("label_app", pod.kind == .notebook ? "jupyter" : "workload")]
    if pod.ownerKind == "Job" { labels.append(("label_job_name", pod.ownerName)) }
    if let team = pod.team { labels.append(("label_team", team)) }
    return labels
  }

  /// The labels under which kube-state-metrics shows those of a namespace.
  package func kubeLabels(ofNamespace namespace: String) -> [(String, String)] {
    var labels: [(String, String)] = []
    if let index = teams.firstIndex(where: { Names.namespaces(of: $0).contains(namespace) }) {
      // Rancher's projects: one a team; a namespace without a project is legal.
      var ids = SplitMix64(seed: plan.seed &+ UInt64(index))
      labels.append(("label_field_cattle_io_project_id", "p-" + ids.suffix(5)))
      labels.append(("label_kubernetes_io_metadata_name", namespace))
      labels.append(("label_team", teams[index]))
    } else {
      labels.append(("label_kubernetes_io_metadata_name", namespace))
    }
    return labels
  }

  private var podFamilies: [KubeStateFamily] {
    func family(
      _ name: String, _ help: String, beside others: [KubeStateSeries] = [],
      _ labels: (Pod) -> [[(String, String)]]
    ) -> KubeStateFamily {
      let series = pods.flatMap { pod in
        labels(pod).map { more in
          let common = [("namespace", pod.namespace), ("pod", pod.name), ("uid", pod.uid)]
          let isOtherPhase = more.contains { $0.0 == "phase" && $0.1 != "Running" }
          var one = KubeStateSeries(labels: Labels(common + more), life: pod.life)
          if isOtherPhase { one.value = 0 }
          if more.contains(where: { $0.0 == "unit" }) { one.value = pod.resourceCount }
          return one
        }
      }
      return KubeStateFamily(name: name, help: help, series: series + others)
    }
    let phases = ["Pending", "Succeeded", "Failed", "Unknown", "Running"]
    return [
      family("kube_pod_info", "Information about pod.") {
        [
          [
            ("node", $0.node), ("created_by_kind", $0.ownerKind),
            ("created_by_name", $0.ownerName), ("priority_class", ""), ("host_network", "false"),
          ]
        ]
      },
      family("kube_pod_owner", "Information about the Pod's owner.") {
        [
          [
            ("owner_kind", $0.ownerKind), ("owner_name", $0.ownerName),
            ("owner_is_controller", "true"),
          ]
        ]
      },
      family("kube_pod_labels", "Kubernetes labels converted to Prometheus labels.") {
        [kubeLabels(of: $0)]
      },
      family("kube_pod_status_phase", "The pods current phase.") { _ in
        phases.map { [("phase", $0)] }
      },
      family(
        "kube_pod_container_resource_requests",
        "The number of requested request resource by a container.", beside: machineRequests
      ) {
        [
          [
            ("container", $0.container), ("node", $0.node), ("resource", $0.resource),
            ("unit", "integer"),
          ]
        ]
      },
    ]
  }

  private var namespaceFamily: KubeStateFamily {
    KubeStateFamily(
      name: "kube_namespace_labels",
      help: "Kubernetes labels converted to Prometheus labels.",
      series: (namespaces + [Names.operatorNamespace]).sorted().map { namespace in
        KubeStateSeries(
          labels: Labels([("namespace", namespace)] + kubeLabels(ofNamespace: namespace)),
          life: plan.span)
      })
  }
}
