import Simulator

/// What an allocation asks of its GPU, sample by sample.
struct Load: Sendable {
  private let pattern: Pattern
  private let seed: UInt64
  private let start: Int
  /// The tick from which a training hangs; past its end for the most.
  private let hangsFrom: Int
  private let base: Int
  private let checkpointEvery: Int
  private let checkpointTicks: Int
  private let memory: Int

  init(_ allocation: Allocation) {
    let pod = allocation.pod
    pattern = pod.pattern
    seed = pod.seed
    start = pod.life.lowerBound
    var random = SplitMix64(seed: pod.seed)
    base = random.pick(80...97)
    checkpointEvery = random.pick(60...240)
    checkpointTicks = random.pick(1...3)
    let hangs = random.happens(6)
    hangsFrom = hangs ? random.pick(0...(pod.life.count - 1)) : pod.life.count
    switch pattern {
    case .training: memory = random.pick(30_000...75_000)
    case .batch: memory = random.pick(8_000...40_000)
    case .notebook, .hoarded: memory = random.pick(500...20_000)
    }
  }

  /// Percent of the GPU at `tick`.
  ///
  /// - Parameter noise: 64 random bits of this sample.
  func utilization(at tick: Int, noise: UInt64) -> Int {
    let age = tick - start
    switch pattern {
    case .training:
      if age < 6 || age >= hangsFrom { return 0 }
      if age % checkpointEvery < checkpointTicks { return 8 + Int(noise % 18) }
      return min(100, max(70, base + Noise.normal(noise, deviation: 800) / 1_000))
    case .batch:
      let level = SplitMix64.noise(seed, age / 40)
      if level % 100 < 15 { return 0 }
      let mean = 25 + Int((level >> 8) % 66)
      return min(100, max(1, mean + Noise.normal(noise, deviation: 1_500) / 1_000))
    case .notebook:
      let slot = SplitMix64.noise(seed, age / 12)
      if slot % 100 < 7 {
        let mean = 15 + Int((slot >> 8) % 60)
        return min(100, max(1, mean + Noise.normal(noise, deviation: 6_000) / 1_000))
      }
      return slot % 100 < 11 ? 1 + Int(noise % 5) : 0
    case .hoarded: return 0
    }
  }

  /// Memory held at `tick`: steps, and nothing between them.
  ///
  /// - Unit: MiB.
  func framebuffer(at tick: Int) -> Int {
    let age = tick - start
    switch pattern {
    case .training:
      if age < 6 { return 640 + memory * age / 8 }
      return memory + 512 * Int(SplitMix64.noise(seed, 1_000_000 + age / 700) % 4)
    case .batch: return memory + 256 * Int(SplitMix64.noise(seed, 1_000_000 + age / 160) % 8)
    case .notebook: return memory + 128 * Int(SplitMix64.noise(seed, 1_000_000 + age / 240) % 16)
    case .hoarded: return memory
    }
  }
}

/// Whole numbers that scatter like a normal distribution.
enum Noise {
  /// The sum of the four 16-bit parts of `bits`, scaled: normal enough, and bounded by 3.5
  /// deviations.
  static func normal(_ bits: UInt64, deviation: Int) -> Int {
    // Four uniform parts have the mean 2 x 65,535 and the deviation sqrt(4 x (2^32 - 1) / 12).
    let sum =
      Int(bits & 0xffff) + Int((bits >> 16) & 0xffff) + Int((bits >> 32) & 0xffff)
      + Int(bits >> 48)
    return (sum - 131_070) * deviation / 37_837
  }
}
