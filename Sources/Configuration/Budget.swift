import Quantities

/// What a team and the teams below it may spend in a month.
package struct Budget: Hashable, Sendable {
  /// Percentages of which reaching is told where the file names none.
  package static let warnPercentsDefault = [80, 100]

  package var team: String
  package var perMonth: Money
  /// The first billing month it holds, nil for ever.
  package var from: BillingMonth?
  /// The first billing month it no longer holds, nil for never.
  package var to: BillingMonth?
  /// Percentages of which reaching is told, the least first.
  package var warnPercents: [Int]

  package init(
    team: String, perMonth: Money, from: BillingMonth? = nil, to: BillingMonth? = nil,
    warnPercents: [Int] = Self.warnPercentsDefault
  ) {
    self.team = team
    self.perMonth = perMonth
    self.from = from
    self.to = to
    self.warnPercents = warnPercents
  }

  /// Whether some month is of both.
  func overlaps(_ other: Budget) -> Bool {
    func ends(_ one: Budget, before next: Budget) -> Bool {
      guard let to = one.to, let from = next.from else { return false }
      return to <= from
    }
    return team == other.team && !ends(self, before: other) && !ends(other, before: self)
  }
}
