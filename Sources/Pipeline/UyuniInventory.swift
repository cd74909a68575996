import Collectors
import Configuration
import Quantities
import Records
import Transport

/// What a Uyuni knows of hosts with GPUs, as entries of the inventory, which a person reviews before
/// money depends on them.
package struct UyuniInventory: Sendable {
  private let source: Source
  private let uyuni: UyuniSource
  private let hosts: [UyuniHost]

  /// Reads it from the server of a source of that type.
  package init(
    of source: Source, _ uyuni: UyuniSource, client: HTTPClient
  ) async throws(CollectorError) {
    self.source = source
    self.uyuni = uyuni
    var connection = ConnectionSettings(source.connection)
    // Nothing is retried: somebody waits.
    connection.retries = .once
    hosts = try await UyuniCollector(
      settings: UyuniSettings(
        url: uyuni.url, user: uyuni.user, passwordFile: uyuni.passwordFile,
        connection: connection), client: client
    ).collect(groups: uyuni.ownerGroups)
  }

  var hostCount: Int { hosts.count }

  /// All hosts by the first part of their names.
  var known: [String: UyuniHost] {
    Dictionary(hosts.map { (HostKey.short($0.name), $0) }) { first, _ in first }
  }

  /// The hosts with GPUs.
  ///
  /// - Returns: with `warnings`, a sentence for each that can't be an entry, or not a whole one.
  package var entries: (entries: [InventoryEntry], warnings: [String]) {
    var entries: [InventoryEntry] = []
    var warnings: [String] = []
    for host in hosts where host.gpuCount > 0 {
      let models = Set(host.cards.keys.map { uyuni.gpuModels[$0.name] ?? $0.model }).sorted()
      guard models.count == 1, let model = models.first else {
        warnings.append(
          "\(host.name): it has GPUs of \(models.count) models (\(models.joined(separator: ", "))), "
            + "and the inventory one a host; write it by hand")
        continue
      }
      if host.groups.count > 1 {
        warnings.append(
          "\(host.name): it is in \(host.groups.count) groups of owners "
            + "(\(host.groups.joined(separator: ", "))); name its owner by hand")
      }
      entries.append(
        InventoryEntry(
          site: source.site, cluster: source.cluster, hosts: [HostKey.short(host.name)],
          gpusPerHost: host.gpuCount, gpuModel: model,
          owner: host.groups.count == 1 ? host.groups.first : nil))
    }
    return (entries, warnings)
  }
}

/// Compares the inventory with what a Uyuni knows.
struct UyuniCheck {
  let configuration: Configuration
  let client: HTTPClient
  /// A host that was silent so long may be gone.
  private static let silenceMaximum = 2 * UTCInstant.millisecondsPerDay

  func run(_ uyuni: UyuniSource, of source: Source, now: UTCInstant) async -> SourceCheck {
    var check = SourceCheck()
    do {
      let inventory = try await UyuniInventory(of: source, uyuni, client: client)
      let (entries, warnings) = inventory.entries
      let gpus = entries.reduce(0) { $0 + $1.gpusPerHost }
      check.findings.append(
        "\(inventory.hostCount) hosts, \(entries.count) of them with \(gpus) GPUs")
      check.warnings += warnings
      compare(entries, inventory.known, source, now: now, &check)
    } catch {
      check.problems.append("\(error)")
    }
    return check
  }

  private func compare(
    _ entries: [InventoryEntry], _ known: [String: UyuniHost], _ source: Source, now: UTCInstant,
    _ check: inout SourceCheck
  ) {
    let today = configuration.calendar.day(of: now)
    var listed: [String: InventoryEntry] = [:]
    for entry in configuration.inventory
    where entry.site == source.site && entry.cluster == source.cluster
      && today.isWithin(entry.inService, entry.retired)
    {
      for host in entry.hosts { listed[HostKey.short(host)] = entry }
    }
    let found = Dictionary(entries.map { ($0.hosts[0], $0) }) { first, _ in first }
    let told: [(what: String, hosts: [String], next: String)] = [
      (
        "with GPUs are not in the inventory", found.keys.filter { listed[$0] == nil },
        "'gputally inventory \(source.name)' prints them"
      ),
      (
        "of the inventory are not known to Uyuni", listed.keys.filter { known[$0] == nil },
        "compare their names"
      ),
      (
        "of the inventory have not checked in for two days",
        listed.keys.filter { name in
          known[name]?.lastCheckIn.map { $0 + Self.silenceMaximum < now } ?? false
        }, "look whether they are still there"
      ),
      (
        "of the inventory have no GPU that Uyuni sees",
        listed.keys.filter { known[$0].map { $0.gpuCount == 0 } ?? false },
        "let it read their hardware again"
      ),
      (
        "have other numbers of GPUs than the inventory says",
        found.filter { name, entry in
          listed[name].map { $0.gpusPerHost != entry.gpusPerHost } ?? false
        }.map { "\($0.key) (\($0.value.gpusPerHost))" }, "look for cards that are gone or new"
      ),
      (
        "are in groups of other owners than the inventory says",
        found.filter { name, entry in
          guard let owner = entry.owner, let listed = listed[name] else { return false }
          return listed.owner.map(configuration.team) != configuration.team(named: owner)
        }.map { "\($0.key) (\($0.value.owner ?? ""))" }, "correct one of the two"
      ),
    ]
    for (what, hosts, next) in told where !hosts.isEmpty {
      check.warnings.append(
        "\(hosts.count) hosts \(what): \(SourceCheck.listed(hosts.sorted(), most: 10)); \(next)")
    }
  }
}
