import GRDB
import Quantities
import Records

extension Store {
  /// The hosts that the store knows, by their numbers.
  package func hosts() throws(StoreError) -> [Int64: HostKey] {
    try read { database in
      var hosts: [Int64: HostKey] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT id, site, cluster, name FROM host") {
        hosts[row[0]] = HostKey(site: row[1], cluster: row[2], name: row[3])
      }
      return hosts
    }
  }
}

extension Store {
  /// The time that all states of each host sum to, hour by hour in order.
  ///
  /// - Parameter body: takes an hour with facts, and its sums in milliseconds by host.
  package func forEachHour(_ body: (UTCInstant, [Int64: Int64]) -> Void) throws(StoreError) {
    try read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT hour_ms, host_id, sum(gpu_ms) FROM state_hour GROUP BY 1, 2")
      var hour: Int64?
      var sums: [Int64: Int64] = [:]
      while let row = try rows.next() {
        if let hour, hour != row[0] {
          body(UTCInstant(milliseconds: hour), sums)
          sums = [:]
        }
        hour = row[0]
        sums[row[1]] = row[2]
      }
      if let hour { body(UTCInstant(milliseconds: hour), sums) }
    }
  }
}
