import Quantities

/// The unit in which an item's exact cost is summed.
struct CostUnit: Hashable {
  /// What a sum is multiplied by, and then divided by, to be picos.
  let factor: Int128
  let divisor: Int128

  /// Picos themselves.
  static let picos = CostUnit(factor: 1, divisor: 1)
  /// Picos of an hour's price times milliseconds.
  static let picoMilliseconds = CostUnit(
    factor: 1, divisor: Int128(UTCInstant.millisecondsPerHour))

  /// `sum` in micros of the currency that one unit is worth `rate` of, rounded once, half to even;
  /// nil where it can't be stored.
  func micros(_ sum: Int128, at rate: ExchangeRates.Rate) -> Int64? {
    Rounding.halfEven(
      sum, times: factor * rate.picos,
      dividedBy: divisor * Money.picosPerMicro * Money.picosPerUnit
    ).flatMap { Int64(exactly: $0) }
  }
}

/// What an item has cost a pool since the month began.
///
/// A day costs what the exact sum, rounded half to even, grows by: so the days sum to the month,
/// which is rounded once.
struct CostAccount {
  let unit: CostUnit
  let rate: ExchangeRates.Rate
  private(set) var exact: Int128 = 0
  private var original: Int64 = 0
  private var cost: Int64 = 0

  init(unit: CostUnit, rate: ExchangeRates.Rate) {
    self.unit = unit
    self.rate = rate
  }

  /// Adds a day's `quantity` times `price` and returns what it costs, in the item's own currency
  /// and in the reporting one; nil where that can't be stored.
  ///
  /// - Unit: micros.
  mutating func add(_ quantity: Int128, times price: Int128 = 1) -> (original: Int64, cost: Int64)?
  {
    let (amount, isTooLarge) = quantity.multipliedReportingOverflow(by: price)
    let (sum, isFull) = exact.addingReportingOverflow(amount)
    guard !isTooLarge, !isFull, let original = unit.micros(sum, at: .one),
      let cost = unit.micros(sum, at: rate)
    else { return nil }
    exact = sum
    defer { (self.original, self.cost) = (original, cost) }
    return (original - self.original, cost - self.cost)
  }
}
