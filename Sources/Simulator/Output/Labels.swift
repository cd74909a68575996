/// Labels of a series, as text between braces.
struct Labels {
  private(set) var pairs: [(name: String, value: String)]

  init(_ pairs: [(String, String)] = []) {
    self.pairs = pairs.map { ($0.0, $0.1) }
  }

  /// Adds a label at the end, or replaces it where it stands.
  mutating func set(_ name: String, _ value: String) {
    if let index = pairs.firstIndex(where: { $0.name == name }) {
      pairs[index].value = value
    } else {
      pairs.append((name, value))
    }
  }

  /// The value of the label `name`, nil where there is none.
  subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

  /// The labels in the order of their names, as Prometheus keeps them.
  var sorted: Labels {
    var result = self
    result.pairs.sort { $0.name < $1.name }
    return result
  }

  /// `name{a="1",b="2"} `, ready for a value.
  func head(_ name: String) -> [UInt8] {
    let inner = pairs.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
    return Array("\(name){\(inner)} ".utf8)
  }

  private static func escaped(_ text: String) -> String {
    guard text.contains(where: { $0 == "\\" || $0 == "\"" || $0.isNewline }) else { return text }
    return text.map { character in
      switch character {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      default: String(character)
      }
    }.joined()
  }
}

extension Fleet {
  /// The `instance` label of a host's exporter.
  package func target(of host: Host) -> String { "\(host.name):9400" }

  /// The labels of a series as the exporter prints them.
  ///
  /// - Source: NVIDIA/dcgm-exporter, rendermetrics/render_metrics.go: the order is fixed, and the
  ///   attributes come last, in the order of their names.
  func exporterLabels(
    _ emission: Emission, _ part: CardPart, of card: Card, on host: Host, in stretch: Stretch
  ) -> Labels {
    var labels = Labels([
      ("gpu", "\(card.index)"), ("UUID", card.uuid), ("pci_bus_id", card.busID),
      ("device", "nvidia\(card.index)"), ("modelName", host.model.name),
    ])
    if let instance = part.instance, let profile = part.profile {
      labels.set("GPU_I_PROFILE", profile)
      labels.set("GPU_I_ID", "\(instance)")
    }
    labels.set(host.usesOldLabels ? "Hostname" : "hostname", host.name)
    labels.set("DCGM_FI_DRIVER_VERSION", host.driverVersion)
    if let place = emission.place {
      let pod = pods[stretch.pods[place]]
      labels.set("container", pod.container)
      labels.set("namespace", pod.namespace)
      labels.set("pod", pod.name)
      if showsUIDs(card) { labels.set("pod_uid", pod.uid) }
    }
    return labels
  }

  /// The labels that Prometheus knows of a host's exporter while `exporter` runs.
  func targetLabels(of host: Host, exporter: Host.ExporterPod) -> Labels {
    Labels([
      ("container", "exporter"), ("instance", target(of: host)), ("job", "dcgm-exporter"),
      ("namespace", Names.operatorNamespace), ("pod", exporter.name),
    ])
  }

  /// The labels that Prometheus knows of kube-state-metrics.
  var kubeStateTargetLabels: Labels {
    Labels([
      ("container", "kube-state-metrics"), ("instance", "10.42.0.17:8080"),
      ("job", "kube-state-metrics"), ("namespace", "monitoring"),
      ("pod", "kube-state-metrics-6c5d8f7b9d-x2k4v"),
    ])
  }
}

extension Labels {
  /// The labels of a scraped series as Prometheus stores them.
  ///
  /// - Parameter honorsLabels: whether the series' own labels win over the target's; if not,
  ///   they are kept with the prefix `exported_`.
  func stored(under target: Labels, honorsLabels: Bool) -> Labels {
    var result = target
    for (name, value) in pairs {
      if target[name] != nil && !honorsLabels {
        result.set("exported_" + name, value)
      } else {
        result.set(name, value)
      }
    }
    return result.sorted
  }
}
