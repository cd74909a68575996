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
    let old = try touching(range)
    var new = old.mapValues { ranges in ranges.flatMap { $0.without(range) } }
    for observation in observations {
      guard let part = observation.range.intersection(range) else { continue }
      new[Self.saying(of: observation), default: []].append(part)
    }
    new = new.mapValues(TimeRange.joined)
    var nodes: Set<String> = []
    for (saying, ranges) in new where ranges != old[saying] {
      try rewrite(saying, from: old[saying] ?? [], to: ranges)
      if Self.ledgerKinds.contains(saying.kind) { nodes.insert(saying.subject) }
    }
    return nodes.sorted()
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

extension TimeRange {
  /// Ranges in the order of time, those that meet as one.
  static func joined(_ ranges: [TimeRange]) -> [TimeRange] {
    var result: [TimeRange] = []
    for range in ranges.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      if let last = result.last, range.start <= last.end {
        result[result.count - 1] = TimeRange(last.start, max(last.end, range.end))
      } else {
        result.append(range)
      }
    }
    return result
  }

  /// What is left of this range outside `other`.
  func without(_ other: TimeRange) -> [TimeRange] {
    [
      start < other.start ? TimeRange(start, min(end, other.start)) : nil,
      end > other.end ? TimeRange(max(start, other.end), end) : nil,
    ].compactMap { $0 }
  }
}

extension Store {
  /// What sources of one cluster say in `range`, oldest first.
  package func observations(_ kind: Observation.Kind, sources: [String], in range: TimeRange)
    throws(StoreError) -> [Observation]
  {
    try read { database in
      var result: [Observation] = []
      for source in sources.sorted() {
        let rows = try Row.fetchCursor(
          database,
          sql: """
            SELECT subject, attributes, start_ms, end_ms FROM observation
            WHERE source = ? AND kind = ? AND end_ms > ? AND start_ms < ?
            ORDER BY start_ms, end_ms, subject, attributes
            """,
          arguments: [source, kind.rawValue, range.start.milliseconds, range.end.milliseconds])
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

  /// What sources say in `range` of the host of that name, or one that is the same up to the first
  /// dot, oldest first.
  package func observations(
    _ kind: Observation.Kind, of host: String, sources: [String], in range: TimeRange
  ) throws(StoreError) -> [Observation] {
    try read { database in
      let short = ClaimRow.short(host)
      var result: [Observation] = []
      for source in sources.sorted() {
        let rows = try Row.fetchCursor(
          database,
          sql: """
            SELECT subject, attributes, start_ms, end_ms FROM observation
            WHERE source = ? AND kind = ? AND (subject = ? OR subject >= ? AND subject < ?)
              AND +end_ms > ? AND start_ms < ?
            ORDER BY start_ms, end_ms, subject, attributes
            """,
          arguments: [
            source, kind.rawValue, short, short + ".", short + "/",  // the character after the dot
            range.start.milliseconds, range.end.milliseconds,
          ])
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
