import Quantities

/// What is paid again and again: a rack each month, a licence each year.
package struct RecurringCost: Sendable {
  /// What one amount pays for.
  package enum Span: String, CaseIterable, Sendable { case hour, month, year }

  /// How many there are, and when.
  package struct Count: Hashable, Sendable {
    /// The first billing day, nil for ever.
    package var from: CivilDate?
    /// The first billing day on which they are no longer there, nil for never.
    package var to: CivilDate?
    package var number: Int

    package init(from: CivilDate? = nil, to: CivilDate? = nil, number: Int) {
      self.from = from
      self.to = to
      self.number = number
    }
  }

  /// - Unit: picos of its currency, for one of what is counted.
  package var amount: Int128
  package var span: Span
  /// What is counted: host, GPU, core, rack; nil for one amount for all.
  package var unit: String?
  /// Those that hold on a day add up.
  package var counts: [Count]
  /// The first billing day, nil for ever.
  package var from: CivilDate?
  /// The first billing day it is no longer paid, nil for never.
  package var to: CivilDate?

  package init(
    amount: Int128, span: Span, unit: String? = nil, counts: [Count] = [Count(number: 1)],
    from: CivilDate? = nil, to: CivilDate? = nil
  ) {
    self.amount = amount
    self.span = span
    self.unit = unit
    self.counts = counts
    self.from = from
    self.to = to
  }

  /// How many there are on a day.
  package func count(on day: CivilDate) -> Int {
    counts.filter { day.isWithin($0.from, $0.to) }.reduce(0) { $0 + $1.number }
  }

  /// What a billing day costs: of a month's amount, its share of the month's days; of a year's, that
  /// share of a twelfth; of an hour's, the hours that the day has.
  ///
  /// Each share is what the sum since the first day of the month, rounded to picos, grows by, so
  /// that a month's days sum to its amount.
  package func picos(on day: CivilDate, milliseconds: Int64) -> Int128 {
    guard day.isWithin(from, to) else { return 0 }
    let one: Int128 =
      switch span {
      case .hour:
        Rounding.halfEven(
          amount * Int128(milliseconds), dividedBy: Int128(UTCInstant.millisecondsPerHour))
      case .month: Self.share(of: amount, on: day)
      case .year: Self.share(of: Self.part(of: amount, number: day.month - 1, of: 12), on: day)
      }
    return one * Int128(count(on: day))
  }

  func basis(on day: CivilDate, in currency: Currency) -> String {
    let price = "\(Money(picos: amount, currency: currency))"
    guard let unit else { return "\(price) a \(span)" }
    let count = count(on: day)
    return "\(price) per \(unit) and \(span) x \(count) \(unit)\(count == 1 ? "" : "s")"
  }

  private static func share(of month: Int128, on day: CivilDate) -> Int128 {
    let first = BillingMonth(containing: day)
    return part(
      of: month, number: day.day - 1, of: first.firstDay.days(until: first.next.firstDay))
  }

  /// One of `count` parts of `whole`, all of which sum to it.
  private static func part(of whole: Int128, number: Int, of count: Int) -> Int128 {
    func sum(_ parts: Int) -> Int128 {
      Rounding.halfEven(whole * Int128(parts), dividedBy: Int128(count))
    }
    return sum(number + 1) - sum(number)
  }
}
