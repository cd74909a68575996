import GRDB
import Quantities
import Records

/// Volumes of which something else is said now: their hours are to be posted again.
package struct ChangedVolumes {
  /// A silence that isn't longer, between two sayings of a volume, is part of its life.
  package static let silenceMillisecondsMax = 7 * UTCInstant.millisecondsPerDay

  let database: Database
  let source: String
  private var changed: [String: [TimeRange]] = [:]

  init(database: Database, source: String) {
    self.database = database
    self.source = source
  }

  /// Notes that a saying of a volume holds in other ranges now.
  mutating func note(_ volume: String, from old: [TimeRange], to new: [TimeRange]) {
    changed[volume, default: []] +=
      old.flatMap { $0.without(new) } + new.flatMap { $0.without(old) }
  }

  /// Marks the hours that changed, and the silences that they begin or end.
  func markUnposted() throws {
    if changed.isEmpty { return }
    // Where something is said right up to a piece, or right after it, that is its own end.
    let before = try RawStatement(
      "SELECT max(min(end_ms, ?4)) FROM observation \(Self.ofVolume) AND start_ms < ?4",
      in: database)
    let after = try RawStatement(
      "SELECT min(max(start_ms, ?4)) FROM observation \(Self.ofVolume) AND end_ms > ?4",
      in: database)
    for statement in [before, after] {
      statement.bind(source, at: 1)
      statement.bind(Int64(Observation.Kind.volume.rawValue), at: 2)
    }
    var ranges: [TimeRange] = []
    for (volume, pieces) in changed {
      for piece in TimeRange.joined(pieces) {
        let start = try neighbour(of: piece.start, volume, before)
        let end = try neighbour(of: piece.end, volume, after)
        ranges.append(TimeRange(min(start, piece.start), max(end, piece.end)))
      }
    }
    let mark = try RawStatement("INSERT OR IGNORE INTO unposted_hour VALUES(?)", in: database)
    for range in TimeRange.joined(ranges) {
      var hour = range.start.startOfHour
      while hour < range.end {
        mark.bind(hour.milliseconds, at: 1)
        try mark.run()
        hour = hour + UTCInstant.millisecondsPerHour
      }
    }
  }

  private static let ofVolume = "WHERE source = ?1 AND kind = ?2 AND subject = ?3"

  /// Where the volume is told of next to `instant`, or that itself where it is told of too far away.
  private func neighbour(
    of instant: UTCInstant, _ volume: String, _ statement: RawStatement
  ) throws -> UTCInstant {
    statement.bind(volume, at: 3)
    statement.bind(instant.milliseconds, at: 4)
    defer { statement.reset() }
    guard try statement.step(), let found = statement.optionalNumber(0),
      (found - instant.milliseconds).magnitude <= Self.silenceMillisecondsMax
    else { return instant }
    return UTCInstant(milliseconds: found)
  }
}
