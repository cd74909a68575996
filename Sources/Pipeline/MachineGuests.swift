import Configuration
import Quantities
import Records
import Store

/// Which hosts are the insides of virtual machines, and on whose GPUs these run.
///
/// An exporter or a scheduler inside a machine names a host of its own, whose GPUs are those of
/// the machine's host. They must not count twice: while a machine runs, what is known inside it
/// counts on its host, and its own name is no host.
struct MachineGuests: Sendable {
  /// A time in which a host is the inside of a machine.
  struct Stay: Hashable, Sendable {
    /// As it is known inside.
    let guest: HostKey
    /// Whose GPUs it has, by its name up to the first dot.
    let host: HostKey
    let machine: WorkloadKey
    let range: TimeRange
    /// Whether it has whole cards: of parts of a card, it isn't known which part a sample is of.
    let isWhole: Bool
  }

  private let byGuest: [HostKey: [Stay]]
  private let byHost: [HostKey: [Stay]]

  /// Nobody's inside.
  static let none = MachineGuests(byGuest: [:])

  private init(byGuest: [HostKey: [Stay]]) {
    self.byGuest = byGuest
    byHost = Dictionary(grouping: byGuest.values.joined(), by: \.host)
  }

  /// - Parameter inventory: a host that it lists is no machine's inside.
  init(store: Store, configuration: Configuration, inventory: Inventory) throws(StoreError) {
    let sources = Set(configuration.sources.map(\.name))
    let claims = try store.machineClaims().filter { sources.contains($0.source) }
    guard !claims.isEmpty else {
      self = .none
      return
    }
    struct Name: Hashable {
      let site: String
      let short: String
    }
    let hosts = Dictionary(
      grouping: try store.hosts().values.filter { !inventory.lists($0) }
    ) { Name(site: $0.site, short: HostKey.short($0.name)) }
    var stays: [HostKey: [Stay]] = [:]
    for claim in claims {
      let place = claim.place
      let host = HostKey(site: place.site, cluster: place.cluster, name: claim.host)
      for guest in hosts[Name(site: place.site, short: claim.guest)] ?? []
      where guest.short != host {
        stays[guest, default: []].append(
          Stay(
            guest: guest, host: host, machine: claim.workload, range: claim.range,
            isWhole: claim.isWhole))
      }
    }
    self.init(byGuest: stays.mapValues(Self.unambiguous))
  }

  /// The stays of which the host's name tells which machine it is: two machines of one name may
  /// run at once.
  private static func unambiguous(_ stays: [Stay]) -> [Stay] {
    stays.filter { stay in
      !stays.contains { $0.machine != stay.machine && $0.range.overlaps(stay.range) }
    }
  }

  /// When `host` is the inside of a machine.
  func stays(of host: HostKey) -> [Stay] { byGuest[host] ?? [] }

  /// Which hosts are insides of machines on `host`, and when.
  func guests(on host: HostKey) -> [Stay] { byHost[host.short] ?? [] }

  /// The times of hosts whose ledgers depend on those of `stale`: of guests and their hosts, both.
  func dependents(of stale: [(host: HostKey, range: TimeRange)]) -> [(HostKey, TimeRange)] {
    if byGuest.isEmpty { return [] }
    return stale.flatMap { host, range in
      stays(of: host).compactMap { stay in
        stay.range.intersection(range).map { (stay.host, $0) }
      }
    }
  }
}

extension HostKey {
  /// The host with its name up to the first dot.
  var short: HostKey { HostKey(site: site, cluster: cluster, name: HostKey.short(name)) }
}
