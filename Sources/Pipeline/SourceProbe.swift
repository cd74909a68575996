import Collectors
import Configuration
import Logging
import Quantities
import Transport

/// Looks at each source once, as a person would before trusting it.
package struct SourceProbe: Sendable {
  /// What one source showed.
  package struct Finding: Sendable {
    package let source: Source
    package let check: SourceCheck
  }

  private let client: HTTPClient
  private let log: Logger
  private let configuration: Configuration
  private var calendar: BillingCalendar { configuration.calendar }
  /// By cluster: the hosts of the inventory.
  private let hosts: [String: Set<String>]

  package init(client: HTTPClient, configuration: Configuration, log: Logger) {
    self.configuration = configuration
    hosts = Dictionary(grouping: configuration.inventory, by: \.cluster)
      .mapValues { Set($0.flatMap(\.hosts)) }
    self.client = client
    self.log = log
  }

  /// What the sources show, all asked at once, in their order.
  package func run(_ sources: [Source], now: UTCInstant) async -> [Finding] {
    await withTaskGroup(of: (Int, SourceCheck).self) { group in
      for (index, source) in sources.enumerated() {
        group.addTask { (index, await check(source, now: now)) }
      }
      var checks: [Int: SourceCheck] = [:]
      for await (index, check) in group { checks[index] = check }
      return sources.indices.compactMap { index in
        checks[index].map { Finding(source: sources[index], check: $0) }
      }
    }
  }

  private func check(_ source: Source, now: UTCInstant) async -> SourceCheck {
    switch source.kind {
    case .prometheus(let settings):
      await PrometheusCollector(
        settings: PrometheusSettings(settings, source.connection), client: client, log: log
      ).check(now: now)
    case .dcgmExporter(let settings):
      await DCGMExporterCollector(
        settings: DCGMExporterSettings(settings, source.connection), client: client
      ).check(now: now)
    case .slurm(let settings):
      await slurm(SlurmSettings(settings, of: source, calendar: calendar), now: now)
    case .reservations(let settings):
      await ReservationCollector(
        settings: ReservationSettings(settings, of: source, calendar: calendar), client: client
      ).check(now: now, known: hosts[source.cluster] ?? [])
    case .assignments(let settings):
      await AssignmentCollector(
        settings: AssignmentSettings(settings, of: source, calendar: calendar), client: client
      ).check(known: hosts[source.cluster] ?? [])
    case .bill(let bill):
      await BillCheck(
        calendar: calendar, types: InstanceTypes(configuration), client: client
      ).run(bill, of: source)
    case .rancher(let rancher):
      await check(rancher, of: source)
    case .uyuni(let uyuni):
      await UyuniCheck(configuration: configuration, client: client)
        .run(uyuni, of: source, now: now)
    case .openstack(let settings):
      await PlatformSource(OpenStackSettings(settings, source.connection), client: client)
        .check(now: now)
    case .vsphere(let settings):
      await PlatformSource(VSphereSettings(settings, source.connection), client: client)
        .check(now: now)
    }
  }

  private func check(_ rancher: RancherSource, of source: Source) async -> SourceCheck {
    var settings = RancherSettings(rancher, source.connection)
    // Nothing is retried: somebody waits.
    settings.connection.retries = .once
    return await RancherCollector(settings: settings, client: client)
      .check(known: rancherClusters)
  }

  /// The clusters that Kubernetes' own sources watch, and what Rancher may call them.
  private var rancherClusters: [RancherCollector.KnownCluster] {
    configuration.sources.compactMap { source in
      guard case .prometheus(let prometheus) = source.kind else { return nil }
      return RancherCollector.KnownCluster(name: source.cluster, id: prometheus.rancherCluster)
    }
  }

  private func slurm(_ settings: SlurmSettings, now: UTCInstant) async -> SourceCheck {
    var check = await SlurmCollector(settings: settings, client: client).check(now: now)
    if let told = await SlurmClusterSource(settings, client: client)?.check(now: now) {
      check.findings += told.findings
      check.warnings += told.warnings
    }
    return check
  }
}
