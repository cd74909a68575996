/// What a metric says of a GPU's activity and power, in the whole numbers that the ledger sums.
extension Metric {
  /// What makes a value millionths of full activity; nil for what is no activity.
  package var activityScale: Double? {
    switch self {
    case .gpuUtilization: 10_000
    case .graphicsEngineActive: 1_000_000
    case .framebufferUsed, .powerUsage, .totalEnergy: nil
    }
  }
}

/// Values as the whole numbers that the ledger sums.
package enum WholeParts {
  /// `value` times `scale` without its fraction, so that what lies strictly below a whole
  /// threshold stays below it; a fraction that is only the noise of binary decimals counts as none.
  ///
  /// - Returns: millionths of full activity.
  @inlinable
  package static func activity(_ value: Double, scale: Double) -> Int32 {
    let parts = value * scale
    let nearest = parts.rounded()
    return Int32(abs(parts - nearest) < 1e-6 ? nearest : parts.rounded(.down))
  }

  /// - Parameter watts: as measured.
  /// - Returns: milliwatts.
  @inlinable
  package static func power(_ watts: Double) -> Int64 { Int64((watts * 1_000).rounded()) }

  /// - Parameter millijoules: as measured: whole numbers, exact in a Double up to 2^53.
  /// - Returns: whole millijoules.
  @inlinable
  package static func energy(_ millijoules: Double) -> Int64 { Int64(millijoules.rounded()) }
}
