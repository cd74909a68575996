import GRDB
import Quantities
import Records

/// Puts the waits that a source saw in a window in the place of those that the store has of it.
///
/// As with observations: waits that meet are one row, and a window cuts what reaches into it.
struct DemandWriter {
  let database: Database
  let origin: SourceOrigin

  private struct Wait: Hashable {
    let workload: Int64
    let gpus: Int
    let type: String
  }

  func replace(_ demands: [Demand], in range: TimeRange) throws {
    let old = try touching(range)
    var new = old.mapValues { ranges in ranges.flatMap { $0.without(range) } }
    let registrar = Registrar(database: database)
    for demand in demands {
      guard let part = demand.range.intersection(range) else { continue }
      try registrar.register(demand.workload, site: origin.site, cluster: origin.cluster)
      let id = Identifier.of(demand.workload, site: origin.site, cluster: origin.cluster)
      let wait = Wait(workload: id, gpus: demand.gpuCount, type: demand.gpuType)
      new[wait, default: []].append(part)
    }
    new = new.mapValues(TimeRange.joined)
    // All old rows go first: what waits for another number of GPUs may start where one did.
    for (wait, ranges) in old where ranges != new[wait] {
      for range in ranges {
        try database.execute(
          sql: "DELETE FROM demand WHERE source = ? AND workload_id = ? AND start_ms = ?",
          arguments: [origin.name, wait.workload, range.start.milliseconds])
      }
    }
    for (wait, ranges) in new where ranges != old[wait] {
      for range in ranges {
        try database.execute(
          sql: "INSERT INTO demand VALUES(?, ?, ?, ?, ?, ?)",
          arguments: [
            origin.name, wait.workload, range.start.milliseconds, range.end.milliseconds, wait.gpus,
            wait.type,
          ])
      }
    }
  }

  private func touching(_ range: TimeRange) throws -> [Wait: [TimeRange]] {
    var result: [Wait: [TimeRange]] = [:]
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT workload_id, gpus, gpu_type, start_ms, end_ms FROM demand
        WHERE source = ? AND end_ms >= ? AND start_ms <= ? ORDER BY start_ms
        """, arguments: [origin.name, range.start.milliseconds, range.end.milliseconds])
    while let row = try rows.next() {
      let wait = Wait(workload: row[0], gpus: row[1], type: row[2])
      result[wait, default: []].append(TimeRange(milliseconds: row[3]..<row[4]))
    }
    return result
  }
}
