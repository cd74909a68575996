import GRDB
import Quantities
import Records

extension Store {
  /// What the facts of a billing day sum to, in the order of their keys.
  ///
  /// - Parameter range: the day, in whole UTC hours.
  package func totals(in range: TimeRange) throws(StoreError) -> [DayTotal] {
    try read { database in
      let rows = try RawStatement(
        """
        SELECT host_id, gpu_id, state, workload_id, gpu_ms, first_ms, last_ms,
          measured_gpu_ms, activity_ppm_ms, energy_uj
        FROM state_hour WHERE hour_ms >= ? AND hour_ms < ?
        """, in: database)
      rows.bind(range.start.milliseconds, at: 1)
      rows.bind(range.end.milliseconds, at: 2)
      defer { rows.reset() }
      var sums = DaySums()
      while try rows.step() {
        guard let state = State(rawValue: Int(rows.number(2))) else {
          throw StoreError.broken(
            path: self.path, reason: "state_hour has the state \(rows.number(2))")
        }
        sums.add(
          DayTotal(
            host: rows.number(0), gpu: rows.number(1), workload: rows.number(3), state: state,
            gpuMilliseconds: rows.number(4), firstMilliseconds: rows.number(5),
            lastMilliseconds: rows.number(6), measuredMilliseconds: rows.number(7),
            activityPPMMilliseconds: rows.number(8), energyMicrojoules: rows.optionalNumber(9)))
      }
      if sums.isTooLarge {
        throw StoreError.broken(
          path: self.path, reason: "the facts of \(range) sum to more than can be stored")
      }
      return sums.sorted()
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
}
