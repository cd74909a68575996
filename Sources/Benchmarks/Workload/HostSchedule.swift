import Simulator

/// What a pod does with its GPUs.
enum Pattern: String, Sendable {
  /// Nearly full for hours or days, with dips while it writes checkpoints; some hang at last.
  case training = "train"
  /// Levels that change every 20 minutes.
  case batch = "batch"
  /// Nothing most of the time, then a burst.
  case notebook = "notebook"
  /// Held and never used.
  case hoarded = "dev"
}

/// A pod and the GPUs that it holds from its start to its end.
struct FleetPod: Sendable {
  let namespace: String
  let name: String
  let pattern: Pattern
  let seed: UInt64
  /// The ticks for which it would run if the fleet didn't end.
  let life: Range<Int>
}

/// One GPU held by one pod: the unit that allocations are counted in.
struct Allocation: Sendable {
  let pod: FleetPod
  /// The place in its host.
  let gpu: Int
  /// Inside the fleet's span.
  let ticks: Range<Int>
}

/// Who holds which GPU of a host, from the fleet's start to its end.
struct HostSchedule: Sendable {
  /// In the order of their starts, then of the GPUs.
  let allocations: [Allocation]
  let uuids: [String]

  /// How long before the fleet's start hosts are played, so that it starts in full swing.
  private static let warmUp = 4 * WorkloadPlan.ticksPerDay

  init(of host: Int, in plan: WorkloadPlan) {
    var random = SplitMix64(seed: SplitMix64.noise(plan.seed, host))
    uuids = (0..<plan.gpusPerHost).map { _ in "GPU-" + random.uuid() }
    var freeFrom = (0..<plan.gpusPerHost).map { _ in random.pick(0...1_200) - Self.warmUp }
    var result: [Allocation] = []
    while let earliest = freeFrom.min(), earliest < plan.ticks {
      let size = min(plan.gpusPerHost, Self.size(&random))
      let gpus = freeFrom.indices.sorted { (freeFrom[$0], $0) < (freeFrom[$1], $1) }.prefix(size)
      let ready = gpus.map { freeFrom[$0] }.max() ?? earliest
      let start = ready + random.pick(0...(size == 1 ? 1_200 : 600))
      let pattern = Self.pattern(of: size, &random)
      let pod = FleetPod(
        namespace: Self.namespace(&random),
        name: "\(pattern.rawValue)-\(random.suffix(8))", pattern: pattern, seed: random.next(),
        life: start..<(start + Self.length(of: pattern, &random)))
      for gpu in gpus {
        freeFrom[gpu] = pod.life.upperBound
        let ticks = pod.life.clamped(to: 0..<plan.ticks)
        if !ticks.isEmpty { result.append(Allocation(pod: pod, gpu: gpu, ticks: ticks)) }
      }
    }
    allocations = result.sorted { ($0.ticks.lowerBound, $0.gpu) < ($1.ticks.lowerBound, $1.gpu) }
  }

  private static func size(_ random: inout SplitMix64) -> Int {
    switch random.pick(0...99) {
    case ..<66: 1
    case ..<81: 2
    case ..<92: 4
    default: 8
    }
  }

  private static func pattern(of size: Int, _ random: inout SplitMix64) -> Pattern {
    let chance = random.pick(0...99)
    switch (size > 2, chance) {
    case (true, ..<55): return .training
    case (true, ..<88): return .batch
    case (false, ..<12): return .training
    case (false, ..<42): return .batch
    case (false, ..<78): return .notebook
    default: return .hoarded
    }
  }

  /// Teams differ in size: the first ones get more.
  private static func namespace(_ random: inout SplitMix64) -> String {
    let last = WorkloadPlan.teams.count - 1
    return WorkloadPlan.teams[min(random.pick(0...last), random.pick(0...last))]
  }

  /// - Returns: ticks, spread evenly over the powers of two in the pattern's range.
  private static func length(of pattern: Pattern, _ random: inout SplitMix64) -> Int {
    let (shortest, doublings) =
      switch pattern {
      case .training: (360, 4)
      case .batch: (20, 6)
      case .notebook: (120, 4)
      case .hoarded: (720, 3)
      }
    let base = shortest << random.pick(0...(doublings - 1))
    return base + random.pick(0...(base - 1))
  }
}
