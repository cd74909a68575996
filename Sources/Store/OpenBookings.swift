import GRDB
import Quantities
import Records

/// A booking for any GPUs of its cluster.
package struct StoredBooking: Sendable {
  package let workload: Int64
  package let range: TimeRange
  /// How many GPUs.
  package let count: Int
  /// Empty for any.
  package let model: String
}

extension Store {
  /// The bookings for any GPUs of a cluster, those that begin first and were made first before
  /// others.
  package func openBookings() throws(StoreError) -> [WorkloadPlace: [StoredBooking]] {
    try read { try Self.openBookings(in: $0) }
  }

  static func openBookings(in database: Database) throws -> [WorkloadPlace: [StoredBooking]] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT workload_id, start_ms, end_ms, gpus, gpu_model, site, cluster
        FROM reservation JOIN workload ON workload.id = workload_id
        WHERE hosts = '' AND devices = '' AND gpus IS NOT NULL
        ORDER BY start_ms, coalesce(booked_ms, start_ms), reservation.id, workload_id
        """)
    return Dictionary(grouping: rows) { WorkloadPlace(site: $0[5], cluster: $0[6]) }.mapValues {
      $0.map { row in
        StoredBooking(
          workload: row[0], range: TimeRange(milliseconds: row[1]..<row[2]), count: row[3],
          model: row[4])
      }
    }
  }

  /// Notes that bookings for any GPUs have to be laid again, together with the settings that say
  /// why.
  package func markOpenBookings(
    _ ranges: [WorkloadPlace: [TimeRange]], settings: [String: String]
  ) throws(StoreError) {
    try write { database in
      let stale = StaleHours(database: database)
      for (place, ranges) in ranges {
        for range in ranges {
          try stale.mark(host: Identifier.ofOpenBookings(place), range: range)
        }
      }
      for (name, value) in settings { try Self.set(name, to: value, in: database) }
    }
  }
}

extension Identifier {
  /// Stands for a cluster's bookings for any GPUs where hosts' hours are noted as stale.
  package static func ofOpenBookings(_ place: WorkloadPlace) -> Int64 {
    of(HostKey(site: place.site, cluster: place.cluster, name: ""))
  }
}
