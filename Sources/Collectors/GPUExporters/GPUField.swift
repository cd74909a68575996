import Records

/// What exporters measure of GPUs, by every name that it has had, in our own units.
struct GPUField {
  let metric: Metric
  /// What values are multiplied by.
  let factor: Double

  private init(_ metric: Metric, _ factor: Double = 1) {
    self.metric = metric
    self.factor = factor
  }

  private static let mebibytesPerByte = 1 / 1_048_576.0

  /// - Source: dcgm-exporter's default counters; DCGM's headers for the newer names. The suffix
  ///   `_RATIO` tells nothing of the scale: `DCGM_FI_DEV_GPU_UTIL_RATIO` still runs from 0 to 100.
  private static let dcgm: [String: GPUField] = [
    "DCGM_FI_DEV_GPU_UTIL": GPUField(.gpuUtilization),
    "DCGM_FI_DEV_GPU_UTIL_RATIO": GPUField(.gpuUtilization),
    "DCGM_FI_PROF_GR_ENGINE_ACTIVE": GPUField(.graphicsEngineActive),
    "DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO": GPUField(.graphicsEngineActive),
    "DCGM_FI_DEV_FB_USED": GPUField(.framebufferUsed),
    "DCGM_FI_DEV_POWER_USAGE": GPUField(.powerUsage),
    "DCGM_FI_DEV_BOARD_POWER_WATTS": GPUField(.powerUsage),
    "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION": GPUField(.totalEnergy),
  ]

  /// - Source: utkuozdemir/nvidia_gpu_exporter 1.x, captures of H100, H200 and L40S.
  private static let nvidiaSMI: [String: GPUField] = [
    "nvidia_smi_utilization_gpu_ratio": GPUField(.gpuUtilization, 100),
    "nvidia_smi_memory_used_bytes": GPUField(.framebufferUsed, mebibytesPerByte),
    "nvidia_smi_power_draw_watts": GPUField(.powerUsage),
    "nvidia_smi_energy_joules_total": GPUField(.totalEnergy, 1_000),
  ]

  /// - Source: ROCm/device-metrics-exporter, docs/configuration/metricslist.md: percent, megabytes,
  ///   watts, microjoules; some deployments put `amd_` before the names.
  private static let amd: [String: GPUField] = [
    "gpu_gfx_activity": GPUField(.gpuUtilization),
    "gpu_used_vram": GPUField(.framebufferUsed),
    "gpu_package_power": GPUField(.powerUsage),
    "gpu_average_package_power": GPUField(.powerUsage),
    "gpu_energy_consumed": GPUField(.totalEnergy, 0.001),
  ]

  /// - Source: Intel's Prometheus Metric Exporter for Gaudi (percent, bytes, milliwatts), and XPU
  ///   Manager, whose help says percent of what its code multiplies by 0.01.
  private static let intel: [String: GPUField] = [
    "habanalabs_utilization": GPUField(.gpuUtilization),
    "habanalabs_memory_used_bytes": GPUField(.framebufferUsed, mebibytesPerByte),
    "habanalabs_power_mW": GPUField(.powerUsage, 0.001),
    "xpum_engine_ratio": GPUField(.gpuUtilization, 100),
    "xpum_memory_used_bytes": GPUField(.framebufferUsed, mebibytesPerByte),
    "xpum_power_watts": GPUField(.powerUsage),
    "xpum_energy_joules_total": GPUField(.totalEnergy, 1_000),
  ]

  private static let fields: [String: GPUField] = {
    let prefixed = Dictionary(uniqueKeysWithValues: amd.map { ("amd_" + $0.key, $0.value) })
    return [nvidiaSMI, amd, prefixed, intel].reduce(into: dcgm) { all, more in
      all.merge(more) { own, _ in own }
    }
  }()

  /// Series that tell a GPU's model apart from its samples, by the label that has it.
  static let models = ["nvidia_smi_gpu_info": "name"]

  /// All names, sorted.
  static let names = (Array(fields.keys) + Array(models.keys)).sorted()

  /// What a series of this name measures, nil for what isn't in use.
  static func named(_ name: String) -> GPUField? { fields[name] }

  /// What a series of this name measures.
  static func metric(named name: String) -> Metric? { fields[name]?.metric }

  /// Whether a series tells of a part of a card what is true of the card as a whole only, or what
  /// another series of the card tells.
  ///
  /// - Source: in AMD's partition modes activity and power are the first partition's, the others
  ///   show 0; XPU Manager tells each tile of a card.
  func isPartial(_ labels: [String: String]) -> Bool {
    if let tile = labels["sub_dev"], !tile.isEmpty, tile != "0" { return true }
    guard let partition = labels["gpu_partition_id"], !partition.isEmpty, partition != "0" else {
      return false
    }
    return metric != .framebufferUsed
  }

  /// A value in our own unit; what a factor leaves beyond nine decimals is no measurement.
  func value(of raw: Double) -> Double {
    factor == 1 ? raw : (raw * factor * 1e9).rounded() / 1e9
  }
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
