import Quantities

extension Fleet {
  /// Writes what a Prometheus would have stored of the park's controller.
  ///
  /// - Source: KubeVirt's documentation of its metrics, for names and labels.
  func writePark(to sink: ByteSink, honorsLabels: Bool) throws(SimulationError) {
    if park.hosts.isEmpty { return }
    let name = "kubevirt_vmi_info"
    sink.append(
      "# HELP \(name) Information about VirtualMachineInstances. Simulated, seed \(plan.seed).\n")
    sink.append("# TYPE \(name) gauge\n")
    for run in park.runs {
      let own = Labels([
        ("node", park.hosts[run.host].name), ("namespace", run.namespace), ("name", run.name),
        ("phase", "running"), ("os", "<none>"), ("workload", "<none>"), ("flavor", "<none>"),
        ("instance_type", "<none>"), ("evictable", "false"), ("vmi_pod", run.pod),
      ])
      let head = own.stored(under: controllerLabels, honorsLabels: honorsLabels).head(name)
      for tick in run.ticks where park.isScraped[tick] {
        sink.appendSample(
          head, value: 1, scale: 1, milliseconds: park.time(of: tick, plan).milliseconds)
      }
      try sink.flushIfFull()
    }
  }

  /// Writes what a Prometheus would have stored of the exporters inside of machines.
  func writeInnerSamples(to sink: ByteSink) throws(SimulationError) {
    let metric = ExporterMetric.gpuUtilization
    for run in park.runs {
      guard let exporter = run.exporter else { continue }
      for (place, card) in run.cards.enumerated() {
        let head = labels(of: run, card: card).head(metric.name)
        for sample in exporter.samples {
          sink.appendSample(
            head, value: sample.percents[place], scale: metric.scale,
            milliseconds: sample.time.milliseconds)
        }
        try sink.flushIfFull()
      }
    }
  }

  /// Whether the scrapes of the exporters inside succeeded.
  func writeInnerUp(to sink: ByteSink) throws(SimulationError) {
    for run in park.runs {
      let head = innerTarget(run).head("up")
      for sample in run.exporter?.samples ?? [] {
        sink.appendSample(head, value: 1, scale: 1, milliseconds: sample.time.milliseconds)
      }
      try sink.flushIfFull()
    }
  }

  /// The labels that Prometheus knows of KubeVirt's controller.
  private var controllerLabels: Labels {
    Labels([
      ("container", "virt-controller"), ("instance", "10.42.0.31:8443"),
      ("job", "kubevirt-prometheus-metrics"), ("namespace", "kubevirt"), ("node", "infra001"),
      ("pod", "virt-controller-7d9c5b8f6-abcde"),
    ])
  }

  /// Prometheus finds the exporter inside of a machine by an address, so that it has no pod.
  private func innerTarget(_ run: MachinePark.MachineRun) -> Labels {
    Labels([("instance", "\(run.name):9400"), ("job", "vm-dcgm")])
  }

  /// The labels of what the exporter inside of a machine tells of a card.
  private func labels(of run: MachinePark.MachineRun, card: Int) -> Labels {
    let host = park.hosts[run.host]
    return Labels([
      ("gpu", "\(card - run.cards.lowerBound)"), ("UUID", host.uuids[card]),
      ("device", "nvidia\(card - run.cards.lowerBound)"), ("modelName", host.model.name),
      ("hostname", run.name),
    ]).stored(under: innerTarget(run), honorsLabels: false)
  }

  /// The requests of the pods that machines run in.
  var machineRequests: [KubeStateSeries] {
    park.runs.map { run in
      KubeStateSeries(
        labels: Labels([
          ("namespace", run.namespace), ("pod", run.pod), ("container", "compute"),
          ("node", park.hosts[run.host].name), ("resource", MachineParkBuilder.resource),
          ("unit", "integer"),
        ]), life: park.time(of: run, plan), value: run.cards.count)
    }
  }

  /// The cards that nodes have for machines.
  var machineCapacities: [KubeStateSeries] {
    park.hosts.map { host in
      KubeStateSeries(
        labels: Labels([
          ("node", host.name), ("resource", MachineParkBuilder.resource), ("unit", "integer"),
        ]), life: plan.span, value: host.uuids.count)
    }
  }
}
