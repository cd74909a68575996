import Quantities
import Records

extension Fleet {
  /// What a collector of Prometheus would bring of `range`.
  ///
  /// - Parameter range: whole UTC hours.
  /// - Precondition: `range` starts and ends with a UTC hour.
  package func window(_ range: TimeRange) -> CollectedWindow {
    precondition(
      range.start == range.start.startOfHour && range.end == range.end.startOfHour,
      "BUG: a window must be whole hours, got \(range)")
    let frames = hosts.map { frame(of: $0, in: range) }.filter { !$0.isEmpty }
    return CollectedWindow(
      range: range, frames: frames,
      observations: podObservations(range) + namespaceObservations(range)
        + capacityObservations(range) + outageObservations(range) + volumeObservations(range))
  }

  /// The samples of one host's exporter in `range`.
  private func frame(of host: Host, in range: TimeRange) -> SampleFrame {
    let ticks = (0..<plan.ticks).filter {
      host.isScraped[$0] && range.contains(time(of: $0, on: host))
    }
    guard let first = ticks.first, let last = ticks.last else {
      return SampleFrame(target: target(of: host), timestamps: [], series: [])
    }
    var points: [SeriesPoints] = []
    for card in host.cards {
      for part in card.parts {
        for stretch in part.stretches {
          let common = stretch.ticks.clamped(to: first..<(last + 1))
          if common.isEmpty { continue }
          points += self.points(part, of: card, on: host, in: stretch, ticks: common)
        }
      }
    }
    return SampleFrame(target: target(of: host), points: points)
  }

  private func points(
    _ part: CardPart, of card: Card, on host: Host, in stretch: Stretch, ticks: Range<Int>
  ) -> [SeriesPoints] {
    let entity = GPUEntity(
      uuid: card.uuid, instance: part.instance, slices: part.instance == nil ? nil : part.slices,
      model: host.model.name, host: host.name)
    return ExporterMetric.allCases.flatMap { metric in
      emissions(of: metric, part, of: card, in: stretch).map { emission in
        let key = SeriesKey(
          metric: metric.record, entity: entity,
          workload: emission.place.map { workload(stretch.pods[$0], on: card) })
        var points = SeriesPoints(key: key)
        let values = values(emission, part, of: card, on: host, in: stretch, at: ticks)
        for (tick, value) in zip(ticks, values) where host.shows(card, at: tick) {
          guard shows(metric, on: host, at: tick) else { continue }
          points.timestamps.append(time(of: tick, on: host).milliseconds)
          points.values.append(Double(value) / Double(metric.scale))
        }
        return points
      }
    }
  }

  /// The whole hours in `range` in which kube-state-metrics showed something that existed in
  /// `life`; nil if it never did.
  private func observed(_ life: TimeRange, in range: TimeRange) -> TimeRange? {
    guard let common = life.intersection(range) else { return nil }
    var hours: TimeRange?
    for time in kubeStateTimes(in: common) {
      let end = time.startOfHour + UTCInstant.millisecondsPerHour
      hours = TimeRange(hours?.start ?? time.startOfHour, end)
    }
    return hours
  }

  /// The scrapes of kube-state-metrics in `range`.
  private func kubeStateTimes(in range: TimeRange) -> [UTCInstant] {
    let first = (range.start - plan.start) / plan.kubeStateInterval - 1
    let last = (range.end - plan.start) / plan.kubeStateInterval + 1
    return (max(0, Int(first))..<max(0, min(plan.kubeStateTicks, Int(last))))
      .filter { kubeState.isScraped[$0] }.map(kubeStateTime(of:)).filter(range.contains)
  }

  private func podObservations(_ range: TimeRange) -> [Observation] {
    pods.compactMap { pod in
      guard let hours = observed(pod.life, in: range) else { return nil }
      var attributes = [
        "owner_kind": pod.ownerKind, "owner_name": pod.ownerName, "phase": "Running",
        "containers": pod.container,
        "node": pod.node, "uid": pod.uid,
      ]
      for (name, value) in kubeLabels(of: pod) { attributes[name] = value }
      return Observation(
        kind: .pod, subject: "\(pod.namespace)/\(pod.name)/\(pod.uid)", attributes: attributes,
        range: hours)
    }
  }

  private func namespaceObservations(_ range: TimeRange) -> [Observation] {
    (namespaces + [Names.operatorNamespace]).sorted().compactMap { namespace in
      guard let hours = observed(plan.span, in: range) else { return nil }
      let labels = kubeLabels(ofNamespace: namespace)
      return Observation(
        kind: .namespace, subject: namespace,
        attributes: Dictionary(labels, uniquingKeysWith: { first, _ in first }), range: hours)
    }
  }

  private func capacityObservations(_ range: TimeRange) -> [Observation] {
    let nodes =
      hosts.map { ($0.name, schedulableGPUs(of: $0), plan.span) } + [
        (spare.name, 0, spare.registered)
      ]
    return nodes.compactMap { name, gpus, life in
      guard let hours = observed(life, in: range) else { return nil }
      return Observation(
        kind: .nodeCapacity, subject: name, attributes: ["gpus": "\(gpus)"], range: hours)
    }
  }

  private func outageObservations(_ range: TimeRange) -> [Observation] {
    (hosts.map(\.name) + [spare.name]).flatMap { node in
      OutageReason.allCases.flatMap { reason in
        outages(node: node, reason: reason).compactMap { $0.intersection(range) }.map {
          Observation(
            kind: .outage, subject: node, attributes: ["reason": reason.rawValue], range: $0)
        }
      }
    }
  }
}
