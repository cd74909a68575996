import Configuration
import Ledger
import Records

/// What the configuration says of cost, in the ledger's words.
extension Configuration {
  var rateCard: RateCard {
    RateCard(
      rates.map {
        RateCard.Rate(
          site: $0.site, cluster: $0.cluster, gpuModel: $0.gpuModel, perGPUHour: $0.perGPUHour,
          from: $0.from, to: $0.to)
      })
  }

  var storageRateList: StorageRates {
    StorageRates(
      storageRates.map { entry in
        StorageRates.Rate(
          site: entry.site, cluster: entry.cluster, storageClass: entry.storageClass,
          perGibibyte: entry.perGibibyte, span: entry.span == .hour ? .hour : .month,
          counted: entry.counted == .replicated ? .replicated : .provisioned,
          replicas: entry.replicas, from: entry.from, to: entry.to)
      })
  }

  var costPlan: CostPlan {
    CostPlan(pools: costPools.map(costPool), exchange: exchange, calendar: calendar)
  }

  private var exchange: ExchangeRates {
    ExchangeRates(
      exchangeRates.map { ($0.month, $0.currency, ExchangeRates.Rate(picos: $0.picos)) },
      place: exchangeRateFile ?? "'exchange_rates' in \(file)")
  }

  private func costPool(_ entry: CostPoolEntry) -> CostPool {
    let recovery: CostPool.Recovery =
      switch entry.recovery {
      case .full: .full
      case .rateCard: .rateCard
      }
    return CostPool(
      name: entry.name, site: entry.site, cluster: entry.cluster,
      resource: entry.resource == .storage ? PoolKey.storageResource : PoolKey.gpuResource,
      gpuModel: entry.gpuModel, recovery: recovery, from: entry.from, to: entry.to,
      costs: entry.hardware.map(Self.depreciation) + entry.costs.map { recurring($0, of: entry) },
      power: entry.power.map(Self.power))
  }

  private static func depreciation(_ entry: HardwareEntry) -> PlannedCost {
    PlannedCost(
      name: entry.name, kind: .depreciation, currency: entry.price.currency,
      schedule: .straightLine(
        StraightLine(
          price: entry.price.picos, residual: entry.residual.picos, inService: entry.inService,
          usefulLifeMonths: entry.usefulLifeMonths)))
  }

  private func recurring(_ entry: RecurringEntry, of pool: CostPoolEntry) -> PlannedCost {
    let span: RecurringCost.Span =
      switch entry.span {
      case .hour: .hour
      case .month: .month
      case .year: .year
      }
    return PlannedCost(
      name: entry.name, kind: Self.kind(entry.kind), currency: entry.amount.currency,
      schedule: .recurring(
        RecurringCost(
          amount: entry.amount.picos, span: span,
          unit: entry.unit.map { $0 == .gpu ? "GPU" : $0.rawValue },
          counts: counts(of: entry, in: pool), from: entry.from, to: entry.to)))
  }

  /// How many units there are, by the inventory where none are given.
  private func counts(
    of entry: RecurringEntry, in pool: CostPoolEntry
  ) -> [RecurringCost.Count] {
    if let count = entry.count { return [RecurringCost.Count(number: count)] }
    guard let unit = entry.unit else { return [RecurringCost.Count(number: 1)] }
    return inventory.filter(pool.covers).map { hosts in
      RecurringCost.Count(
        from: hosts.inService, to: hosts.retired,
        number: hosts.hosts.count * (unit == .gpu ? hosts.gpusPerHost : 1))
    }
  }

  private static func kind(_ kind: RecurringEntry.Kind) -> CostKind {
    switch kind {
    case .hosting: .hosting
    case .licence: .licence
    case .support: .support
    case .staff: .staff
    case .storage: .storage
    case .network: .network
    case .other: .other
    }
  }

  private static func power(_ entry: PowerEntry) -> PowerCost {
    PowerCost(
      nameplateWatts: Int64(entry.nameplateWattsPerGPU), pueMillionths: entry.pueMillionths,
      currency: entry.currency,
      tariffs: entry.tariffs.map {
        PowerCost.Tariff(
          perKilowattHour: $0.perKilowattHour.picos, weekdays: $0.weekdays, hours: $0.hours,
          from: $0.from, to: $0.to)
      })
  }
}
