import Records
import Simulator

/// One GPU's samples of one UTC day: one row a tick.
struct CardDay: Sendable {
  /// - Unit: percent.
  var utilization: [UInt8]
  /// - Unit: MiB.
  var framebuffer: [Int32]
  /// - Unit: milliwatts.
  var power: [Int32]
  /// - Unit: millionths.
  var engine: [Int32]
  /// The allocation's place in its host's schedule, nil where the GPU is free.
  var stays: [(allocation: Int?, rows: Range<Int>)]
}

/// One host's samples of one UTC day.
struct HostDay: Sendable {
  let host: Int
  let day: Int
  var cards: [CardDay]
}

/// Makes the samples of a fleet, a host and day at a time, in any order.
struct WorkloadGenerator: Sendable {
  let plan: WorkloadPlan
  let schedules: [HostSchedule]
  /// The number of each host's first allocation, counted through the fleet from 1.
  let firstNumbers: [UInt32]

  /// Memory that a driver holds on a card that nobody uses, in MiB.
  private static let framebufferFree = 4
  private static let powerMax = 700_000

  init(_ plan: WorkloadPlan) {
    self.plan = plan
    schedules = (0..<plan.hosts).map { HostSchedule(of: $0, in: plan) }
    var next: UInt32 = 1
    var numbers: [UInt32] = []
    for schedule in schedules {
      numbers.append(next)
      next += UInt32(schedule.allocations.count)
    }
    firstNumbers = numbers
  }

  var allocations: Int { schedules.reduce(0) { $0 + $1.allocations.count } }

  /// The samples of `host` on the fleet's `day`.
  func hostDay(_ host: Int, day: Int) -> HostDay {
    let first = day * WorkloadPlan.ticksPerDay
    let ticks = first..<(first + WorkloadPlan.ticksPerDay)
    let schedule = schedules[host]
    var held = Array(repeating: [Int](), count: plan.gpusPerHost)
    for (index, allocation) in schedule.allocations.enumerated()
    where allocation.ticks.overlaps(ticks) {
      held[allocation.gpu].append(index)
    }
    let cards = held.enumerated().map { gpu, allocations in
      card(gpu, of: host, ticks: ticks, allocations, schedule)
    }
    return HostDay(host: host, day: day, cards: cards)
  }

  private func card(
    _ gpu: Int, of host: Int, ticks: Range<Int>, _ allocations: [Int], _ schedule: HostSchedule
  ) -> CardDay {
    let place = (host * plan.gpusPerHost + gpu) &* 4_096 &+ ticks.lowerBound / ticks.count
    var random = SplitMix64(seed: SplitMix64.noise(plan.seed ^ 0x6761_6c6c_7900, place))
    var card = CardDay(
      utilization: Array(repeating: 0, count: ticks.count),
      framebuffer: Array(repeating: Int32(Self.framebufferFree), count: ticks.count),
      power: [], engine: [], stays: [])
    var free = 0
    for index in allocations {
      let allocation = schedule.allocations[index]
      let common = allocation.ticks.clamped(to: ticks)
      let rows = (common.lowerBound - ticks.lowerBound)..<(common.upperBound - ticks.lowerBound)
      if free < rows.lowerBound { card.stays.append((nil, free..<rows.lowerBound)) }
      card.stays.append((index, rows))
      free = rows.upperBound
      let load = Load(allocation)
      for row in rows {
        let tick = ticks.lowerBound + row
        card.utilization[row] = UInt8(load.utilization(at: tick, noise: random.next()))
        card.framebuffer[row] = Int32(load.framebuffer(at: tick))
      }
    }
    if free < ticks.count { card.stays.append((nil, free..<ticks.count)) }
    var traits = SplitMix64(seed: SplitMix64.noise(plan.seed, -1 - host * 16 - gpu))
    addPower(to: &card, idle: traits.pick(60_000...71_000), &random)
    addEngine(to: &card, gain: traits.pick(9_300...10_100), &random)
    return card
  }

  /// Some 65 W of a card that does nothing, 6 W more for each percent; a working card's draw
  /// scatters by watts, a resting one's by a tenth.
  private func addPower(to card: inout CardDay, idle: Int, _ random: inout SplitMix64) {
    card.power = card.utilization.map { percent in
      let deviation = percent == 0 ? 80 : 2_000 + 10 * Int(percent)
      let noise = Noise.normal(random.next(), deviation: deviation)
      return Int32(min(Self.powerMax, idle + 6_000 * Int(percent) + noise))
    }
  }

  /// The engine's share of active cycles: close to the utilisation, and 0 with it.
  ///
  /// - Parameter gain: millionths for each percent.
  private func addEngine(to card: inout CardDay, gain: Int, _ random: inout SplitMix64) {
    card.engine = card.utilization.map { percent in
      if percent == 0 { return 0 }
      let noise = Noise.normal(random.next(), deviation: 1_000)
      return Int32(min(1_000_000, max(1, gain * Int(percent) + noise)))
    }
  }
}

extension WorkloadGenerator {
  /// The day as a collector brings it: a series for each metric, GPU and holder.
  func frame(of day: HostDay) -> SampleFrame {
    let schedule = schedules[day.host]
    var series: [SampleFrame.Series] = []
    for (gpu, card) in day.cards.enumerated() {
      let entity = GPUEntity(
        uuid: schedule.uuids[gpu], instance: nil, slices: nil, model: WorkloadPlan.model,
        host: plan.hostName(day.host))
      let byHolder = Dictionary(grouping: card.stays) { $0.allocation ?? -1 }
      for (holder, stays) in byHolder {
        let workload =
          holder < 0
          ? nil
          : WorkloadKey(
            kind: .pod, namespace: schedule.allocations[holder].pod.namespace,
            name: schedule.allocations[holder].pod.name, uid: "")
        let runs = stays.map(\.rows)
        for metric in WorkloadPlan.metrics {
          series.append(
            SampleFrame.Series(
              key: SeriesKey(metric: metric, entity: entity, workload: workload), runs: runs,
              values: runs.flatMap { card.values(of: metric, rows: $0) }))
        }
      }
    }
    let first = plan.range(ofDay: day.day).start.milliseconds
    return SampleFrame(
      target: plan.hostName(day.host) + ":9400",
      timestamps: (0..<WorkloadPlan.ticksPerDay).map { first + Int64($0) * WorkloadPlan.interval },
      series: series.sorted { $0.key < $1.key })
  }
}

extension CardDay {
  /// The values of `metric` as an exporter prints them.
  func values(of metric: Metric, rows: Range<Int>) -> [Double] {
    switch metric {
    case .gpuUtilization: utilization[rows].map { Double($0) }
    case .framebufferUsed: framebuffer[rows].map { Double($0) }
    case .powerUsage: power[rows].map { Double($0) / 1_000 }
    case .graphicsEngineActive: engine[rows].map { Double($0) / 1_000_000 }
    case .totalEnergy: []
    }
  }
}
