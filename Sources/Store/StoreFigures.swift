import GRDB
import Quantities
import Records

extension Store {
  /// How many values of a source were refused.
  package func rejectedCount(of source: String) throws(StoreError) -> Int {
    try read {
      try Int.fetchOne(
        $0, sql: "SELECT coalesce(sum(count), 0) FROM rejection WHERE source = ?",
        arguments: [source]) ?? 0
    }
  }

  /// How many bookings of a source are stored, and when the last of them ends; nil without any.
  package func bookings(
    of source: String
  ) throws(StoreError) -> (count: Int, end: UTCInstant)? {
    try read { database in
      try Row.fetchOne(
        database,
        sql: "SELECT count(*), max(end_ms) FROM reservation WHERE source = ? HAVING count(*) > 0",
        arguments: [source]
      ).map { ($0[0], UTCInstant(milliseconds: $0[1])) }
    }
  }

  /// On how many hosts a source gives GPUs to somebody, nil for none.
  package func claimedHosts(of source: String) throws(StoreError) -> Int? {
    try read {
      try Int.fetchOne(
        $0,
        sql: "SELECT count(DISTINCT host) FROM claim WHERE source = ? HAVING count(*) > 0",
        arguments: [source])
    }
  }

  /// The share of all GPU-time whose state was observed, nil without any time.
  ///
  /// - Unit: percent.
  package func observedPercent() throws(StoreError) -> Double? {
    try read {
      try Double.fetchOne(
        $0,
        sql: """
          SELECT 100.0 * sum(CASE WHEN state IN (?, ?) THEN 0 ELSE gpu_ms END) / sum(gpu_ms)
          FROM state_hour
          """, arguments: [State.allocatedUnknown.rawValue, State.unknown.rawValue])
    }
  }

  /// The share of the held and reserved GPU-time of which only the number of GPUs is known, not
  /// which ones; nil without any.
  ///
  /// - Unit: percent.
  package func sharedPercent() throws(StoreError) -> Double? {
    try read {
      try Double.fetchOne(
        $0, sql: "SELECT 100.0 * sum(shared_gpu_ms) / sum(gpu_ms) FROM state_hour WHERE state <= ?",
        arguments: [State.reservedUnused.rawValue])
    }
  }

  /// The share of the held GPU-time of the month posted last that is charged to `team`; nil without
  /// any.
  ///
  /// - Unit: percent.
  package func heldShare(of team: String) throws(StoreError) -> (month: String, percent: Double)? {
    try read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT month, 100.0 * coalesce(sum(gpu_ms) FILTER (WHERE team = ?), 0) / sum(gpu_ms)
          FROM posting_by_month
          WHERE month = (SELECT max(month) FROM posting_by_month) AND kind = 'usage'
            AND state IN (?, ?, ?)
          GROUP BY month HAVING sum(gpu_ms) > 0
          """,
        arguments: [
          team, State.busy.rawValue, State.idle.rawValue, State.allocatedUnknown.rawValue,
        ]
      ).map { ($0[0], $0[1]) }
    }
  }

  /// How many samples are stored, in how many bytes.
  package func sampleSizes() throws(StoreError) -> (samples: Int, bytes: Int) {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: "SELECT coalesce(sum(samples), 0), coalesce(sum(length(bytes)), 0) FROM segment")
      return (row?[0] ?? 0, row?[1] ?? 0)
    }
  }
}
