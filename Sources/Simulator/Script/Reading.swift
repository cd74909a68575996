import Records

/// What one part of a card shows at one tick, in whole numbers.
package struct Reading: Equatable, Sendable {
  /// One pod's share of a time-sliced card.
  package struct Share: Equatable, Sendable {
    package let utilization: Int
    package let framebuffer: Int
  }

  /// - Unit: percent, as `DCGM_FI_DEV_GPU_UTIL` would say; on MIG nobody sees it.
  package var utilization: Int
  /// - Unit: millionths, as `DCGM_FI_PROF_GR_ENGINE_ACTIVE` would say.
  package var engine: Int
  /// - Unit: MiB.
  package var framebuffer: Int
  /// One share a pod of the stretch, on time-sliced cards only.
  package var shares: [Share] = []
}

extension Fleet {
  /// What `part` of `card` shows at `tick`, which lies in `stretch`.
  package func reading(
    _ part: CardPart, of card: Card, on host: Host, in stretch: Stretch, at tick: Int
  ) -> Reading {
    if stretch.conduct == .shared { return sharedReading(part, on: host, in: stretch, at: tick) }
    let noise = SplitMix64.noise(part.salt, tick)
    let percent = Self.percent(stretch.conduct, part.salt, noise, tick)
    var reading = Reading(
      utilization: percent, engine: Self.engine(percent, noise), framebuffer: 4)
    if stretch.conduct == .stuckSignal { reading.engine = 0 }
    // An instance shows the profiling signal alone, which must say five hundredths exactly.
    if percent == 5 && part.instance != nil { reading.engine = 50_000 }
    if !stretch.pods.isEmpty || stretch.conduct == .stray {
      let kept = SplitMix64.noise(part.salt, -1 - stretch.ticks.lowerBound)
      let hundredths = stretch.conduct == .notebook ? 6 + Int(kept % 40) : 45 + Int(kept % 50)
      let size = host.model.framebuffer * part.slices / Card.slices
      reading.framebuffer = size * hundredths / 100 + Int(noise >> 40 & 15)
    }
    return reading
  }

  /// What the whole card draws at `tick`; every series of the card repeats it.
  ///
  /// - Unit: milliwatts.
  package func power(of card: Card, on host: Host, at tick: Int, in stretches: [Stretch]) -> Int {
    var percentSevenths = 0
    for (part, stretch) in zip(card.parts, stretches) {
      let reading = reading(part, of: card, on: host, in: stretch, at: tick)
      percentSevenths += reading.utilization * part.slices
    }
    let noise = SplitMix64.noise(card.salt, tick)
    return 61_000 + Int(noise % 9_000)
      + percentSevenths * host.model.milliwattsPerPercent / Card.slices
  }

  private func sharedReading(
    _ part: CardPart, on host: Host, in stretch: Stretch, at tick: Int
  ) -> Reading {
    var reading = Reading(utilization: 0, engine: 0, framebuffer: 450)
    for pod in stretch.pods {
      let salt = part.salt &+ UInt64(pod) &* 0x1000_0000_01b3
      let noise = SplitMix64.noise(salt, tick)
      let conduct: Conduct = pods[pod].kind == .notebook ? .notebook : .batch
      var percent = Self.percent(conduct, salt, noise, tick)
      // Shares are small, so that those of idle pods together stay below the threshold.
      percent = percent < 5 ? percent / 4 : max(10, percent / stretch.pods.count)
      let framebuffer = host.model.framebuffer / 5 * (20 + Int(salt % 60)) / 100
      reading.shares.append(Reading.Share(utilization: percent, framebuffer: framebuffer))
      reading.utilization += percent
      reading.framebuffer += framebuffer
    }
    reading.utilization = min(100, reading.utilization)
    reading.engine = Self.engine(
      reading.utilization, SplitMix64.noise(part.salt, tick))
    return reading
  }

  /// Activity in percent: 0 to 4, or exactly 5, or 10 and more.
  private static func percent(
    _ conduct: Conduct, _ salt: UInt64, _ noise: UInt64, _ tick: Int
  ) -> Int {
    switch conduct {
    case .free, .dead, .shared: return 0
    case .stalled: return noise % 10 == 0 ? 1 + Int(noise >> 8 & 1) : 0
    case .stray: return 60 + Int(noise % 40)
    case .stuckSignal: return 80 + Int(noise % 21)
    case .training, .batch:
      if noise % 211 == 7 { return 5 }
      // A checkpoint is written: for a few ticks the GPU waits.
      if SplitMix64.noise(~salt, tick / 4) % 40 == 0 { return Int(noise % 4) }
      return conduct == .training ? 80 + Int(noise % 21) : 35 + Int(noise % 60)
    case .notebook:
      if SplitMix64.noise(~salt, tick / 8) % 24 == 0 { return 30 + Int(noise % 60) }
      return noise % 8 == 0 ? 1 + Int(noise >> 8 & 3) : 0
    }
  }

  /// The profiling signal that goes with `percent`: on the same side of the idle threshold.
  private static func engine(_ percent: Int, _ noise: UInt64) -> Int {
    switch percent {
    case 0: 0
    case 1...4: percent * 10_000 - Int(noise >> 16 % 9_000)
    case 5: 50_000 - Int(noise >> 16 % 3) * 1_000
    default: percent * 10_000 - Int(noise >> 16 % 9_000)
    }
  }
}
