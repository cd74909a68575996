import GRDB
import Quantities

/// A billing month that never changes again.
package struct ClosedMonth: Hashable, Sendable {
  package let month: BillingMonth
  package let closed: UTCInstant
  /// A digest of the facts that the month was closed with.
  package let factsDigest: String
  /// Digests of what the month was charged, by table.
  package let postingsDigest: String
  /// - Unit: milliseconds of one GPU.
  package let gpuMilliseconds: Int64
  /// The part of it that nothing is known of.
  package let unknownMilliseconds: Int64
  /// What its postings and the corrections that it bears cost.
  package let costMicros: Int64
  package let currency: String
  /// The program that closed it.
  package let version: String
  /// What money was made with, as it is kept.
  package let configuration: String
}

/// Hours of a source that were missing when a month was closed.
package struct ClosedGap: Hashable, Sendable, CustomStringConvertible {
  /// Empty for hours before anything was collected.
  package let source: String
  package let range: TimeRange
  package let detail: String

  package init(source: String, range: TimeRange, detail: String) {
    self.source = source
    self.range = range
    self.detail = detail
  }

  /// How many UTC hours it has.
  package var hours: Int { Int(range.milliseconds / UTCInstant.millisecondsPerHour) }

  package var description: String {
    let hours = hours == 1 ? "1 hour" : "\(hours) hours"
    return (source.isEmpty ? "" : "source '\(source)', ") + "\(range), \(hours): \(detail)"
  }
}

/// The one place that knows which months may be written.
enum ClosedMonths {
  /// Refuses to write what belongs to a closed month.
  ///
  /// - Throws: ``StoreError/closedMonth(_:)``.
  static func refuse(_ month: BillingMonth, in database: Database) throws {
    guard try !contains(month, in: database) else { throw StoreError.closedMonth(month) }
  }

  static func contains(_ month: BillingMonth, in database: Database) throws -> Bool {
    try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM closed_month WHERE month = ?)",
      arguments: [month.description]) ?? false
  }

  /// The month that bears corrections: the first after the last closed one, nil where none is.
  static func open(in database: Database) throws -> BillingMonth? {
    try String.fetchOne(database, sql: "SELECT max(month) FROM closed_month")
      .flatMap { BillingMonth($0)?.next }
  }
}

extension Store {
  /// The closed months, oldest first.
  package func closedMonths() throws(StoreError) -> [ClosedMonth] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT month, closed_ms, facts_digest, postings_digest, gpu_ms, unknown_gpu_ms,
            cost_micros, currency, version, configuration FROM closed_month ORDER BY month
          """
      ).compactMap { row in
        BillingMonth(row[0] as String).map {
          ClosedMonth(
            month: $0, closed: UTCInstant(milliseconds: row[1]), factsDigest: row[2],
            postingsDigest: row[3], gpuMilliseconds: row[4], unknownMilliseconds: row[5],
            costMicros: row[6], currency: row[7], version: row[8], configuration: row[9])
        }
      }
    }
  }

  /// What was missing of each closed month, and accepted.
  package func closedGaps() throws(StoreError) -> [BillingMonth: [ClosedGap]] {
    let gaps = try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT month, source, start_ms, end_ms, detail FROM closed_gap
          ORDER BY month, source, start_ms
          """
      ).compactMap { row in
        BillingMonth(row[0] as String).map {
          (
            $0,
            ClosedGap(
              source: row[1], range: TimeRange(milliseconds: row[2]..<row[3]), detail: row[4])
          )
        }
      }
    }
    return Dictionary(grouping: gaps) { $0.0 }.mapValues { $0.map(\.1) }
  }

  /// The month that bears corrections: the first after the last closed one, nil where none is.
  package func openMonth() throws(StoreError) -> BillingMonth? {
    try read { try ClosedMonths.open(in: $0) }
  }

  /// What the hours of a source in `range` are: whole, or why not; those that were never asked for
  /// are absent.
  ///
  /// - Returns: by source and hour, nil for a whole one.
  package func hourFaults(in range: TimeRange) throws(StoreError)
    -> [String: [UTCInstant: String?]]
  {
    try read { database in
      var faults: [String: [UTCInstant: String?]] = [:]
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT source, hour_ms, status, detail FROM source_hour
          WHERE hour_ms >= ? AND hour_ms < ?
          """, arguments: [range.start.milliseconds, range.end.milliseconds])
      while let row = try rows.next() {
        let status: String = row[2]
        let detail: String = row[3]
        let fault = status == SourceHours.Status.complete.rawValue ? nil : "\(status): \(detail)"
        faults[row[0], default: [:]].updateValue(fault, forKey: UTCInstant(milliseconds: row[1]))
      }
      return faults
    }
  }
}
