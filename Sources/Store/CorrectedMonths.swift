import GRDB
import Quantities
import Records

/// What a month bears of a closed one.
package struct BookedCorrections: Hashable, Sendable {
  package let month: BillingMonth
  package let chargeMonth: BillingMonth
  package let count: Int
  package let costMicros: Int64
  package let currency: String
}

extension Store {
  /// Puts the corrections of a closed month, as far as no closed month bears them, in the place of
  /// those that the store has, in one transaction.
  ///
  /// - Parameters:
  ///   - range: the closed month; its hours count as posted afterwards.
  ///   - fingerprint: of what it is made with.
  ///   - configuration: what it is priced with from now on, nil for what it was closed with.
  ///   - body: writes the corrections of every day.
  /// - Throws: what `body` throws, or ``StoreError``; the store is then as it was.
  package func replaceCorrections(
    of closed: ClosedMonth, range: TimeRange, fingerprint: String, configuration: String?,
    _ body: (inout CorrectionWriter) throws -> Void
  ) throws -> BookedCorrections {
    do {
      return try pool.write { database in
        guard let month = try ClosedMonths.open(in: database) else {
          throw StoreError.failed(path: path, reason: "no month is closed")
        }
        var writer = try CorrectionWriter(database, of: closed, in: month)
        try body(&writer)
        try Self.note(closed, range, fingerprint, configuration, in: database)
        return BookedCorrections(
          month: month, chargeMonth: closed.month, count: writer.count,
          costMicros: writer.costMicros, currency: closed.currency)
      }
    } catch let error as DatabaseError {
      throw StoreError.from(error, path: path)
    }
  }

  /// Notes of which facts the month's corrections are now.
  private static func note(
    _ closed: ClosedMonth, _ range: TimeRange, _ fingerprint: String, _ configuration: String?,
    in database: Database
  ) throws {
    let month = closed.month.description
    let digest = try MonthDigests(database: database).facts(in: range)
    let posted = try String.fetchOne(
      database, sql: "SELECT fingerprint FROM posted_month WHERE month = ?", arguments: [month])
    if digest == closed.factsDigest, configuration == nil, posted ?? fingerprint == fingerprint {
      try database.execute(sql: "DELETE FROM corrected_month WHERE month = ?", arguments: [month])
    } else {
      try database.execute(
        sql: "INSERT OR REPLACE INTO corrected_month VALUES(?, ?, ?, ?)",
        arguments: [month, digest, fingerprint, configuration])
    }
    try database.execute(
      sql: "DELETE FROM unposted_hour WHERE hour_ms >= ? AND hour_ms < ?",
      arguments: [range.start.milliseconds, range.end.milliseconds])
  }

  /// What a closed month is priced with since it was closed, nil where as then, and the fingerprint
  /// of what its charges and corrections are made with, nil before any.
  package func correctedBy(_ month: BillingMonth) throws(StoreError)
    -> (configuration: String?, fingerprint: String?)
  {
    try read { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT configuration, fingerprint FROM corrected_month WHERE month = ?",
        arguments: [month.description])
      if let row { return (row[0], row[1]) }
      let posted = try String.fetchOne(
        database, sql: "SELECT fingerprint FROM posted_month WHERE month = ?",
        arguments: [month.description])
      return (nil, posted)
    }
  }

  /// What every month bears of closed ones, oldest first.
  package func bookedCorrections() throws(StoreError) -> [BookedCorrections] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT month, charge_month, count(*), sum(cost_micros), currency FROM correction
          GROUP BY month, charge_month, currency ORDER BY month, charge_month, currency
          """
      ).compactMap { row in
        guard let month = BillingMonth(row[0] as String), let of = BillingMonth(row[1] as String)
        else { return nil }
        return BookedCorrections(
          month: month, chargeMonth: of, count: row[2], costMicros: row[3], currency: row[4])
      }
    }
  }
}
