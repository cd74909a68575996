import Quantities

/// What other currencies are worth, month by month.
package struct ExchangeRates: Sendable {
  /// Units of the reporting currency for one of another.
  package struct Rate: Hashable, Sendable, CustomStringConvertible {
    /// The rate of a currency to itself.
    static let one = Rate(picos: Money.picosPerUnit)

    /// - Unit: 1e-12. - Range: more than 0.
    package let picos: Int128

    package init(picos: Int128) {
      self.picos = picos
    }

    /// Decimal text without zeros at its end.
    package var description: String { Decimals.text(picos, places: 12, trimmed: true) }
  }

  private struct Key: Hashable {
    let month: BillingMonth
    let currency: Currency
  }

  private let rates: [Key: Rate]
  /// Where the rates stand, to be told: a file's name.
  let place: String

  /// - Parameters:
  ///   - rates: one for each month and currency.
  ///   - place: where they stand, to be told.
  package init(
    _ rates: [(month: BillingMonth, currency: Currency, rate: Rate)] = [],
    place: String = "'exchange_rates' in gputally.yaml"
  ) {
    self.rates = Dictionary(
      rates.map { (Key(month: $0.month, currency: $0.currency), $0.rate) }
    ) { first, _ in first }
    self.place = place
  }

  /// The rate of a month, nil where none is given.
  package func rate(of currency: Currency, in month: BillingMonth) -> Rate? {
    rates[Key(month: month, currency: currency)]
  }
}
