import Quantities
import Records

/// A simulated fleet: who held which GPU when, what it did, and what went wrong.
///
/// Nothing of it is measured. The same plan makes the same fleet, to the byte.
package struct Fleet: Sendable {
  package let plan: FleetPlan
  package let teams: [String]
  package let pods: [Pod]
  /// The hosts that report, in the order of their names.
  package let hosts: [Host]
  /// The host that the inventory names and no exporter ever shows.
  package let spare: SpareHost
  package let kubeState: KubeStateClock
  /// Hosts whose GPUs virtual machines have.
  package let park: MachinePark
  /// What the cards' energy counters show.
  private(set) var meter = EnergyMeter()

  /// A host of the inventory that is never seen; for a part of the span its node is cordoned.
  package struct SpareHost: Sendable {
    package let name: String
    package let model: GPUModel
    /// When the node exists in the cluster, without any GPU that the cluster can use.
    package let registered: TimeRange
    package let cordoned: TimeRange
  }

  /// When kube-state-metrics is scraped.
  package struct KubeStateClock: Sendable {
    /// - Unit: milliseconds from a whole interval to the scrape.
    package let offset: Int64
    package let isScraped: [Bool]
  }

  /// Makes the fleet of `plan`.
  ///
  /// - Throws: ``SimulationError/impossible(option:found:expected:)``.
  package init(_ plan: FleetPlan) throws(SimulationError) {
    try plan.validate()
    self = FleetBuilder(plan).fleet()
  }

  init(
    plan: FleetPlan, teams: [String], pods: [Pod], hosts: [Host], spare: SpareHost,
    kubeState: KubeStateClock
  ) {
    self.plan = plan
    self.teams = teams
    self.pods = pods
    self.hosts = hosts
    self.spare = spare
    self.kubeState = kubeState
    park = MachineParkBuilder(plan, teams: teams).park()
    meter = EnergyMeter(self)
  }

  /// When `host` is scraped for the `tick`-th time.
  package func time(of tick: Int, on host: Host) -> UTCInstant {
    plan.start + Int64(tick) * plan.scrapeInterval + host.offset
  }

  /// When kube-state-metrics is scraped for the `tick`-th time.
  package func kubeStateTime(of tick: Int) -> UTCInstant {
    plan.start + Int64(tick) * plan.kubeStateInterval + kubeState.offset
  }

  /// The time from one tick of a host to another one, without the host's offset.
  package func time(of ticks: Range<Int>) -> TimeRange {
    TimeRange(
      plan.start + Int64(ticks.lowerBound) * plan.scrapeInterval,
      plan.start + Int64(ticks.upperBound) * plan.scrapeInterval)
  }

  /// How many GPU slots the inventory has: those of the spare host too, and of machines' hosts.
  package var slots: Int { (hosts.count + park.hosts.count + 1) * plan.gpusPerHost }

  /// The time of all slots over the span.
  ///
  /// - Unit: milliseconds of one GPU.
  package var capacityMilliseconds: Int64 { Int64(slots) * plan.span.milliseconds }

  /// All namespaces with workloads, in order.
  package var namespaces: [String] {
    (teams.flatMap(Names.namespaces) + [Names.foreignNamespace]).sorted()
  }
}
