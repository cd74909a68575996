import Quantities
import Records

/// A whole card, or one MIG instance of it, with its script.
package struct CardPart: Sendable {
  /// The GPU instance id, nil for a whole card.
  package let instance: Int?
  /// `3g.40gb`, nil for a whole card.
  package let profile: String?
  /// The compute slices; 7 of 7 for a whole card.
  package let slices: Int
  /// Names the part's row of noise.
  package let salt: UInt64
  /// Cover all ticks of the span, in order, without gaps.
  package internal(set) var stretches: [Stretch]
}

/// A card of a host.
package struct Card: Sendable {
  /// How a card is given to workloads.
  package enum Sharing: Sendable { case whole, instances, timeSliced }

  /// How many compute slices a MIG card has.
  ///
  /// - Source: A100, H100 and H200; docs/FORMATS.md, 1.1.
  package static let slices = 7

  package let index: Int
  package let uuid: String
  package let busID: String
  package let sharing: Sharing
  /// Names the card's row of noise.
  package let salt: UInt64
  /// One whole card, or the MIG instances in the order of their ids.
  package internal(set) var parts: [CardPart]
  /// The tick from which the exporter no longer sees the card, nil if it always does.
  package internal(set) var lostFrom: Int?

  /// The slices that no instance covers.
  package var slicesOfItsOwn: Int {
    sharing == .instances ? Self.slices - parts.reduce(0) { $0 + $1.slices } : 0
  }
}

/// A machine with cards, an exporter and events.
package struct Host: Sendable {
  package let index: Int
  package let name: String
  /// `NVIDIA H100 80GB HBM3`.
  package let model: GPUModel
  package let driverVersion: String
  /// Whether the exporter is an old one, which says `Hostname`.
  package let usesOldLabels: Bool
  /// - Unit: milliseconds from a whole interval to the scrape.
  package let offset: Int64
  package internal(set) var cards: [Card]
  package let events: HostEvents
  /// For each tick whether the scrape brought samples.
  package let isScraped: [Bool]
  /// The exporter's pods, each with the tick from which it runs; the first from tick 0.
  package let exporters: [ExporterPod]

  /// The exporter pod of a host's daemon set.
  package struct ExporterPod: Sendable {
    package let from: Int
    package let name: String
  }

  /// Whether the exporter shows `card` at `tick`.
  package func shows(_ card: Card, at tick: Int) -> Bool {
    guard isScraped[tick] else { return false }
    guard let lostFrom = card.lostFrom else { return true }
    return tick < lostFrom
  }

  /// Whether the profiling module, and so `DCGM_FI_PROF_…`, works at `tick`.
  package func isProfiling(at tick: Int) -> Bool {
    !(events.profilingOff?.contains(tick) ?? false)
  }
}

/// A model of card.
package struct GPUModel: Sendable {
  package let name: String
  /// - Unit: milliwatts at full activity, beyond those at rest, for a hundredth of activity.
  package let milliwattsPerPercent: Int
  /// - Unit: MiB.
  package let framebuffer: Int
  /// - Unit: whole KRW, as decimal text, for the written configuration.
  package let wonPerHour: String
  /// - Unit: GB of a MIG instance of three slices, and of one of two slices.
  let instanceGigabytes: (three: Int, two: Int)

  /// `3g.40gb`.
  func profile(slices: Int) -> String {
    "\(slices)g.\(slices == 3 ? instanceGigabytes.three : instanceGigabytes.two)gb"
  }

  /// The models of the simulated fleet, all of 80 GB or more and able to do MIG.
  package static let all = [
    GPUModel(
      name: "NVIDIA H100 80GB HBM3", milliwattsPerPercent: 6_213, framebuffer: 81_559,
      wonPerHour: "3250", instanceGigabytes: (40, 20)),
    GPUModel(
      name: "NVIDIA A100-SXM4-80GB", milliwattsPerPercent: 3_307, framebuffer: 81_920,
      wonPerHour: "1870", instanceGigabytes: (40, 20)),
    GPUModel(
      name: "NVIDIA H200", milliwattsPerPercent: 6_391, framebuffer: 143_771,
      wonPerHour: "4100", instanceGigabytes: (71, 35)),
  ]
}
