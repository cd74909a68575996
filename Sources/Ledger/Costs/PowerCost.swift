import Quantities
import Records

/// What electricity costs: energy times what the building adds to it, at the tariff of the hour.
package struct PowerCost: Sendable {
  /// Energy that nothing measured is the nameplate's, for as long as it wasn't.
  ///
  /// - Unit: watts of one GPU.
  package var nameplateWatts: Int64
  /// Power usage effectiveness: the building's energy for one unit of the GPUs'.
  ///
  /// - Unit: millionths.
  package var pueMillionths: Int128
  package var currency: Currency
  /// The first that fits an hour wins.
  package var tariffs: [Tariff]

  package init(
    nameplateWatts: Int64, pueMillionths: Int128, currency: Currency, tariffs: [Tariff]
  ) {
    self.nameplateWatts = nameplateWatts
    self.pueMillionths = pueMillionths
    self.currency = currency
    self.tariffs = tariffs
  }

  /// Picos of a kilowatt-hour's price times microjoules.
  var unit: CostUnit {
    CostUnit(factor: pueMillionths, divisor: Self.microjoulesPerKilowattHour * 1_000_000)
  }

  func item(of pool: CostPool) -> CostItem {
    CostItem(costPool: pool.name, kind: .power, name: "electricity", currency: currency)
  }

  /// The energy that was not measured.
  ///
  /// - Unit: microjoules.
  func nameplateMicrojoules(_ milliseconds: Int64) -> Int128 {
    Int128(milliseconds) * Int128(nameplateWatts) * 1_000
  }

  /// The tariff of an hour, nil where none fits.
  func tariff(on day: CivilDate, hour: Int) -> Tariff? {
    tariffs.first { $0.holds(on: day, hour: hour) }
  }

  func basis(measured: Int128, nameplate: Int128) -> String {
    let pue = Decimals.text(pueMillionths, places: 6, trimmed: true)
    return "\(Self.kilowattHours(measured)) kWh measured and \(Self.kilowattHours(nameplate)) kWh "
      + "by nameplate x PUE \(pue) x tariff"
  }

  private static let microjoulesPerKilowattHour: Int128 = 3_600_000_000_000

  private static func kilowattHours(_ microjoules: Int128) -> String {
    Decimals.text(
      Rounding.halfEven(microjoules, dividedBy: microjoulesPerKilowattHour / 1_000_000), places: 6)
  }

  /// The price of a kilowatt-hour, on some days and at some hours.
  package struct Tariff: Hashable, Sendable {
    /// - Unit: picos of the currency.
    package var perKilowattHour: Int128
    /// The days of the week, nil for all.
    package var weekdays: Set<Weekday>?
    /// The hours of the billing day, each the one that starts then; nil for all.
    package var hours: Set<Int>?
    /// The first billing day it holds, nil for ever.
    package var from: CivilDate?
    /// The first billing day it no longer holds, nil for never.
    package var to: CivilDate?

    package init(
      perKilowattHour: Int128, weekdays: Set<Weekday>? = nil, hours: Set<Int>? = nil,
      from: CivilDate? = nil, to: CivilDate? = nil
    ) {
      self.perKilowattHour = perKilowattHour
      self.weekdays = weekdays
      self.hours = hours
      self.from = from
      self.to = to
    }

    func holds(on day: CivilDate, hour: Int) -> Bool {
      weekdays?.contains(day.weekday) ?? true && hours?.contains(hour) ?? true
        && day.isWithin(from, to)
    }
  }
}

/// The energy that a pool used in a UTC hour.
package struct PoolEnergy: Hashable, Sendable {
  /// The number of the pool in the account book.
  package var pool: Int32
  package var hour: UTCInstant
  /// - Unit: microjoules.
  package var measuredMicrojoules: Int64
  /// GPU-time of which no energy was measured.
  package var unmeasuredMilliseconds: Int64

  package init(
    pool: Int32, hour: UTCInstant, measuredMicrojoules: Int64, unmeasuredMilliseconds: Int64
  ) {
    self.pool = pool
    self.hour = hour
    self.measuredMicrojoules = measuredMicrojoules
    self.unmeasuredMilliseconds = unmeasuredMilliseconds
  }
}
