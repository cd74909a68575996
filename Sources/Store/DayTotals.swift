import GRDB
import Quantities
import Records

/// What one GPU did in one billing day, for one workload, in one state: what a posting prices.
package struct DayTotal: Hashable, Sendable {
  package let day: CivilDate
  package let host: Int64
  /// 0 for slots never seen.
  package let gpu: Int64
  package let state: State
  /// 0 for nobody.
  package let workload: Int64
  package let gpuMilliseconds: Int64
  package let firstMilliseconds: Int64
  package let lastMilliseconds: Int64
  package let measuredMilliseconds: Int64
  package let activityPPMMilliseconds: Int64
  package let energyMicrojoules: Int64?
}

/// A workload and what sources say of it.
package struct KnownWorkload: Sendable {
  package let id: Int64
  package let site: String
  package let cluster: String
  package let key: WorkloadKey
}

extension Store {
  /// The sums of a billing day, in the order of their keys.
  ///
  /// - Parameter range: the day, in whole UTC hours.
  package func totals(of day: CivilDate, range: TimeRange) throws(StoreError) -> [DayTotal] {
    try read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT host_id, gpu_id, state, workload_id, sum(gpu_ms), min(first_ms), max(last_ms),
            sum(measured_gpu_ms), sum(activity_ppm_ms), sum(energy_uj)
          FROM state_hour WHERE hour_ms >= ? AND hour_ms < ? GROUP BY 1, 2, 3, 4
          """, arguments: [range.start.milliseconds, range.end.milliseconds])
      var totals: [DayTotal] = []
      while let row = try rows.next() {
        guard let state = State(rawValue: row[2]) else {
          throw StoreError.broken(
            path: self.path, reason: "state_hour has the state \(row[2] as Int)")
        }
        totals.append(
          DayTotal(
            day: day, host: row[0], gpu: row[1], state: state, workload: row[3],
            gpuMilliseconds: row[4], firstMilliseconds: row[5], lastMilliseconds: row[6],
            measuredMilliseconds: row[7], activityPPMMilliseconds: row[8],
            energyMicrojoules: row[9]))
      }
      return totals
    }
  }

  /// The hours with facts, from the first to the end of the last; nil where there are none.
  package func factSpan() throws(StoreError) -> TimeRange? {
    try read { database in
      let row = try Row.fetchOne(database, sql: "SELECT min(hour_ms), max(hour_ms) FROM state_hour")
      guard let first: Int64 = row?[0], let last: Int64 = row?[1] else { return nil }
      return TimeRange(milliseconds: first..<(last + UTCInstant.millisecondsPerHour))
    }
  }

  /// The hours whose facts are newer than their postings.
  package func unpostedHours() throws(StoreError) -> [UTCInstant] {
    try read {
      try Int64.fetchAll($0, sql: "SELECT hour_ms FROM unposted_hour ORDER BY 1")
    }.map { UTCInstant(milliseconds: $0) }
  }

  /// The models of GPUs by their numbers.
  package func gpuModels() throws(StoreError) -> [Int64: String] {
    try read { database in
      var models: [Int64: String] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT id, model FROM gpu") {
        models[row[0]] = row[1]
      }
      return models
    }
  }

  /// All workloads that any sample named.
  package func workloads() throws(StoreError) -> [KnownWorkload] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT id, site, cluster, namespace, name, uid FROM workload"
      ).map { row in
        KnownWorkload(
          id: row[0], site: row[1], cluster: row[2],
          key: WorkloadKey(kind: .pod, namespace: row[3], name: row[4], uid: row[5]))
      }
    }
  }

  /// Keeps what sources say of workloads: the JSON text of their attributes, by number.
  package func setAttributes(_ attributes: [Int64: [String: String]]) throws(StoreError) {
    try write { database in
      let statement = try database.cachedStatement(
        sql: """
          UPDATE workload SET attributes = ?1, owner_kind = ?2, owner_name = ?3
          WHERE id = ?4 AND attributes <> ?1
          """)
      for (id, values) in attributes {
        try statement.execute(arguments: [
          AttributeText.json(values), values["owner_kind"], values["owner_name"], id,
        ])
      }
    }
  }
}
