import GRDB
import Quantities
import Records

/// Drops old samples once everything made of them is final.
///
/// The hours before ``Store/frozenUntil()`` keep their facts for good. Of each GPU the last day
/// before that instant stays, since the next hours are decided by it.
package struct Retention {
  /// What was dropped.
  package struct Outcome: Equatable, Sendable {
    /// Until when facts are final now, nil where nothing was ever dropped.
    package var frozenUntil: UTCInstant?
    package var targetDays: Int

    package init(frozenUntil: UTCInstant? = nil, targetDays: Int = 0) {
      self.frozenUntil = frozenUntil
      self.targetDays = targetDays
    }
  }

  private let store: Store

  package init(store: Store) {
    self.store = store
  }

  /// Drops the samples of whole UTC days that lie longer than `kept` before `now`, as far as all
  /// their hours are rolled up and posted.
  ///
  /// First the hours are noted as final, then each day goes in a transaction of its own: whenever
  /// this is cut short, the next run goes on.
  ///
  /// - Parameter kept: in milliseconds.
  package func run(kept: Int64, now: UTCInstant) throws(StoreError) -> Outcome {
    try freeze(upTo: (now - kept).startOfDay)
    guard let horizon = try store.frozenUntil() else { return Outcome() }
    let places = try dispensable(before: horizon)
    var first = 0
    while first < places.count {
      let day = places[first].day
      var end = first
      while end < places.count, places[end].day == day { end += 1 }
      try drop(places[first..<end])
      first = end
    }
    return Outcome(frozenUntil: horizon, targetDays: places.count)
  }

  private struct Place {
    let source: String
    let target: String
    let day: Int64
  }

  /// Moves the instant until which facts are final, never back and never past an hour that is
  /// still to be rolled up or posted.
  private func freeze(upTo wanted: UTCInstant) throws(StoreError) {
    try store.write { database in
      let before = try Store.frozenUntil(in: database)
      // Nodes without GPUs may be stale, but are never rolled up.
      let open = try Int64.fetchOne(
        database,
        sql: """
          SELECT min(hour) FROM (
            SELECT min(max(start_ms, :frozen)) AS hour FROM stale_hour
            WHERE end_ms > :frozen AND host_id IN (SELECT id FROM host)
            UNION ALL SELECT min(hour_ms) FROM unposted_hour)
          """, arguments: ["frozen": before?.milliseconds ?? .min])
      // Hours after the last rolled one have no facts yet.
      guard
        let last = try Int64.fetchOne(database, sql: "SELECT max(hour_ms) FROM state_hour")
      else { return }
      let settled = min(open ?? .max, last + UTCInstant.millisecondsPerHour)
      let horizon = min(wanted, UTCInstant(milliseconds: settled).startOfDay)
      let oldest = try Int64.fetchOne(database, sql: "SELECT min(day_ms) FROM segment") ?? .max
      guard horizon.milliseconds > oldest, before.map({ horizon > $0 }) ?? true else { return }
      try Store.set(
        Store.frozenSetting, to: String(horizon.milliseconds), in: database)
    }
  }

  /// The target's days before `horizon` that no GPU was seen on last, by day.
  private func dispensable(before horizon: UTCInstant) throws(StoreError) -> [Place] {
    try store.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT source, target, day_ms FROM segment f
          WHERE metric = 0 AND day_ms < :horizon AND NOT EXISTS (
            SELECT 1 FROM sighting s
            WHERE s.source = f.source AND s.target = f.target AND s.day_ms = f.day_ms
              AND NOT EXISTS (SELECT 1 FROM sighting later
                WHERE later.gpu_id = s.gpu_id AND later.host_id = s.host_id
                  AND later.day_ms > s.day_ms AND later.day_ms < :horizon))
          ORDER BY day_ms, source, target
          """, arguments: ["horizon": horizon.milliseconds]
      ).map { Place(source: $0[0], target: $0[1], day: $0[2]) }
    }
  }

  private func drop(_ places: ArraySlice<Place>) throws(StoreError) {
    try store.write { database in
      for table in ["segment", "sighting"] {
        let statement = try database.cachedStatement(
          sql: "DELETE FROM \(table) WHERE source = ? AND target = ? AND day_ms = ?")
        for place in places {
          try statement.execute(arguments: [place.source, place.target, place.day])
        }
      }
    }
  }
}

extension Store {
  static let frozenSetting = "frozen_until"

  /// Until when facts are final, since their samples were dropped; nil where none ever were.
  package func frozenUntil() throws(StoreError) -> UTCInstant? {
    try read { try Self.frozenUntil(in: $0) }
  }

  static func frozenUntil(in database: Database) throws -> UTCInstant? {
    try Int64.fetchOne(
      database, sql: "SELECT CAST(value AS INTEGER) FROM setting WHERE name = ?",
      arguments: [frozenSetting]
    ).map { UTCInstant(milliseconds: $0) }
  }

  /// Refuses to touch samples before the instant until which facts are final.
  package func checkIsOpen(_ range: TimeRange) throws(StoreError) {
    guard let frozen = try frozenUntil(), range.start < frozen else { return }
    throw .frozen(range: range, until: frozen)
  }

  /// The first day with samples, and how much of the file is free for new ones.
  ///
  /// - Unit: bytes.
  package func sampleExtent() throws(StoreError) -> (first: UTCInstant?, freeBytes: Int) {
    try read { database in
      let first = try Int64.fetchOne(
        database,
        sql: """
          SELECT min(first_ms) FROM segment WHERE metric = 0
            AND day_ms = (SELECT min(day_ms) FROM segment WHERE metric = 0
              AND day_ms >= coalesce((SELECT CAST(value AS INTEGER) FROM setting
                WHERE name = ?), day_ms))
          """, arguments: [Self.frozenSetting])
      let pages = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
      let size = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0
      return (first.map { UTCInstant(milliseconds: $0) }, pages * size)
    }
  }
}
