import Quantities

/// The loss of value of hardware: the same each day from the day it comes into service to the end
/// of its useful life.
package struct StraightLine: Sendable {
  /// - Unit: picos of its currency.
  package var price: Int128
  /// What it is worth in the end.
  ///
  /// - Unit: the same. - Range: 0 to `price`.
  package var residual: Int128
  /// The first billing day.
  package var inService: CivilDate
  package var usefulLifeMonths: Int

  package init(price: Int128, residual: Int128, inService: CivilDate, usefulLifeMonths: Int) {
    self.price = price
    self.residual = residual
    self.inService = inService
    self.usefulLifeMonths = usefulLifeMonths
  }

  /// How many days its useful life has.
  package var days: Int { inService.days(until: inService.adding(months: usefulLifeMonths)) }

  /// What is lost on a day: what the loss since the first day, rounded to picos, grows by, so that
  /// all days together lose price less residual.
  package func picos(on day: CivilDate) -> Int128 {
    let (number, days) = (inService.days(until: day), days)
    guard number >= 0, number < days else { return 0 }
    func lost(after count: Int) -> Int128 {
      Rounding.halfEven((price - residual) * Int128(count), dividedBy: Int128(days))
    }
    return lost(after: number + 1) - lost(after: number)
  }

  func basis(in currency: Currency) -> String {
    let end = Money(picos: residual, currency: currency)
    return "\(Money(picos: price, currency: currency))"
      + (residual == 0 ? "" : " less \(end) residual") + " over \(days) days from \(inService)"
  }
}
