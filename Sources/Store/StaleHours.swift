import GRDB
import Quantities
import Records

/// A target's day before and after a window was put into it.
struct SampleChange {
  let day: UTCInstant
  let range: TimeRange
  let old: SampleFrame?
  let new: SampleFrame
  /// Whether the scrape interval read off the day is another one now.
  let isStepChanged: Bool
}

/// Notes which hours of which hosts have to be rolled up again.
///
/// A sample speaks until the GPU's next one, and it ends the silence since the one before: a
/// change reaches from the hour of the sample before the window to that of the one after it.
struct StaleHours {
  let database: Database

  /// Without a later sample, a sample speaks for a while; no scrape interval is longer than this.
  private static let speakingMax = UTCInstant.millisecondsPerHour

  func mark(_ change: SampleChange, of origin: SourceOrigin) throws {
    var reach: [String: TimeRange] = [:]
    for gpu in Self.changed(in: change) {
      let host = HostKey(site: origin.site, cluster: origin.cluster, name: gpu.host)
      let range = try self.reach(of: gpu, on: host, change)
      reach[gpu.host] =
        reach[gpu.host].map {
          TimeRange(min($0.start, range.start), max($0.end, range.end))
        } ?? range
    }
    for (name, range) in reach {
      let host = HostKey(site: origin.site, cluster: origin.cluster, name: name)
      try mark(host: Identifier.of(host), range: range)
    }
  }

  /// Marks the hosts that a cluster's node stands for: its own name, or one that is the same up
  /// to the first dot; all of the cluster for no name.
  func mark(node: String, ranges: [TimeRange], of origin: SourceOrigin) throws {
    for host in try hosts(node: node, of: origin) {
      for range in ranges { try mark(host: host, range: range) }
    }
  }

  private func hosts(node: String, of origin: SourceOrigin) throws -> Set<Int64> {
    if node.isEmpty {
      return Set(
        try Int64.fetchAll(
          database, sql: "SELECT id FROM host WHERE site = ? AND cluster = ?",
          arguments: [origin.site, origin.cluster]))
    }
    let key = HostKey(site: origin.site, cluster: origin.cluster, name: node)
    let short = HostKey.short(node)
    var hosts = try Int64.fetchAll(
      database,
      sql: """
        SELECT id FROM host
        WHERE site = ? AND cluster = ? AND (name = ? OR name LIKE ? || '.%')
        """, arguments: [origin.site, origin.cluster, short, short])
    hosts.append(Identifier.of(key))
    return Set(hosts)
  }

  /// Hours whose facts are final are never stale.
  func mark(host: Int64, range: TimeRange) throws {
    let frozen = try Store.frozenUntil(in: database)
    let start = max(range.start.startOfHour, frozen ?? range.start.startOfHour)
    guard start < range.end else { return }
    try database.execute(
      sql: "INSERT OR IGNORE INTO stale_hour VALUES(?, ?, ?)",
      arguments: [
        host, start.milliseconds, range.end.endOfHour.milliseconds,
      ])
  }

  /// Notes that the hours of `range` are made; what reaches out of it stays stale.
  func clear(host: Int64, range: TimeRange) throws {
    let rows = try Row.fetchAll(
      database,
      sql:
        "SELECT start_ms, end_ms FROM stale_hour WHERE host_id = ? AND start_ms < ? AND end_ms > ?",
      arguments: [host, range.end.milliseconds, range.start.milliseconds])
    for row in rows {
      let start: Int64 = row[0]
      let end: Int64 = row[1]
      try database.execute(
        sql: "DELETE FROM stale_hour WHERE host_id = ? AND start_ms = ? AND end_ms = ?",
        arguments: [host, start, end])
      for (from, to) in [
        (start, min(end, range.start.milliseconds)), (max(start, range.end.milliseconds), end),
      ] where from < to {
        try mark(host: host, range: TimeRange(milliseconds: from..<to))
      }
    }
  }

