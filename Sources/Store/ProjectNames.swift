import GRDB
import Quantities
import Records

extension Store {
  /// Keeps what a source says of projects in one hour; what it said before stays said until then,
  /// or until the hour where it says otherwise now.
  ///
  /// - Parameters:
  ///   - observations: of the hour, one a project.
  ///   - unposting: hours to post again where anything is said that wasn't said before.
  package func keepProjects(
    _ observations: [Observation], of source: String, in hour: TimeRange, unposting: [UTCInstant]
  ) throws(StoreError) {
    try write { database in
      var isNew = false
      for observation in observations {
        precondition(observation.range == hour, "BUG: \(observation.range) is not \(hour)")
        let row = ProjectRow(database: database, source: source, observation: observation)
        if try row.write() { isNew = true }
      }
      guard isNew else { return }
      for hour in unposting {
        try database.execute(
          sql: "INSERT OR IGNORE INTO unposted_hour VALUES(?)", arguments: [hour.milliseconds])
      }
    }
  }

  /// How many projects a source named, and until when the last one was named; nil where it never did.
  package func projects(of source: String) throws(StoreError) -> (count: Int, end: UTCInstant)? {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT count(DISTINCT subject), max(end_ms) FROM observation WHERE source = ? AND kind = ?
          """, arguments: [source, Observation.Kind.project.rawValue])
      guard let row, let end: Int64 = row[1] else { return nil }
      return (row[0], UTCInstant(milliseconds: end))
    }
  }
}

/// What is said of one project.
private struct ProjectRow {
  let database: Database
  let source: String
  let observation: Observation

  private static let isThis = "source = ? AND kind = ? AND subject = ?"

  private var key: StatementArguments {
    [source, observation.kind.rawValue, observation.subject]
  }

  /// - Returns: whether it was said otherwise before, or not at all.
  func write() throws -> Bool {
    let hour = observation.range
    let attributes = AttributeText.json(observation.attributes)
    // Something else that was said in the same hour gives way.
    try database.execute(
      sql: """
        DELETE FROM observation
        WHERE \(Self.isThis) AND attributes <> ? AND start_ms >= ? AND start_ms < ?
        """,
      arguments: key + [attributes, hour.start.milliseconds, hour.end.milliseconds])
    let last = try Row.fetchOne(
      database,
      sql: """
        SELECT attributes, start_ms, end_ms FROM observation
        WHERE \(Self.isThis) AND start_ms < ? ORDER BY start_ms DESC LIMIT 1
        """, arguments: key + [hour.end.milliseconds])
    if let last, last["attributes"] == attributes {
      try setEnd(max(last["end_ms"], hour.end.milliseconds), from: last["start_ms"])
      return false
    }
    if let last, last["end_ms"] > hour.start.milliseconds {
      try setEnd(hour.start.milliseconds, from: last["start_ms"])
    }
    try database.execute(
      sql: "INSERT INTO observation VALUES(?, ?, ?, ?, ?, ?)",
      arguments: key + [attributes, hour.start.milliseconds, hour.end.milliseconds])
    return true
  }

  private func setEnd(_ end: Int64, from start: Int64) throws {
    try database.execute(
      sql: "UPDATE observation SET end_ms = ? WHERE \(Self.isThis) AND start_ms = ?",
      arguments: [end] + key + [start])
  }
}
