import Quantities

extension Fleet {
  /// Writes what a Prometheus would have stored of the fleet, as OpenMetrics text for
  /// `promtool tsdb create-blocks-from openmetrics`.
  ///
  /// - Parameter honorsLabels: whether the exporters are scraped with `honor_labels: true`.
  /// - Throws: ``SimulationError/unwritable(file:reason:)``.
  package func writeOpenMetrics(to file: String, honorsLabels: Bool) throws(SimulationError) {
    let sink = try ByteSink(file: file)
    try writeOpenMetrics(to: sink, honorsLabels: honorsLabels)
    try sink.close()
  }

  /// The same text, in memory.
  package func openMetrics(honorsLabels: Bool) throws(SimulationError) -> [UInt8] {
    let sink = ByteSink()
    try writeOpenMetrics(to: sink, honorsLabels: honorsLabels)
    return sink.text
  }

  private func writeOpenMetrics(
    to sink: ByteSink, honorsLabels: Bool
  ) throws(SimulationError) {
    try writeUp(to: sink)
    for metric in ExporterMetric.allCases {
      sink.append("# HELP \(metric.name) \(metric.help) Simulated, seed \(plan.seed).\n")
      // OpenMetrics lets no counter have a name without `_total`; a Prometheus stores no types.
      sink.append("# TYPE \(metric.name) gauge\n")
      for host in hosts {
        for card in host.cards {
          for part in card.parts {
            try write(metric, part, of: card, on: host, honorsLabels, to: sink)
          }
        }
      }
      if metric == .gpuUtilization { try writeInnerSamples(to: sink) }
    }
    try writePark(to: sink, honorsLabels: honorsLabels)
    for family in kubeStateFamilies { try write(family, honorsLabels: true, to: sink) }
    for family in volumeFamilies { try write(family, honorsLabels: honorsLabels, to: sink) }
    sink.append("# EOF\n")
  }

  /// Whether each scrape succeeded, under the labels of the exporter's pod of that time.
  private func writeUp(to sink: ByteSink) throws(SimulationError) {
    sink.append("# HELP up Whether the scrape succeeded. Simulated, seed \(plan.seed).\n")
    sink.append("# TYPE up gauge\n")
    for host in hosts {
      for (ticks, exporter) in generations(of: host) {
        let head = targetLabels(of: host, exporter: exporter).head("up")
        for tick in ticks {
          sink.appendSample(
            head, value: host.isScraped[tick] ? 1 : 0, scale: 1,
            milliseconds: time(of: tick, on: host).milliseconds)
          try sink.flushIfFull()
        }
      }
    }
    let head = kubeStateTargetLabels.head("up")
    for tick in 0..<plan.kubeStateTicks {
      sink.appendSample(
        head, value: kubeState.isScraped[tick] ? 1 : 0, scale: 1,
        milliseconds: kubeStateTime(of: tick).milliseconds)
    }
    try writeInnerUp(to: sink)
  }

  /// The exporter's pods with the ticks at which Prometheus scrapes each.
  private func generations(of host: Host) -> [(Range<Int>, Host.ExporterPod)] {
    host.exporters.indices.map { index in
      let end =
        index + 1 < host.exporters.count ? host.exporters[index + 1].from : plan.ticks
      return (host.exporters[index].from..<end, host.exporters[index])
    }
  }

  private func write(
    _ metric: ExporterMetric, _ part: CardPart, of card: Card, on host: Host,
    _ honorsLabels: Bool, to sink: ByteSink
  ) throws(SimulationError) {
    for (generation, exporter) in generations(of: host) {
      let target = targetLabels(of: host, exporter: exporter)
      for stretch in part.stretches {
        let ticks = stretch.ticks.clamped(to: generation)
        if ticks.isEmpty { continue }
        for emission in emissions(of: metric, part, of: card, in: stretch) {
          let labels = exporterLabels(emission, part, of: card, on: host, in: stretch)
            .stored(under: target, honorsLabels: honorsLabels)
          let head = labels.head(metric.name)
          let values = values(emission, part, of: card, on: host, in: stretch, at: ticks)
          for (tick, value) in zip(ticks, values) where host.shows(card, at: tick) {
            guard shows(metric, on: host, at: tick) else { continue }
            sink.appendSample(
              head, value: value, scale: metric.scale,
              milliseconds: time(of: tick, on: host).milliseconds)
          }
          try sink.flushIfFull()
        }
      }
    }
  }

  private func write(
    _ family: KubeStateFamily, honorsLabels: Bool, to sink: ByteSink
  ) throws(SimulationError) {
    sink.append("# HELP \(family.name) \(family.help) Simulated, seed \(plan.seed).\n")
    sink.append("# TYPE \(family.name) gauge\n")
    for series in family.series {
      let labels = series.labels.stored(
        under: series.target ?? kubeStateTargetLabels, honorsLabels: honorsLabels)
      let head = labels.head(family.name)
      for tick in kubeStateTicks(in: series.life) where kubeState.isScraped[tick] {
        let time = kubeStateTime(of: tick)
        guard let value = series.value(at: time) else { continue }
        sink.appendSample(head, value: value, scale: 1, milliseconds: time.milliseconds)
      }
      try sink.flushIfFull()
    }
  }

  /// The scrapes of kube-state-metrics in `range`, and perhaps one more on either side.
  private func kubeStateTicks(in range: TimeRange) -> Range<Int> {
    let first = (range.start - plan.start) / plan.kubeStateInterval - 1
    let last = (range.end - plan.start) / plan.kubeStateInterval + 1
    return max(0, Int(first))..<min(plan.kubeStateTicks, Int(last))
  }
}
