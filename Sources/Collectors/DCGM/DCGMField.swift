import Records

/// The fields of DCGM in use, by every name they have had.
enum DCGMField {
  /// - Source: dcgm-exporter's default counters; DCGM's headers for the newer names. The suffix
  ///   `_RATIO` tells nothing of the scale: `DCGM_FI_DEV_GPU_UTIL_RATIO` still runs from 0 to 100.
  private static let metrics: [String: Metric] = [
    "DCGM_FI_DEV_GPU_UTIL": .gpuUtilization,
    "DCGM_FI_DEV_GPU_UTIL_RATIO": .gpuUtilization,
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE": .graphicsEngineActive,
    "DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO": .graphicsEngineActive,
    "DCGM_FI_DEV_FB_USED": .framebufferUsed,
    "DCGM_FI_DEV_POWER_USAGE": .powerUsage,
    "DCGM_FI_DEV_BOARD_POWER_WATTS": .powerUsage,
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION": .totalEnergy,
  ]

  /// All names, sorted.
  static let names = metrics.keys.sorted()

  /// What a series of this name measures, nil for what isn't in use.
  static func metric(named name: String) -> Metric? { metrics[name] }
}

/// Which values can be true.
enum ValueRule {
  /// - Range: percent, ratio, MiB up to 2 TiB, watts up to ten times those of today's largest card,
  ///   millijoules as far as a Double counts them one by one.
  private static func range(of metric: Metric) -> ClosedRange<Double> {
    switch metric {
    case .gpuUtilization: 0...100
    case .graphicsEngineActive: 0...1
    case .framebufferUsed: 0...2_097_152
    case .powerUsage: 0...10_000
    case .totalEnergy: 0...9_007_199_254_740_991
    }
  }

  private static func rule(of metric: Metric) -> String {
    switch metric {
    case .gpuUtilization: "utilisation out of range"
    case .graphicsEngineActive: "engine activity out of range"
    case .framebufferUsed: "framebuffer out of range"
    case .powerUsage: "power out of range"
    case .totalEnergy: "energy counter out of range"
    }
  }

  /// Whether the value stands for no value: what DCGM calls blank.
  ///
  /// - Source: dcgm_structs.h: int64 from 0x7ffffffffffffff0 (as a Double 2^63), int32 0x7ffffff0
  ///   to f3, fp64 140737488355328.0 to +3. Old exporters print them.
  static func isBlank(_ value: Double) -> Bool {
    value >= 9_223_372_036_854_775_808 || (2_147_483_632...2_147_483_635).contains(value)
      || (140_737_488_355_328...140_737_488_355_331).contains(value)
  }

  @inline(__always)
  static func isPlausible(_ value: Double, of metric: Metric) -> Bool {
    range(of: metric).contains(value)
  }

  /// The rejection of an implausible value that isn't NaN.
  static func rejection(of value: Double, metric: Metric, place: String) -> Rejection {
    let range = range(of: metric)
    let rule =
      value.isInfinite
      ? "infinite value" : isBlank(value) ? "blank value" : rule(of: metric)
    return Rejection(
      place: place, rule: rule, found: "\(value)",
      expected: "\(range.lowerBound) to \(range.upperBound)")
  }
}
