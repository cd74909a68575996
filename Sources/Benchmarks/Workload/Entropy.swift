import Foundation
import Records

/// What a fleet's samples are like: how many, how busy, and how many bytes each one needs at
/// least by its frequency alone.
struct WorkloadFigures: Sendable {
  private(set) var rows = 0
  private var utilizationSum = 0
  private var histograms: [Metric: Histogram] = [:]

  var samples: Int { rows * WorkloadPlan.metrics.count }

  /// - Unit: percent.
  var meanUtilization: Double { Double(utilizationSum) / Double(max(1, rows)) }

  /// The smaller one of the order-0 entropies of a metric's values and of their differences.
  ///
  /// - Unit: bytes a sample.
  func entropy(of metric: Metric) -> Double { histograms[metric]?.entropy ?? 0 }

  /// - Unit: bytes a sample.
  var meanEntropy: Double {
    WorkloadPlan.metrics.reduce(0) { $0 + entropy(of: $1) } / Double(WorkloadPlan.metrics.count)
  }

  mutating func add(_ day: HostDay) {
    for card in day.cards {
      rows += card.utilization.count
      utilizationSum += card.utilization.reduce(0) { $0 + Int($1) }
      add(.gpuUtilization, card.utilization)
      add(.framebufferUsed, card.framebuffer)
      add(.powerUsage, card.power)
      add(.graphicsEngineActive, card.engine)
    }
  }

  private mutating func add(_ metric: Metric, _ values: [some BinaryInteger]) {
    histograms[metric, default: Histogram(max: Self.largest(metric))].add(values)
  }

  /// The largest value in the units of ``CardDay``.
  private static func largest(_ metric: Metric) -> Int {
    switch metric {
    case .gpuUtilization: 100
    case .framebufferUsed: 100_000
    case .powerUsage, .graphicsEngineActive: 1_000_000
    case .totalEnergy: 0
    }
  }
}

/// How often each value and each difference of neighbours occurs.
private struct Histogram: Sendable {
  private let max: Int
  private var values: [Int]
  private var differences: [Int]

  init(max: Int) {
    self.max = max
    values = Array(repeating: 0, count: max + 1)
    differences = Array(repeating: 0, count: 2 * max + 1)
  }

  mutating func add(_ samples: [some BinaryInteger]) {
    var previous = 0
    for sample in samples {
      let value = Int(sample)
      values[value] += 1
      differences[value - previous + max] += 1
      previous = value
    }
  }

  var entropy: Double { min(Self.entropy(values), Self.entropy(differences)) }

  /// - Unit: bytes a sample.
  private static func entropy(_ counts: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    var bits = 0.0
    for count in counts where count > 0 {
      bits -= Double(count) / total * log2(Double(count) / total)
    }
    return bits / 8
  }
}
