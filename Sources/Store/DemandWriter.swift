import GRDB
import Quantities
import Records

/// Puts the waits that a source saw in a window in the place of those that the store has of it.
///
/// As with observations, by ``ReplacedRanges``.
struct DemandWriter {
  let database: Database
  let origin: SourceOrigin

  private struct Wait: Hashable {
    let workload: Int64
    let gpus: Int
    let type: String
  }

  func replace(_ demands: [Demand], in range: TimeRange) throws {
    var ranges = ReplacedRanges(try touching(range), in: range)
    let registrar = Registrar(database: database)
    for demand in demands {
      try registrar.register(demand.workload, site: origin.site, cluster: origin.cluster)
      let id = Identifier.of(demand.workload, site: origin.site, cluster: origin.cluster)
      let wait = Wait(workload: id, gpus: demand.gpuCount, type: demand.gpuType)
      ranges.add(wait, demand.range)
    }
    let changes = ranges.changes
    // All old rows go first: what waits for another number of GPUs may start where one did.
    for (wait, old, _) in changes {
      for range in old {
        try database.execute(
          sql: "DELETE FROM demand WHERE source = ? AND workload_id = ? AND start_ms = ?",
          arguments: [origin.name, wait.workload, range.start.milliseconds])
      }
    }
    for (wait, _, new) in changes {
      for range in new {
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
