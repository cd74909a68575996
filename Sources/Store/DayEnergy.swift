import GRDB
import Quantities

/// The energy that a GPU used in a UTC hour.
package struct GPUEnergy: Hashable, Sendable {
  package let host: Int64
  /// 0 for slots never seen.
  package let gpu: Int64
  package let hour: UTCInstant
  /// What was measured.
  package let microjoules: Int64
  /// The GPU-time of which nothing was measured.
  package let unmeasuredMilliseconds: Int64
}

extension Store {
  /// The energy of a billing day's facts, in the order of hours, hosts and GPUs.
  ///
  /// - Parameter range: the day, in whole UTC hours.
  package func energy(in range: TimeRange) throws(StoreError) -> [GPUEnergy] {
    try read { database in
      let rows = try RawStatement(
        """
        SELECT hour_ms, host_id, gpu_id, coalesce(sum(energy_uj), 0),
          coalesce(sum(gpu_ms) FILTER (WHERE energy_uj IS NULL), 0)
        FROM state_hour WHERE hour_ms >= ? AND hour_ms < ? GROUP BY hour_ms, host_id, gpu_id
        """, in: database)
      rows.bind(range.start.milliseconds, at: 1)
      rows.bind(range.end.milliseconds, at: 2)
      defer { rows.reset() }
      var result: [GPUEnergy] = []
      while try rows.step() {
        result.append(
          GPUEnergy(
            host: rows.number(1), gpu: rows.number(2),
            hour: UTCInstant(milliseconds: rows.number(0)), microjoules: rows.number(3),
            unmeasuredMilliseconds: rows.number(4)))
      }
      return result
    }
  }
}
