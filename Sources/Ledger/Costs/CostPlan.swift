import Quantities
import Records

/// What is paid for GPUs: cost pools, rates of exchange, and the calendar that both go by.
package struct CostPlan: Sendable {
  package var pools: [CostPool]
  package var exchange: ExchangeRates
  package var calendar: BillingCalendar?

  /// - Parameter calendar: needed where a cost goes by the hour.
  package init(
    pools: [CostPool] = [], exchange: ExchangeRates = ExchangeRates(),
    calendar: BillingCalendar? = nil
  ) {
    self.pools = pools
    self.exchange = exchange
    self.calendar = calendar
  }

  /// Whether the cost of power depends on the energy of each hour.
  package var needsEnergy: Bool { pools.contains { $0.power != nil } }

  /// How many hours a billing month has.
  func hours(of month: BillingMonth) -> Int64 {
    let milliseconds =
      calendar?.range(of: month).milliseconds
      ?? Int64(month.firstDay.days(until: month.next.firstDay)) * UTCInstant.millisecondsPerDay
    return milliseconds / UTCInstant.millisecondsPerHour
  }

  /// The hour of the billing day at an instant, of UTC where no calendar says so.
  func hourOfDay(of instant: UTCInstant) -> Int {
    calendar?.hourOfDay(of: instant)
      ?? Int((instant - instant.startOfDay) / UTCInstant.millisecondsPerHour)
  }

  /// How long a billing day is, 24 hours where no calendar says so.
  func milliseconds(of day: CivilDate) -> Int64 {
    calendar?.range(of: day).milliseconds ?? UTCInstant.millisecondsPerDay
  }
}

/// GPUs or storage whose cost is known by what is paid for them.
package struct CostPool: Sendable {
  /// How the cost comes back.
  package enum Recovery: Sendable {
    /// Spread over all of the GPU-time, or of what volumes and their replicas hold.
    case full
    /// GPU-time or storage is priced by rates; what differs is a variance.
    case rateCard
  }
  package var name: String
  package var site: Pattern
  /// The clusters it is for, nil for all.
  package var cluster: Pattern?
  /// What it is paid for.
  package var resource: String
  /// The models it is for, a blank being as good as a dash, of storage the classes; nil for all.
  package var gpuModel: Pattern?
  package var recovery: Recovery
  /// The first billing day it holds, nil for ever.
  package var from: CivilDate?
  /// The first billing day it no longer holds, nil for never.
  package var to: CivilDate?
  package var costs: [PlannedCost]
  package var power: PowerCost?

  package init(
    name: String, site: Pattern, cluster: Pattern? = nil,
    resource: String = PoolKey.gpuResource, gpuModel: Pattern? = nil, recovery: Recovery = .full,
    from: CivilDate? = nil, to: CivilDate? = nil, costs: [PlannedCost] = [], power: PowerCost? = nil
  ) {
    self.name = name
    self.site = site
    self.cluster = cluster
    self.resource = resource
    self.gpuModel = gpuModel
    self.recovery = recovery
    self.from = from
    self.to = to
    self.costs = costs
    self.power = power
  }

  func covers(_ pool: PoolKey) -> Bool {
    resource == pool.resource && site.matches(pool.site)
      && cluster?.matches(pool.cluster) ?? true
      && gpuModel?.matchesModel(pool.gpuModel) ?? true
  }

  func holds(on day: CivilDate) -> Bool {
    day.isWithin(from, to)
  }

  /// Where its cost is shown on days on which its GPUs have no time, or there are no volumes.
  var withoutTime: PoolKey {
    PoolKey(site: site.text, cluster: "", resource: resource, gpuModel: "")
  }
}

/// A cost that a plan knows beforehand, day by day.
package struct PlannedCost: Sendable {
  /// How it comes about.
  package enum Schedule: Sendable {
    case straightLine(StraightLine)
    case recurring(RecurringCost)
  }
  package var name: String
  package var kind: CostKind
  package var currency: Currency
  package var schedule: Schedule

  package init(name: String, kind: CostKind, currency: Currency, schedule: Schedule) {
    self.name = name
    self.kind = kind
    self.currency = currency
    self.schedule = schedule
  }

  package func item(of pool: CostPool) -> CostItem {
    CostItem(costPool: pool.name, kind: kind, name: name, currency: currency)
  }

  /// What a billing day costs, in picos of the item's currency, 0 on days it doesn't hold.
  ///
  /// - Parameter milliseconds: how long the day is.
  package func picos(on day: CivilDate, milliseconds: Int64) -> Int128 {
    switch schedule {
    case .straightLine(let line): line.picos(on: day)
    case .recurring(let cost): cost.picos(on: day, milliseconds: milliseconds)
    }
  }

  /// How that came about, in words.
  func basis(on day: CivilDate) -> String {
    switch schedule {
    case .straightLine(let line): line.basis(in: currency)
    case .recurring(let cost): cost.basis(on: day, in: currency)
    }
  }
}
