import Quantities

/// GPUs or storage whose cost is known by what is paid for them.
package struct CostPoolEntry: Hashable, Sendable {
  /// How the cost comes back.
  package enum Recovery: String, CaseIterable, Sendable {
    /// Spread over all of the GPU-time, or of what volumes and their replicas hold.
    case full
    /// GPU-time is priced by `rates`, storage by `storage_rates`; what differs is a variance.
    case rateCard = "rate-card"
  }
  /// What is paid for.
  package enum Resource: String, CaseIterable, Sendable { case gpu, storage }
  package var name: String
  package var site: Pattern
  /// The clusters it is for, nil for all.
  package var cluster: Pattern?
  package var resource: Resource
  /// The models it is for, a blank being as good as a dash, of storage the classes; nil for all.
  package var gpuModel: Pattern?
  package var recovery: Recovery
  /// The first billing day it holds, nil for ever.
  package var from: CivilDate?
  /// The first billing day it no longer holds, nil for never.
  package var to: CivilDate?
  package var hardware: [HardwareEntry]
  package var costs: [RecurringEntry]
  package var power: PowerEntry?

  package init(
    name: String, site: Pattern, cluster: Pattern? = nil, resource: Resource = .gpu,
    gpuModel: Pattern? = nil, recovery: Recovery = .full, from: CivilDate? = nil,
    to: CivilDate? = nil, hardware: [HardwareEntry] = [], costs: [RecurringEntry] = [],
    power: PowerEntry? = nil
  ) {
    self.name = name
    self.site = site
    self.cluster = cluster
    self.resource = resource
    self.gpuModel = gpuModel
    self.recovery = recovery
    self.from = from
    self.to = to
    self.hardware = hardware
    self.costs = costs
    self.power = power
  }

  /// Whether it is for an entry's GPUs.
  package func covers(_ entry: InventoryEntry) -> Bool {
    resource == .gpu && site.matches(entry.site) && cluster?.matches(entry.cluster) ?? true
      && gpuModel?.matchesModel(entry.gpuModel) ?? true
  }
}

/// Hardware that was bought.
package struct HardwareEntry: Hashable, Sendable {
  package var name: String
  package var price: Money
  /// What it is worth at the end of its useful life.
  package var residual: Money
  package var inService: CivilDate
  package var usefulLifeMonths: Int

  package init(
    name: String, price: Money, residual: Money, inService: CivilDate, usefulLifeMonths: Int
  ) {
    self.name = name
    self.price = price
    self.residual = residual
    self.inService = inService
    self.usefulLifeMonths = usefulLifeMonths
  }
}

/// What is paid again and again.
package struct RecurringEntry: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case hosting, licence, support, staff, storage, network, other
  }
  /// What one amount is paid for.
  package enum Unit: String, CaseIterable, Sendable { case host, gpu, core, rack }
  package enum Span: String, CaseIterable, Sendable { case hour, month, year }

  package var name: String
  package var kind: Kind
  package var amount: Money
  package var span: Span
  /// Nil for one amount for all.
  package var unit: Unit?
  /// How many units there are, nil for those of the inventory.
  package var count: Int?
  /// The first billing day, nil for ever.
  package var from: CivilDate?
  /// The first billing day it is no longer paid, nil for never.
  package var to: CivilDate?

  package init(
    name: String, kind: Kind, amount: Money, span: Span, unit: Unit? = nil, count: Int? = nil,
    from: CivilDate? = nil, to: CivilDate? = nil
  ) {
    self.name = name
    self.kind = kind
    self.amount = amount
    self.span = span
    self.unit = unit
    self.count = count
    self.from = from
    self.to = to
  }
}

/// What electricity costs.
package struct PowerEntry: Hashable, Sendable {
  /// Power usage effectiveness.
  ///
  /// - Unit: millionths.
  package var pueMillionths: Int128
  package var nameplateWattsPerGPU: Int
  package var currency: Currency
  /// The first that fits an hour wins.
  package var tariffs: [TariffEntry]

  package init(
    pueMillionths: Int128, nameplateWattsPerGPU: Int, currency: Currency, tariffs: [TariffEntry]
  ) {
    self.pueMillionths = pueMillionths
    self.nameplateWattsPerGPU = nameplateWattsPerGPU
    self.currency = currency
    self.tariffs = tariffs
  }
}

/// The price of a kilowatt-hour, on some days and at some hours.
package struct TariffEntry: Hashable, Sendable {
  package var perKilowattHour: Money
  /// Nil for all.
  package var weekdays: Set<Weekday>?
  /// Hours of the billing zone, each the one that starts then; nil for all.
  package var hours: Set<Int>?
  /// The first billing day it holds, nil for ever.
  package var from: CivilDate?
  /// The first billing day it no longer holds, nil for never.
  package var to: CivilDate?

  package init(
    perKilowattHour: Money, weekdays: Set<Weekday>? = nil, hours: Set<Int>? = nil,
    from: CivilDate? = nil, to: CivilDate? = nil
  ) {
    self.perKilowattHour = perKilowattHour
    self.weekdays = weekdays
    self.hours = hours
    self.from = from
    self.to = to
  }
}
