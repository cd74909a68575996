import Foundation
import GRDB
import Quantities
import Records

/// Something that is wrong in a store, and how to mend it.
package struct StoreProblem: Hashable, Sendable, CustomStringConvertible {
  package let what: String
  package let remedy: String

  package init(what: String, remedy: String) {
    self.what = what
    self.remedy = remedy
  }

  package var description: String { "\(what); \(remedy)" }
}

/// Checks that read all of a store and change nothing.
package struct Verification {
  private let store: Store
  /// No more problems than these are told one by one.
  private static let problemsMax = 100

  package init(store: Store) {
    self.store = store
  }

  /// The checks by name, in the order in which they run.
  package var checks: [(name: String, run: () throws(StoreError) -> [StoreProblem])] {
    [
      ("file structure", fileStructure),
      ("segments", segments),
      ("every GPU-hour whole", gpuHours),
      ("every hour there", missingHours),
      ("idle pieces within idle time", idlePieces),
      ("reserved time within states", reservedTime),
      ("postings match facts", postedTime),
      ("postings balance", postedMoney),
      ("pools cost what is posted", PoolCostCheck(store: store, problemsMax: Self.problemsMax).run),
      ("sums of postings", PostingSumsCheck(store: store).run),
      ("corrections balance", correctedMoney),
      ("storage charges have their volumes", chargedVolumes),
    ]
  }

  private func fileStructure() throws(StoreError) -> [StoreProblem] {
    let lines = try store.read {
      try String.fetchAll($0, sql: "PRAGMA integrity_check(\(Self.problemsMax))")
    }
    return lines.filter { $0 != "ok" }.map {
      StoreProblem(
        what: "SQLite finds the file damaged: \($0)", remedy: "restore a backup, or collect again")
    }
  }

  /// Decodes every segment; what can't be read is named, the rest is still read.
  private func segments() throws(StoreError) -> [StoreProblem] {
    let days = try store.read { database in
      try Row.fetchAll(
        database, sql: "SELECT DISTINCT source, target, day_ms FROM segment ORDER BY 1, 2, 3"
      ).map { row in
        StoredDay(source: row[0], target: row[1], day: UTCInstant(milliseconds: row[2]), step: nil)
      }
    }
    var problems: [StoreProblem] = []
    for day in days {
      do {
        guard try !store.check(day) else { continue }
        problems.append(
          StoreProblem(
            what: "samples of source '\(day.source)', target '\(day.target)', day "
              + "\(CivilDate(instant: day.day)): the kept sums are not those of the samples",
            remedy: "run 'gputally collect --source \(day.source) --window "
              + "\(day.day)/\(day.day + UTCInstant.millisecondsPerDay)'"))
      } catch .corruptSegment(let source, let target, let date, _, let error) {
        problems.append(
          StoreProblem(
            what: "samples of source '\(source)', target '\(target)', day \(date): \(error)",
            remedy: "run 'gputally collect --source \(source) --window "
              + "\(day.day)/\(day.day + UTCInstant.millisecondsPerDay)'"))
      }
    }
    return problems
  }

  /// The states of a GPU in an hour fill the time from the first to the last of them.
  private func gpuHours() throws(StoreError) -> [StoreProblem] {
    try rows(
      """
      SELECT rfc(hour_ms), g.uuid, sum(gpu_ms), max(last_ms) - min(first_ms)
      FROM state_hour s JOIN gpu g ON g.id = s.gpu_id
      GROUP BY hour_ms, host_id, gpu_id
      HAVING sum(gpu_ms) <> max(last_ms) - min(first_ms)
      """
    ) { row in
      StoreProblem(
        what: "GPU \(row[1] as String), hour \(row[0] as String): its states sum to "
          + "\(row[2] as Int64) ms of \(row[3] as Int64) ms",
        remedy: "run 'gputally rollup --window' over that hour")
    }
  }

  /// A GPU has facts in every hour from its first to its last, before and after the instant until
  /// which facts are final: a silence across it is decided only in the hours after it.
  private func missingHours() throws(StoreError) -> [StoreProblem] {
    let frozen = try store.frozenUntil()?.milliseconds ?? .min
    return try rows(
      """
      SELECT g.uuid, h.name, (max(hour_ms) - min(hour_ms)) / 3600000 + 1 - count(DISTINCT hour_ms)
      FROM state_hour s JOIN gpu g ON g.id = s.gpu_id JOIN host h ON h.id = s.host_id
      GROUP BY s.host_id, s.gpu_id, hour_ms >= \(frozen)
      HAVING (max(hour_ms) - min(hour_ms)) / 3600000 + 1 <> count(DISTINCT hour_ms)
      """
    ) { row in
      StoreProblem(
        what:
          "GPU \(row[0] as String) on host \(row[1] as String): \(row[2] as Int64) hours between "
          + "its first and its last have no facts",
        remedy: "run 'gputally rollup --window' over its time")
    }
  }

  private func idlePieces() throws(StoreError) -> [StoreProblem] {
    try rows(
      """
      SELECT rfc(p.hour_ms), g.uuid FROM (
        SELECT hour_ms, host_id, gpu_id, workload_id,
          sum((end_ms - start_ms) * share_numerator / share_denominator) AS idle_ms
        FROM idle_piece GROUP BY 1, 2, 3, 4) p
      JOIN gpu g ON g.id = p.gpu_id
      LEFT JOIN state_hour s ON s.hour_ms = p.hour_ms AND s.host_id = p.host_id
        AND s.gpu_id = p.gpu_id AND s.state = 2 AND s.workload_id = p.workload_id
      WHERE p.idle_ms > coalesce(s.gpu_ms, 0) + 1
      """
    ) { row in
      StoreProblem(
        what:
          "GPU \(row[1] as String), hour \(row[0] as String): idle stretches exceed the idle time",
        remedy: "run 'gputally rollup --window' over that hour")
    }
  }

  /// What reservations leave unused is `reserved_unused`, all of it; what they have besides is part
  /// of what the GPU did.
  private func reservedTime() throws(StoreError) -> [StoreProblem] {
    try rows(
      """
      SELECT rfc(hour_ms), host.name, t.state, reserved_ms, fact_ms FROM (
        SELECT hour_ms, host_id, gpu_id, state, sum(reserved_ms) AS reserved_ms,
          sum(fact_ms) AS fact_ms
        FROM (
          SELECT hour_ms, host_id, gpu_id, state, gpu_ms AS reserved_ms, 0 AS fact_ms
          FROM reserved_hour
          UNION ALL
          SELECT hour_ms, host_id, gpu_id, state, 0, gpu_ms FROM state_hour
          WHERE state = 4 OR hour_ms IN (SELECT hour_ms FROM reserved_hour))
        GROUP BY 1, 2, 3, 4) t
      JOIN host ON host.id = t.host_id
      WHERE reserved_ms > fact_ms OR t.state = 4 AND reserved_ms <> fact_ms
      """
    ) { row in
      StoreProblem(
        what: "host \(row[1] as String), hour \(row[0] as String): reservations have "
          + "\(row[3] as Int64) ms of its \(row[4] as Int64) ms "
          + "\(State(rawValue: row[2])?.description ?? "?")",
        remedy: "run 'gputally rollup --window' over that hour")
    }
  }

  /// Months without newer facts: their postings price every millisecond of every state.
  private func postedTime() throws(StoreError) -> [StoreProblem] {
    guard try store.unpostedHours().isEmpty else { return [] }
    return try rows(
      """
      SELECT state, facts, posted FROM (
        SELECT state, sum(gpu_ms) AS facts FROM state_hour GROUP BY state) f
      LEFT JOIN (SELECT state AS s, sum(gpu_ms) AS posted FROM (
          SELECT state, gpu_ms FROM posting WHERE kind = 'usage'
          UNION ALL SELECT state, gpu_ms FROM correction WHERE kind = 'usage')
        GROUP BY state) p ON p.s = f.state
      WHERE facts <> coalesce(posted, 0) AND EXISTS (SELECT 1 FROM posted_month)
      """
    ) { row in
      StoreProblem(
        what:
          "state \(State(rawValue: row[0])?.description ?? "?"): facts have \(row[1] as Int64) ms, "
          + "postings \((row[2] as Int64?) ?? 0) ms",
        remedy: "run 'gputally post'")
    }
  }

  private func postedMoney() throws(StoreError) -> [StoreProblem] {
    let remedies = try PostingRemedy(store)
    let shared = try rows(
      """
      SELECT day, state, sum(cost_micros), kind FROM posting WHERE kind IN ('shared', 'borrowed')
      GROUP BY day, pool_id, kind, state HAVING sum(cost_micros) <> 0
      """
    ) { row in
      StoreProblem(
        what: "day \(row[0] as String): the \(row[3] as String) cost of "
          + "\(State(rawValue: row[1])?.description ?? "?") is off by \(row[2] as Int64) micros",
        remedy: remedies.text(for: String((row[0] as String).prefix(7))))
    }
    let months = try rows(
      """
      SELECT m.month, m.cost_micros, coalesce(sum(p.cost_micros), 0) FROM posted_month m
      LEFT JOIN posting p ON p.month = m.month GROUP BY m.month
      HAVING m.cost_micros <> coalesce(sum(p.cost_micros), 0)
      """
    ) { row in
      StoreProblem(
        what:
          "month \(row[0] as String): postings sum to \(row[2] as Int64) micros, the pools cost "
          + "\(row[1] as Int64) micros",
        remedy: remedies.text(for: row[0]))
    }
    return shared + months
  }

  /// What corrections charge is what they say that pools cost more or less.
  private func correctedMoney() throws(StoreError) -> [StoreProblem] {
    let remedies = try PostingRemedy(store)
    return try rows(
      """
      SELECT month, charge_day, sum(micros) FROM (
        SELECT month, charge_day, pool_id, cost_micros AS micros FROM correction
        UNION ALL
        SELECT month, charge_day, pool_id, -cost_micros FROM cost_correction)
      GROUP BY month, charge_day, pool_id HAVING sum(micros) <> 0
      """
    ) { row in
      StoreProblem(
        what: "corrections in month \(row[0] as String) of day \(row[1] as String): charges and "
          + "the cost of the pool differ by \(row[2] as Int64) micros",
        remedy: remedies.text(for: row[0], posting: String((row[1] as String).prefix(7))))
    }
  }

  /// Whatever is charged for a volume is for what it held.
  private func chargedVolumes() throws(StoreError) -> [StoreProblem] {
    let remedies = try PostingRemedy(store)
    return try rows(
      """
      SELECT month, day, team, cost_micros FROM posting
      WHERE kind = 'charge' AND workload_id <> 0 AND NOT EXISTS (
        SELECT 1 FROM storage_use u
        WHERE u.month = posting.month AND u.day = posting.day AND u.pool_id = posting.pool_id
          AND u.team = posting.team AND u.workload_id = posting.workload_id AND u.is_priced = 1
          AND u.replicated_byte_hours > 0)
      """
    ) { row in
      StoreProblem(
        what: "day \(row[1] as String), team \(row[2] as String): \(row[3] as Int64) micros are "
          + "charged for a volume that held nothing",
        remedy: remedies.text(for: row[0]))
    }
  }

  private func rows(_ sql: String, _ problem: (Row) -> StoreProblem) throws(StoreError)
    -> [StoreProblem]
  {
    try store.read { database in
      // rfc(ms) stands for the hour's start as text.
      let text = sql.replacing(/rfc\(([a-z_.]+)\)/) { match in
        "strftime('%Y-%m-%dT%H:%MZ', \(match.1) / 1000, 'unixepoch')"
      }
      return try Row.fetchAll(database, sql: text + " LIMIT \(Self.problemsMax)").map(problem)
    }
  }
}