  private struct ChangedGPU: Hashable {
    let uuid: String
    let host: String
  }

  /// The GPUs with samples in the window, before or after.
  private static func changed(in change: SampleChange) -> Set<ChangedGPU> {
    var gpus: Set<ChangedGPU> = []
    let range =
      change.isStepChanged
      ? TimeRange(change.day, change.day + UTCInstant.millisecondsPerDay) : change.range
    for frame in [change.old, change.new].compactMap({ $0 }) {
      for sighting in Sighting.all(in: frame.limited(to: range)) {
        gpus.insert(ChangedGPU(uuid: sighting.uuid, host: sighting.host))
      }
    }
    return gpus
  }

  private func reach(of gpu: ChangedGPU, on host: HostKey, _ change: SampleChange) throws
    -> TimeRange
  {
    let nextDay = change.day + UTCInstant.millisecondsPerDay
    let range = change.isStepChanged ? TimeRange(change.day, nextDay) : change.range
    let inDay = Self.neighbours(of: gpu, around: range, in: change.new)
    let key: StatementArguments = [
      Identifier.ofGPU(uuid: gpu.uuid), Identifier.of(host), change.day.milliseconds,
    ]
    let before =
      try inDay.before
      ?? Int64.fetchOne(
        database,
        sql: "SELECT max(last_ms) FROM sighting WHERE gpu_id = ? AND host_id = ? AND day_ms < ?",
        arguments: key)
    let after =
      try inDay.after
      ?? Int64.fetchOne(
        database,
        sql: "SELECT min(first_ms) FROM sighting WHERE gpu_id = ? AND host_id = ? AND day_ms > ?",
        arguments: key)
    // The hour of the sample after counts as well: a rival target may show the GPU later in it.
    return TimeRange(
      before.map { UTCInstant(milliseconds: $0) } ?? range.start,
      after.map { UTCInstant(milliseconds: $0 + 1) } ?? range.end + Self.speakingMax)
  }

  /// The GPU's last sample before `range` and its first after it, in the frame's own day.
  private static func neighbours(
    of gpu: ChangedGPU, around range: TimeRange, in frame: SampleFrame
  ) -> (before: Int64?, after: Int64?) {
    var before: Int64?
    var after: Int64?
    for series in frame.series
    where series.key.entity.uuid == gpu.uuid && series.key.entity.host == gpu.host {
      for run in series.runs {
        for time in frame.timestamps[run] {
          if time < range.start.milliseconds {
            before = max(before ?? time, time)
          } else if time >= range.end.milliseconds {
            after = min(after ?? time, time)
          }
        }
      }
    }
    return (before, after)
  }
}

extension Store {
  /// Notes that the ledgers of `hosts` in `ranges` have to be made again, together with the
  /// settings that say why, so that neither is stored without the other.
  package func markStale(
    hosts: [HostKey], ranges: [TimeRange], settings: [String: String]
  ) throws(StoreError) {
    try write { database in
      let registrar = Registrar(database: database)
      for host in hosts {
        try registrar.register(host)
        for range in ranges {
          try StaleHours(database: database).mark(host: Identifier.of(host), range: range)
        }
      }
      for (name, value) in settings { try Self.set(name, to: value, in: database) }
    }
  }

  /// The hours to roll up again, by host, joined where they overlap.
  package func staleHours() throws(StoreError) -> [(host: Int64, range: TimeRange)] {
    try read { database in
      var result: [(host: Int64, range: TimeRange)] = []
      let rows = try Row.fetchCursor(
        database, sql: "SELECT host_id, start_ms, end_ms FROM stale_hour ORDER BY 1, 2")
      while let row = try rows.next() {
        let host: Int64 = row[0]
        let range = TimeRange(milliseconds: row[1]..<row[2])
        if let last = result.last, last.host == host, range.start <= last.range.end {
          result[result.count - 1].range =
            TimeRange(last.range.start, max(last.range.end, range.end))
        } else {
          result.append((host, range))
        }
      }
      return result
    }
  }
}
