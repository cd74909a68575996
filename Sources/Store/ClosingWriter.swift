import GRDB
import Quantities
import Records

extension Store {
  /// Closes a month: from now on nothing of it is written.
  ///
  /// One transaction: the month is closed with all its figures, or it is as it was.
  ///
  /// - Parameters:
  ///   - range: the month.
  ///   - gaps: what is missing of it.
  ///   - configuration: what its money was made with.
  /// - Throws: ``StoreError``; ``StoreError/closedMonth(_:)`` where it is closed already.
  package func close(
    _ month: BillingMonth, range: TimeRange, currency: Currency, gaps: [ClosedGap],
    now: UTCInstant, configuration: String
  ) throws(StoreError) -> ClosedMonth {
    try write { database in
      try ClosedMonths.refuse(month, in: database)
      let digests = MonthDigests(database: database)
      let time = try Row.fetchOne(
        database,
        sql: """
          SELECT coalesce(sum(gpu_ms), 0), coalesce(sum(gpu_ms) FILTER (WHERE state = ?), 0)
          FROM state_hour WHERE hour_ms >= ? AND hour_ms < ?
          """,
        arguments: [
          State.unknown.rawValue, range.start.milliseconds, range.end.milliseconds,
        ])
      let closed = ClosedMonth(
        month: month, closed: now, factsDigest: try digests.facts(in: range),
        postingsDigest: try digests.charges(of: month), gpuMilliseconds: time?[0] ?? 0,
        unknownMilliseconds: time?[1] ?? 0,
        costMicros: try MonthCost.micros(of: month, in: database), currency: currency.code,
        version: ProgramVersion.text, configuration: configuration)
      try Self.insert(closed, gaps, in: database)
      return closed
    }
  }

  private static func insert(
    _ closed: ClosedMonth, _ gaps: [ClosedGap], in database: Database
  ) throws {
    let month = closed.month.description
    try database.execute(
      sql: "INSERT INTO closed_month VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        month, closed.closed.milliseconds, closed.factsDigest, closed.postingsDigest,
        closed.gpuMilliseconds, closed.unknownMilliseconds, closed.costMicros, closed.currency,
        closed.version, closed.configuration,
      ])
    for gap in gaps {
      try database.execute(
        sql: "INSERT INTO closed_gap VALUES(?, ?, ?, ?, ?)",
        arguments: [
          month, gap.source, gap.range.start.milliseconds, gap.range.end.milliseconds, gap.detail,
        ])
    }
  }
}

/// What a month costs: its own postings and the corrections that it bears.
enum MonthCost {
  static func micros(of month: BillingMonth, in database: Database) throws -> Int64 {
    try Int64.fetchOne(
      database,
      sql: """
        SELECT coalesce((SELECT sum(cost_micros) FROM posting WHERE day >= ? AND day < ?), 0)
          + coalesce((SELECT sum(cost_micros) FROM correction WHERE month = ?), 0)
        """,
      arguments: [
        month.firstDay.description, month.next.firstDay.description, month.description,
      ]) ?? 0
  }
}
