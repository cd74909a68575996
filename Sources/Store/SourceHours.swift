import GRDB
import Quantities

/// A source as its samples and facts name it.
package struct SourceOrigin: Hashable, Sendable {
  package let name: String
  package let site: String
  package let cluster: String

  package init(name: String, site: String, cluster: String) {
    self.name = name
    self.site = site
    self.cluster = cluster
  }
}

/// A UTC hour of a source that isn't whole.
package struct Gap: Hashable, Sendable {
  package let source: String
  package let hour: UTCInstant
  /// Whether something of the hour is stored.
  package let isThin: Bool
  package let detail: String
}

/// The table of what was asked of each source.
enum SourceHours {
  /// How much of an hour is stored.
  enum Status: String {
    case complete
    /// Stored, though the server warned that something may be missing.
    case thin
    case missing
  }

  static func record(
    source: String, range: TimeRange, status: Status, detail: String, in database: Database
  ) throws {
    // What is stored stays stored when asking for it again fails.
    let kept = status == .missing ? "WHERE source_hour.status = 'missing'" : ""
    var hour = range.start.startOfHour
    while hour < range.end {
      try database.execute(
        sql: """
          INSERT INTO source_hour VALUES(?, ?, ?, ?) ON CONFLICT(source, hour_ms)
          DO UPDATE SET status = excluded.status, detail = excluded.detail \(kept)
          """, arguments: [source, hour.milliseconds, status.rawValue, detail])
      hour = hour + UTCInstant.millisecondsPerHour
    }
  }
}

extension Store {
  /// Begins to take in a window of a source.
  package func window(_ range: TimeRange, of origin: SourceOrigin) -> WindowWriter {
    WindowWriter(store: self, origin: origin, range: range)
  }

  /// Notes that the hours of `range` could not be collected; what is stored of them stays.
  package func recordGap(source: String, range: TimeRange, reason: String) throws(StoreError) {
    try write {
      try SourceHours.record(
        source: source, range: range, status: .missing, detail: reason, in: $0)
    }
  }

  /// The hours of `source` in `range` that are stored whole.
  package func completeHours(of source: String, in range: TimeRange) throws(StoreError)
    -> Set<UTCInstant>
  {
    Set(
      try read {
        try Int64.fetchAll(
          $0,
          sql: """
            SELECT hour_ms FROM source_hour
            WHERE source = ? AND status = 'complete' AND hour_ms >= ? AND hour_ms < ?
            """, arguments: [source, range.start.milliseconds, range.end.milliseconds])
      }.map { UTCInstant(milliseconds: $0) })
  }

  /// From the first to the end of the last hour that is stored of `source`, or of any source that
  /// the ledger spans: those that were saved to files count where there are no others.
  package func span(of source: String? = nil) throws(StoreError) -> TimeRange? {
    try read { database in
      if let source { return try Self.span("source = ?", [source], in: database) }
      return try Self.span("source NOT IN (SELECT source FROM side_source)", [], in: database)
        ?? Self.span("1", [], in: database)
    }
  }

  private static func span(
    _ condition: String, _ arguments: StatementArguments, in database: Database
  ) throws -> TimeRange? {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT min(hour_ms), max(hour_ms) FROM source_hour
        WHERE status <> 'missing' AND \(condition)
        """, arguments: arguments)
    guard let first: Int64 = row?[0], let last: Int64 = row?[1] else { return nil }
    return TimeRange(milliseconds: first..<(last + UTCInstant.millisecondsPerHour))
  }

  /// The hours that aren't whole, oldest first.
  package func gaps(of source: String? = nil) throws(StoreError) -> [Gap] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT source, hour_ms, status, detail FROM source_hour
          WHERE status <> 'complete' AND (?1 IS NULL OR source = ?1) ORDER BY source, hour_ms
          """, arguments: [source]
      ).map {
        Gap(
          source: $0[0], hour: UTCInstant(milliseconds: $0[1]),
          isThin: $0[2] == SourceHours.Status.thin.rawValue, detail: $0[3])
      }
    }
  }
}
