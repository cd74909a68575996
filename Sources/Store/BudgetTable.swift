import GRDB
import Quantities

/// A team's budget as queries see it.
package struct BudgetRow: Hashable, Sendable {
  package let team: String
  /// The first month it holds, nil for ever.
  package let firstMonth: BillingMonth?
  /// The first month it no longer holds, nil for never.
  package let endMonth: BillingMonth?
  package let amountMicros: Int64
  package let currency: String
  /// Percentages of which reaching is told, the least first.
  package let warnPercents: [Int]

  package init(
    team: String, firstMonth: BillingMonth?, endMonth: BillingMonth?, amountMicros: Int64,
    currency: String, warnPercents: [Int]
  ) {
    self.team = team
    self.firstMonth = firstMonth
    self.endMonth = endMonth
    self.amountMicros = amountMicros
    self.currency = currency
    self.warnPercents = warnPercents
  }
}

/// The table `budget`: what the configuration says now, laid beside the store's tables for a
/// connection that reads. Budgets make no money, so none is stored.
enum BudgetTable {
  private static let sql = """
    CREATE TEMP TABLE budget(
      team TEXT NOT NULL,              -- with all teams below it
      first_month TEXT,                -- NULL: for ever
      end_month TEXT,                  -- the first month without it, NULL: never
      amount_micros INTEGER NOT NULL,  -- per month
      currency TEXT NOT NULL,
      warn_percents TEXT NOT NULL      -- JSON array
    ) STRICT
    """

  static func create(_ budgets: [BudgetRow], in database: Database) throws {
    try database.execute(sql: sql)
    for budget in budgets {
      let percents = budget.warnPercents.map(String.init).joined(separator: ",")
      try database.execute(
        sql: "INSERT INTO temp.budget VALUES(?, ?, ?, ?, ?, ?)",
        arguments: [
          budget.team, budget.firstMonth?.description, budget.endMonth?.description,
          budget.amountMicros, budget.currency, "[\(percents)]",
        ])
    }
  }
}
