import GRDB
import Quantities
import Records

/// A row of the table `posting`.
package struct PostingRow: Sendable {
  package let day: CivilDate
  package let pool: PoolKey
  /// `usage` or `shared`.
  package let kind: String
  package let team: String
  package let costCenter: String?
  package let state: State
  package let owner: String?
  /// What a usage row prices, nil for a shared row.
  package let total: DayTotal?
  package let costMicros: Int64

  package init(
    day: CivilDate, pool: PoolKey, kind: String, team: String, costCenter: String?, state: State,
    owner: String?, total: DayTotal?, costMicros: Int64
  ) {
    self.day = day
    self.pool = pool
    self.kind = kind
    self.team = team
    self.costCenter = costCenter
    self.state = state
    self.owner = owner
    self.total = total
    self.costMicros = costMicros
  }
}

/// A billing month as it was posted last.
package struct MonthRecord: Hashable, Sendable {
  package let month: BillingMonth
  /// What it was made with: prices, teams, policies.
  package let fingerprint: String
  package let costMicros: Int64
  package let currency: String
}

extension Store {
  /// Puts a month's postings in the place of those that the store has.
  ///
  /// - Parameter range: the month; its hours count as posted afterwards.
  package func replacePostings(
    of month: BillingMonth, range: TimeRange, rows: [PostingRow], fingerprint: String,
    costMicros: Int64, currency: Currency
  ) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "DELETE FROM posting WHERE day >= ? AND day < ?",
        arguments: [month.firstDay.description, month.next.firstDay.description])
      for pool in Set(rows.map(\.pool)) {
        try database.execute(
          sql: "INSERT OR IGNORE INTO pool VALUES(?, ?, ?, ?, ?, ?)",
          arguments: [
            Identifier.of(pool), pool.site, pool.provider, pool.cluster, pool.resource,
            pool.gpuModel,
          ])
      }
      let statement = try database.cachedStatement(
        sql: "INSERT INTO posting VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
      for row in rows {
        try statement.execute(arguments: row.arguments(month: month, currency: currency))
      }
      try database.execute(
        sql: "INSERT OR REPLACE INTO posted_month VALUES(?, ?, ?, ?)",
        arguments: [month.description, fingerprint, costMicros, currency.code])
      try database.execute(
        sql: "DELETE FROM unposted_hour WHERE hour_ms >= ? AND hour_ms < ?",
        arguments: [range.start.milliseconds, range.end.milliseconds])
    }
  }

  /// The months that were posted, oldest first.
  package func postedMonths() throws(StoreError) -> [MonthRecord] {
    try read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM posted_month ORDER BY month").compactMap {
        row in
        BillingMonth(row[0] as String).map {
          MonthRecord(month: $0, fingerprint: row[1], costMicros: row[2], currency: row[3])
        }
      }
    }
  }
}

extension PostingRow {
  fileprivate func arguments(month: BillingMonth, currency: Currency) -> StatementArguments {
    let values: [(any DatabaseValueConvertible)?] = [
      month.description, day.description, Identifier.of(pool), kind, team, costCenter,
      state.rawValue,
      total?.host ?? 0, total?.gpu ?? 0, total?.workload ?? 0, owner, total?.gpuMilliseconds,
      total?.firstMilliseconds, total?.lastMilliseconds, total?.measuredMilliseconds,
      total?.activityPPMMilliseconds, total?.energyMicrojoules, costMicros, currency.code, nil,
    ]
    return StatementArguments(values)
  }
}
