import Configuration
import Ledger
import Quantities
import Records
import Store

/// What bills charge in a month, day by day.
struct BilledMonth: Sendable {
  /// A charge's part of a day.
  private struct Part: Sendable {
    let item: Int64
    let picos: Int128
  }

  private let items: [Int64: BilledCharges.Item]
  private let days: [CivilDate: [Part]]
  /// By name.
  private let sources: [String: Source]

  /// Reads what is charged in `range`.
  ///
  /// A charge that is for several days is divided by the time that each has of it. Charged is the
  /// cost that the source's `cost` names; of files that tell one cost only, that one.
  init(
    _ store: Store, _ configuration: Configuration, in range: TimeRange
  ) throws(StoreError) {
    var bills: [String: Source] = [:]
    for source in configuration.sources {
      if case .bill = source.kind { bills[source.name] = source }
    }
    sources = bills
    let charges = bills.isEmpty ? BilledCharges() : try store.billedCharges(in: range)
    items = charges.items
    var days: [CivilDate: [Part]] = [:]
    for charge in charges.charges {
      guard let item = charges.items[charge.item],
        case .bill(let bill)? = bills[item.source]?.kind,
        let picos = charge.picos(bill.cost ?? .effective), picos != 0
      else { continue }
      for (day, part) in Self.parts(of: picos, in: charge.range, configuration.calendar) {
        days[day, default: []].append(Part(item: charge.item, picos: part))
      }
    }
    self.days = days
  }

  private static func parts(
    of picos: Int128, in range: TimeRange, _ calendar: BillingCalendar
  ) -> [(CivilDate, Int128)] {
    let days = calendar.days(in: range)
    if days.count == 1 { return [(days[0], picos)] }
    let weights = days.map {
      Int128(calendar.range(of: $0).intersection(range)?.milliseconds ?? 0)
    }
    return zip(days, Apportionment.split(picos, by: weights) ?? []).map { ($0, $1) }
  }

  /// Whether bills charge anything on `day`.
  func charges(on day: CivilDate) -> Bool { days[day] != nil }

  /// What is known of who bears the charges of a day, by their numbers.
  func attributes(on day: CivilDate) -> [Int64: [String: String]] {
    var result: [Int64: [String: String]] = [:]
    for part in days[day] ?? [] where result[part.item] == nil {
      guard let item = items[part.item], let source = sources[item.source] else { continue }
      result[part.item] = item.attributes.merging(
        ["site": source.site, "cluster": source.cluster]
      ) { own, _ in own }
    }
    return result
  }

  /// What a day is charged.
  ///
  /// - Parameters:
  ///   - hosts: the pools of hosts whose GPUs have time that day.
  ///   - number: the number of a pool.
  func amounts(
    on day: CivilDate, hosts: HostPools, number: (PoolKey) -> Int32
  ) -> [BilledAmount] {
    (days[day] ?? []).compactMap { part in
      guard let item = items[part.item], let source = sources[item.source] else { return nil }
      let place = WorkloadPlace(site: source.site, cluster: source.cluster)
      let timed = item.host.flatMap { hosts.pool(of: $0, at: place) }
      let name = item.category.rawValue + (item.isCorrection ? " correction" : "")
      return BilledAmount(
        pool: timed ?? number(item.pool(of: source)),
        item: CostItem(
          costPool: source.name, kind: .bill, name: name, currency: item.currency),
        picos: part.picos, bearer: part.item, isOfTime: timed != nil)
    }
  }
}

/// The pools of the hosts whose GPUs have time on a day.
struct HostPools {
  private var byPlace: [HostKey: Int32] = [:]
  private var bySite: [HostKey: Int32] = [:]

  mutating func add(_ host: HostKey, pool: Int32) {
    let name = HostKey.short(host.name)
    byPlace[HostKey(site: host.site, cluster: host.cluster, name: name)] = pool
    bySite[HostKey(site: host.site, cluster: "", name: name)] = pool
  }

  /// The pool of a billed instance: as a host of its own cluster, or of another one of its site.
  func pool(of host: String, at place: WorkloadPlace) -> Int32? {
    byPlace[HostKey(site: place.site, cluster: place.cluster, name: host)]
      ?? bySite[HostKey(site: place.site, cluster: "", name: host)]
  }
}

extension BilledCharges.Charge {
  fileprivate func picos(_ cost: BillSource.Cost) -> Int128? {
    cost == .effective ? effectivePicos ?? billedPicos : billedPicos ?? effectivePicos
  }
}

extension BilledCharges.Item {
  /// Where its charges are shown: with the GPUs that they are of, or as a service.
  fileprivate func pool(of source: Source) -> PoolKey {
    host == nil
      ? PoolKey(
        site: source.site, provider: provider ?? "", cluster: "", resource: service ?? "other",
        gpuModel: "")
      : PoolKey(site: source.site, cluster: source.cluster, gpuModel: gpuModel)
  }
}
