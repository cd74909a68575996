import Records

/// The metrics that the simulated exporters show, as the exporter writes them.
package enum ExporterMetric: Int, CaseIterable, Sendable {
  case gpuUtilization, graphicsEngineActive, framebufferUsed, powerUsage, totalEnergy

  /// The order of the exporter's default counter file.
  static let inExporterOrder: [ExporterMetric] = [
    .powerUsage, .totalEnergy, .gpuUtilization, .framebufferUsed, .graphicsEngineActive,
  ]

  /// The name of the DCGM field.
  package var name: String {
    switch self {
    case .gpuUtilization: "DCGM_FI_DEV_GPU_UTIL"
    case .graphicsEngineActive: "DCGM_FI_PROF_GR_ENGINE_ACTIVE"
    case .framebufferUsed: "DCGM_FI_DEV_FB_USED"
    case .powerUsage: "DCGM_FI_DEV_POWER_USAGE"
    case .totalEnergy: "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION"
    }
  }

  /// The help text of the exporter's default counter file.
  package var help: String {
    switch self {
    case .gpuUtilization: "GPU utilization (in %)."
    case .graphicsEngineActive: "Ratio of time the graphics engine is active."
    case .framebufferUsed: "Framebuffer memory used (in MiB)."
    case .powerUsage: "Power draw (in W)."
    case .totalEnergy: "Total energy consumption since boot (in mJ)."
    }
  }

  /// The type that the exporter says it has.
  var type: String { self == .totalEnergy ? "counter" : "gauge" }

  /// The same in records.
  package var record: Metric {
    switch self {
    case .gpuUtilization: .gpuUtilization
    case .graphicsEngineActive: .graphicsEngineActive
    case .framebufferUsed: .framebufferUsed
    case .powerUsage: .powerUsage
    case .totalEnergy: .totalEnergy
    }
  }

  /// The size of the metric's whole number in the simulator: one of how many a unit.
  var scale: Int {
    switch self {
    case .gpuUtilization, .framebufferUsed, .totalEnergy: 1
    case .graphicsEngineActive: 1_000_000
    case .powerUsage: 1_000
    }
  }
}

/// One series of a stretch: a metric of a part of a card, and the pod that it names.
package struct Emission: Equatable, Sendable {
  package let metric: ExporterMetric
  /// The place of the pod in ``Stretch/pods``, nil where the series names none.
  package let place: Int?
}

extension Fleet {
  /// The series that show `part` of `card` while `stretch` lasts.
  package func emissions(
    of metric: ExporterMetric, _ part: CardPart, of card: Card, in stretch: Stretch
  ) -> [Emission] {
    // DCGM has no utilisation of an instance.
    if metric == .gpuUtilization && part.instance != nil { return [] }
    let held = stretch.pods.indices.map { Emission(metric: metric, place: $0) }
    let bare = [Emission(metric: metric, place: nil)]
    if held.isEmpty { return bare }
    // These two come from the processes as well: once for the device and once for each pod.
    let isPerProcess = metric == .gpuUtilization || metric == .framebufferUsed
    return card.sharing == .timeSliced && isPerProcess ? bare + held : held
  }

  /// Whether a scrape of `host` at `tick` shows `metric`.
  package func shows(_ metric: ExporterMetric, on host: Host, at tick: Int) -> Bool {
    metric != .graphicsEngineActive || host.isProfiling(at: tick)
  }

  /// The values of a series at `ticks`, which lie in `stretch`, in the whole numbers of
  /// ``ExporterMetric/scale``.
  func values(
    _ emission: Emission, _ part: CardPart, of card: Card, on host: Host, in stretch: Stretch,
    at ticks: Range<Int>
  ) -> [Int] {
    if emission.metric == .totalEnergy { return energyReadings(of: card, on: host, at: ticks) }
    return ticks.map { value(emission, part, of: card, on: host, in: stretch, at: $0) }
  }

  private func value(
    _ emission: Emission, _ part: CardPart, of card: Card, on host: Host, in stretch: Stretch,
    at tick: Int
  ) -> Int {
    if emission.metric == .powerUsage {
      let stretches = card.parts.count == 1 ? [stretch] : card.parts.map { $0.stretch(at: tick) }
      return power(of: card, on: host, at: tick, in: stretches)
    }
    let reading = reading(part, of: card, on: host, in: stretch, at: tick)
    let share = emission.place.flatMap { place -> Reading.Share? in
      place < reading.shares.count ? reading.shares[place] : nil
    }
    return switch emission.metric {
    case .gpuUtilization: share?.utilization ?? reading.utilization
    case .framebufferUsed: share?.framebuffer ?? reading.framebuffer
    default: reading.engine
    }
  }

  /// Whether the series of `card` tell pods apart by their UIDs.
  package func showsUIDs(_ card: Card) -> Bool { card.sharing == .timeSliced }

  /// The workload that a series of `card` names.
  package func workload(_ pod: Int, on card: Card) -> WorkloadKey {
    showsUIDs(card) ? pods[pod].keyWithUID : pods[pod].key
  }
}

extension CardPart {
  /// The stretch that contains `tick`.
  ///
  /// - Precondition: `tick` lies in the span.
  package func stretch(at tick: Int) -> Stretch {
    var low = 0
    var high = stretches.count - 1
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].ticks.upperBound <= tick { low = middle + 1 } else { high = middle }
    }
    return stretches[low]
  }
}
