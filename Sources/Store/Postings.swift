import GRDB
import Quantities
import Records

/// A billing month as it was posted last.
package struct MonthRecord: Hashable, Sendable {
  package let month: BillingMonth
  /// What it was made with: prices, teams, policies.
  package let fingerprint: String
  package let costMicros: Int64
  package let currency: String
}

extension Store {
  /// Puts a month's postings in the place of those that the store has, in one transaction.
  ///
  /// - Parameters:
  ///   - range: the month; its hours count as posted afterwards.
  ///   - isRenewing: whether days are written that are the same as in the store.
  ///   - body: adds the days in order; returns what the month cost and the book's pools and payers.
  /// - Throws: what `body` throws, or ``StoreError``; the store is then as it was.
  package func replacePostings(
    of month: BillingMonth, range: TimeRange, currency: Currency, fingerprint: String,
    isRenewing: Bool, _ body: (inout PostingWriter) throws -> PostedBook
  ) throws -> PostedBook {
    do {
      return try pool.write { database in
        var writer = try PostingWriter(
          database, month: month, currency: currency, isRenewing: isRenewing)
        var book = try body(&writer)
        try writer.finish(book)
        book.count = writer.count
        book.daysWritten = writer.daysWritten
        try database.execute(
          sql: "INSERT OR REPLACE INTO posted_month VALUES(?, ?, ?, ?, ?)",
          arguments: [
            month.description, fingerprint, book.costMicros, currency.code, ProgramVersion.text,
          ])
        try database.execute(
          sql: "DELETE FROM unposted_hour WHERE hour_ms >= ? AND hour_ms < ?",
          arguments: [range.start.milliseconds, range.end.milliseconds])
        return book
      }
    } catch let error as DatabaseError {
      throw StoreError.from(error, path: path)
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

/// What a month's postings came to.
package struct PostedBook: Sendable {
  package let costMicros: Int64
  /// By the numbers that the lines had.
  package let pools: [PoolKey]
  package let payers: [Payer]
  /// Rates of exchange that it was made with: units of its currency for one of each, as decimal
  /// text.
  package let exchangeRates: [Currency: String]
  package internal(set) var count = 0
  /// How many of the month's days were not yet in the store as they are now.
  package internal(set) var daysWritten = 0

  package init(
    costMicros: Int64, pools: [PoolKey], payers: [Payer], exchangeRates: [Currency: String] = [:]
  ) {
    self.costMicros = costMicros
    self.pools = pools
    self.payers = payers
    self.exchangeRates = exchangeRates
  }
}
