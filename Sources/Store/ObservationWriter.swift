import GRDB
import Quantities
import Records

/// Puts a window's observations in the place of those that the store has of it.
///
/// Ranges of one saying that meet are one row, and a window cuts what reaches into it: whatever
/// the order in which windows came, the rows are the same.
struct ObservationWriter {
  let database: Database
  let source: String

  private struct Saying: Hashable {
    let kind: Int
    let subject: String
    let attributes: String
  }

  /// What the ledger of a host depends on.
  private static let ledgerKinds = [
    Observation.Kind.outage, .schedulerNode, .gpuNumbers,
  ].map(\.rawValue)

  /// - Returns: the nodes of which something is said otherwise now that their ledger depends on.
  func replace(_ observations: [Observation], in range: TimeRange) throws -> [String] {
    var ranges = ReplacedRanges(try touching(range), in: range)
    for observation in observations {
      ranges.add(Self.saying(of: observation), observation.range)
    }
    var nodes: Set<String> = []
    var volumes = ChangedVolumes(database: database, source: source)
    for (saying, old, new) in ranges.changes {
      try rewrite(saying, from: old, to: new)
      if Self.ledgerKinds.contains(saying.kind) { nodes.insert(saying.subject) }
      if saying.kind == Observation.Kind.volume.rawValue {
        volumes.note(saying.subject, from: old, to: new)
      }
    }
    try volumes.markUnposted()
    return nodes.sorted()
  }

  /// Puts observations of one kind and subject in the place of all that the store has of it.
  ///
  /// - Returns: when something else was or is said.
  func replaceAll(
    _ kind: Observation.Kind, of subject: String, _ observations: [Observation]
  ) throws -> [TimeRange] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT attributes, start_ms, end_ms FROM observation
        WHERE source = ? AND kind = ? AND subject = ? ORDER BY start_ms
        """, arguments: [source, kind.rawValue, subject])
    var old: [Saying: [TimeRange]] = [:]
    for row in rows {
      let saying = Saying(kind: kind.rawValue, subject: subject, attributes: row[0])
      old[saying, default: []].append(TimeRange(milliseconds: row[1]..<row[2]))
    }
    var new: [Saying: [TimeRange]] = [:]
    for observation in observations {
      new[Self.saying(of: observation), default: []].append(observation.range)
    }
    var changed: [TimeRange] = []
    for saying in Set(old.keys).union(new.keys) {
      let (before, after) = (old[saying] ?? [], TimeRange.joined(new[saying] ?? []))
      if before == after { continue }
      try rewrite(saying, from: before, to: after)
      changed += before + after
    }
    return TimeRange.joined(changed)
  }

  private func touching(_ range: TimeRange) throws -> [Saying: [TimeRange]] {
    var result: [Saying: [TimeRange]] = [:]
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT kind, subject, attributes, start_ms, end_ms FROM observation
        WHERE source = ? AND end_ms >= ? AND start_ms <= ? ORDER BY start_ms
        """, arguments: [source, range.start.milliseconds, range.end.milliseconds])
    while let row = try rows.next() {
      let saying = Saying(kind: row[0], subject: row[1], attributes: row[2])
      result[saying, default: []].append(TimeRange(milliseconds: row[3]..<row[4]))
    }
    return result
  }

  private func rewrite(_ saying: Saying, from old: [TimeRange], to new: [TimeRange]) throws {
    for range in old {
      try database.execute(
        sql: """
          DELETE FROM observation
          WHERE source = ? AND kind = ? AND subject = ? AND attributes = ? AND start_ms = ?
          """,
        arguments: [
          source, saying.kind, saying.subject, saying.attributes, range.start.milliseconds,
        ])
    }
    for range in new {
      try database.execute(
        sql: "INSERT INTO observation VALUES(?, ?, ?, ?, ?, ?)",
        arguments: [
          source, saying.kind, saying.subject, saying.attributes, range.start.milliseconds,
          range.end.milliseconds,
        ])
    }
  }

  private static func saying(of observation: Observation) -> Saying {
    Saying(
      kind: observation.kind.rawValue, subject: observation.subject,
      attributes: AttributeText.json(observation.attributes))
  }
}

extension Store {
  /// What sources of one cluster say in `range`, oldest first.
  package func observations(_ kind: Observation.Kind, sources: [String], in range: TimeRange)
    throws(StoreError) -> [Observation]
  {
    try observations(kind, sources: sources, "end_ms > ? AND start_ms < ?", [], in: range)
  }

  /// What sources say in `range` of the host of that name, or one that is the same up to the first
  /// dot, oldest first.
  package func observations(
    _ kind: Observation.Kind, of host: String, sources: [String], in range: TimeRange
  ) throws(StoreError) -> [Observation] {
    let short = HostKey.short(host)
    // Two questions: of either name at once, SQLite would read all that the source says.
    let plain = try observations(
      kind, sources: sources, "subject = ? AND +end_ms > ? AND start_ms < ?", [short], in: range)
    let longer = try observations(
      kind, sources: sources, "subject >= ? AND subject < ? AND +end_ms > ? AND start_ms < ?",
      [short + ".", short + "/"],  // the character after the dot
      in: range)
    return longer.isEmpty
      ? plain
      : (plain + longer).sorted { one, other in
        (one.range.start, one.range.end, one.subject) < (
          other.range.start, other.range.end, other.subject
        )
      }
  }

  /// - Parameter arguments: of `condition`, before the ends of `range`.
  private func observations(
    _ kind: Observation.Kind, sources: [String], _ condition: String,
    _ arguments: StatementArguments, in range: TimeRange
  ) throws(StoreError) -> [Observation] {
    try read { database in
      var result: [Observation] = []
      for source in sources.sorted() {
        let rows = try Row.fetchCursor(
          database,
          sql: """
            SELECT subject, attributes, start_ms, end_ms FROM observation
            WHERE source = ? AND kind = ? AND \(condition)
            ORDER BY start_ms, end_ms, subject, attributes
            """,
          arguments: [source, kind.rawValue] + arguments
            + [range.start.milliseconds, range.end.milliseconds])
        while let row = try rows.next() {
          result.append(
            Observation(
              kind: kind, subject: row[0], attributes: AttributeText.attributes(row[1]),
              range: TimeRange(milliseconds: row[2]..<row[3])))
        }
      }
      return result
    }
  }
}
