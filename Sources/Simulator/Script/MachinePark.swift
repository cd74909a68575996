import Quantities
import Records

/// Hosts whose GPUs virtual machines have, as a cluster of KubeVirt runs them: no exporter on the
/// host sees them, one inside of some machines does.
package struct MachinePark: Sendable {
  /// A host of the park.
  package struct MachineHost: Sendable {
    package let name: String
    package let model: GPUModel
    /// By card.
    package let uuids: [String]
  }

  /// A run of a machine on one host.
  package struct MachineRun: Sendable {
    package let name: String
    package let namespace: String
    /// The team that the namespace belongs to, nil where no rule names it.
    package let team: String?
    /// The pod that it runs in.
    package let pod: String
    package let host: Int
    package let cards: Range<Int>
    /// The scrapes of the controller at which it runs.
    package let ticks: Range<Int>
    /// The exporter that runs inside, nil for none.
    package let exporter: InnerExporter?
  }

  /// An exporter inside of a machine.
  package struct InnerExporter: Sendable {
    /// When it is scraped, and how active the machine's cards are then, in percent.
    package let samples: [(time: UTCInstant, percents: [Int])]
  }

  package let hosts: [MachineHost]
  package let runs: [MachineRun]
  /// - Unit: milliseconds from a whole interval to the scrape of the controller.
  package let offset: Int64
  /// For each tick whether the scrape of the controller brought samples.
  package let isScraped: [Bool]

  /// When the controller is scraped for the `tick`-th time.
  package func time(of tick: Int, _ plan: FleetPlan) -> UTCInstant {
    plan.start + Int64(tick) * plan.kubeStateInterval + offset
  }

  /// When `run` has its GPUs, as scrapes of the controller tell it: the last one speaks for an
  /// interval.
  package func time(of run: MachineRun, _ plan: FleetPlan) -> TimeRange {
    TimeRange(
      time(of: run.ticks.lowerBound, plan),
      min(plan.span.end, time(of: run.ticks.upperBound - 1, plan) + plan.kubeStateInterval))
  }
}

/// Writes the script of a park from the seed of its plan.
struct MachineParkBuilder {
  /// The resource that a card of A100 is for machines, as kube-state-metrics spells it.
  static let resource = "nvidia_com_GA100_A100_SXM4_80GB"
  /// - Unit: minutes.
  private static let bootMinutes: Int64 = 3

  private let plan: FleetPlan
  private let teams: [String]
  private var generator: SplitMix64
  private let offset: Int64
  private let gap: Range<Int>

  init(_ plan: FleetPlan, teams: [String]) {
    self.plan = plan
    self.teams = teams
    generator = SplitMix64(seed: plan.seed &+ 0x5eed_4d)
    offset = plan.isAligned ? 0 : Int64(generator.pick(1...Int(plan.kubeStateInterval - 1)))
    // Some scrapes of the controller are missing in the middle of an hour.
    let ticksPerHour = Int(UTCInstant.millisecondsPerHour / plan.kubeStateInterval)
    let hour = plan.hours / 2 * ticksPerHour
    gap = (hour + ticksPerHour * 2 / 5)..<(hour + ticksPerHour / 2)
  }

  func park() -> MachinePark {
    var builder = self
    return builder.made()
  }

  private mutating func made() -> MachinePark {
    let hosts = (0..<plan.machineHosts).map { index in
      MachinePark.MachineHost(
        name: "kubevirt" + Names.padded(index + 1, 3), model: GPUModel.all[1],
        uuids: (0..<plan.gpusPerHost).map { _ in "GPU-" + generator.uuid() })
    }
    var runs: [MachinePark.MachineRun] = []
    for host in hosts.indices {
      for cards in lanes() { runs += lane(host, cards, number: runs.count) }
    }
    return MachinePark(
      hosts: hosts, runs: runs, offset: offset,
      isScraped: (0..<plan.kubeStateTicks).map { !gap.contains($0) })
  }

  /// The cards of a host in parts that one machine has at a time.
  private mutating func lanes() -> [Range<Int>] {
    var lanes: [Range<Int>] = []
    var next = 0
    while next < plan.gpusPerHost {
      let size = min(plan.gpusPerHost - next, generator.pick(from: [1, 2, 2, 4]))
      lanes.append(next..<(next + size))
      next += size
    }
    return lanes
  }

  /// The machines that have `cards` one after the other: in all of them runs an exporter, or in
  /// none.
  private mutating func lane(
    _ host: Int, _ cards: Range<Int>, number first: Int
  ) -> [MachinePark.MachineRun] {
    var runs: [MachinePark.MachineRun] = []
    var tick = generator.pick(0...40)
    let isSeen = generator.happens(60)
    while tick + 60 < plan.kubeStateTicks {
      let end = min(plan.kubeStateTicks, tick + generator.pick(60...600))
      let ticks = settled(tick)..<settled(end)
      let number = first + runs.count
      let drawn = generator.pick(from: teams)
      let team: String? = number % 7 == 3 ? nil : drawn
      let name = "vm-\(Names.namespace(team, .training))-\(number)"
      let run = MachinePark.MachineRun(
        name: name, namespace: Names.namespace(team, .training), team: team,
        pod: "virt-launcher-\(name)-\(generator.suffix(5))", host: host, cards: cards,
        ticks: ticks, exporter: isSeen ? exporter(ticks, cards.count) : nil)
      runs.append(run)
      tick = end + generator.pick(0...50)
    }
    return runs
  }

  /// The tick, or the end of the missing scrapes that it is among: what begins or ends there isn't
  /// known.
  private func settled(_ tick: Int) -> Int { gap.contains(tick) ? gap.upperBound : tick }

  /// An exporter from some minutes after the machine's start to shortly before its end, whose cards
  /// work for hours and rest for hours, with a gap.
  private mutating func exporter(_ ticks: Range<Int>, _ cards: Int) -> MachinePark.InnerExporter {
    let interval = plan.scrapeInterval
    let start =
      plan.start + Int64(ticks.lowerBound) * plan.kubeStateInterval + Self.bootMinutes * 60_000
      + Int64(generator.pick(0...Int(interval - 1)))
    let end = plan.start + Int64(ticks.upperBound) * plan.kubeStateInterval
    let salt = generator.next()
    let count = Int(max(0, min(end, plan.span.end) - start) / interval)
    let missing = count / 3..<(count / 3 + 7)
    return MachinePark.InnerExporter(
      samples: (0..<count).filter { !missing.contains($0) }.map { sample in
        let percents = (0..<cards).map { card in
          let isBusy = SplitMix64.noise(salt &+ UInt64(card), sample / 90) % 3 > 0
          let noise = Int(SplitMix64.noise(salt, sample * cards + card) % 40)
          return isBusy ? 60 + noise : noise / 12
        }
        return (start + Int64(sample) * interval, percents)
      })
  }
}
