import Ledger
import Quantities
import Records
import Store

/// What the store knows of a billing day.
struct DayFacts: Sendable {
  private(set) var totals: [DayTotal]
  /// Of the workloads that the totals name.
  let attributes: [Int64: [String: String]]
  let notes: [Int64: WorkloadNote]
  /// None where nobody asks for it.
  private let energy: [GPUEnergy]

  /// - Parameter hasEnergy: whether the energy of each hour is wanted.
  init(
    _ store: Store, of range: TimeRange, attributes: WorkloadAttributes, hasEnergy: Bool
  ) throws(StoreError) {
    totals = try store.totals(in: range)
    energy = hasEnergy ? try store.energy(in: range) : []
    var workloads: Set<Int64> = []
    var last: Int64 = 0
    for total in totals where total.workload != last {
      workloads.insert(total.workload)
      last = total.workload
    }
    self.attributes = try attributes.of(workloads, before: range.end)
    notes = self.attributes.mapValues(WorkloadNote.init)
  }

  /// A GPU on a host, or the slots of a host that were never seen.
  private struct Place: Hashable {
    let host: Int64
    let gpu: Int64
  }

  /// Gives the totals the numbers of their pools and owners.
  ///
  /// - Parameters:
  ///   - types: what schedulers call the GPUs of hosts that neither a sample nor the inventory
  ///     tells the model of.
  ///   - path: the store's, to be told.
  ///   - hostPools: gets the pools of the hosts that have time.
  /// - Returns: the energy of each pool and hour.
  mutating func number(
    on day: CivilDate, hosts: [Int64: HostKey], models: [Int64: String],
    types: [HostKey: String], inventory: Inventory, path: String, in book: inout MonthBook,
    _ hostPools: inout HostPools
  ) throws(StoreError) -> [PoolEnergy] {
    var pools: [Place: Int32] = [:]
    var start = 0
    while start < totals.count {
      let id = totals[start].host
      guard let host = hosts[id] else {
        throw .broken(path: path, reason: "host \(id) has facts but no name")
      }
      let entry = inventory.entry(of: host, on: day)
      let owner = entry?.owner.map { book.number(ofTeam: $0, on: day) }
      var last: (gpu: Int64, pool: Int32)?
      while start < totals.count, totals[start].host == id {
        let gpu = totals[start].gpu
        if last?.gpu != gpu {
          let pool = book.number(
            of: PoolKey(
              site: host.site, cluster: host.cluster,
              gpuModel: Inventory.model(seen: models[gpu], entry: entry, type: types[host])))
          last = (gpu, pool)
          hostPools.add(host, pool: pool)
          if !energy.isEmpty { pools[Place(host: id, gpu: gpu)] = pool }
        }
        totals[start].pool = last?.pool ?? 0
        totals[start].owner = owner
        start += 1
      }
    }
    return sums(of: pools)
  }

  /// The energy by pool and hour.
  private func sums(of pools: [Place: Int32]) -> [PoolEnergy] {
    var sums: [PoolEnergy] = []
    /// Where the sums of the hour stand, by pool.
    var places: [Int32: Int] = [:]
    for entry in energy {
      guard let pool = pools[Place(host: entry.host, gpu: entry.gpu)] else { continue }
      if sums.last?.hour != entry.hour { places = [:] }
      if let place = places[pool] {
        sums[place].measuredMicrojoules += entry.microjoules
        sums[place].unmeasuredMilliseconds += entry.unmeasuredMilliseconds
      } else {
        places[pool] = sums.count
        sums.append(
          PoolEnergy(
            pool: pool, hour: entry.hour, measuredMicrojoules: entry.microjoules,
            unmeasuredMilliseconds: entry.unmeasuredMilliseconds))
      }
    }
    return sums
  }
}
