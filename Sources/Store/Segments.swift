import Columnar
import Foundation
import GRDB
import Quantities
import Records

/// A target's day and where its samples are.
package struct StoredDay: Hashable, Sendable {
  package let source: String
  package let target: String
  package let day: UTCInstant
  /// The median step of its timestamps.
  package let step: Int64?
}

extension Store {
  /// The stored columns of a target's day, in the order of their metrics.
  func columns(of source: String, target: String, day: UTCInstant) throws(StoreError)
    -> [(metric: Int, bytes: [UInt8])]
  {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT metric, bytes FROM segment WHERE source = ? AND target = ? AND day_ms = ?
          ORDER BY metric
          """, arguments: [source, target, day.milliseconds]
      ).map { row in
        let bytes: Data = row[1]
        return (metric: row[0], bytes: [UInt8](bytes))
      }
    }
  }

  static func decoded(
    source: String, target: String, day: UTCInstant, _ columns: [(metric: Int, bytes: [UInt8])]
  ) throws(StoreError) -> SampleFrame {
    do {
      return try FrameCodec.decode(target: target, columns: columns)
    } catch {
      throw .corruptSegment(
        source: source, target: target, day: "\(CivilDate(instant: day))",
        column: FrameCodec.brokenColumn(of: columns), error)
    }
  }

  /// Decodes all of a target's day, and sums its samples again where the store keeps sums of them.
  ///
  /// - Returns: whether the sums are right.
  func check(_ day: StoredDay) throws(StoreError) -> Bool {
    let columns = try columns(of: day.source, target: day.target, day: day.day)
    let frame = try Self.decoded(
      source: day.source, target: day.target, day: day.day, columns)
    do {
      guard let summary = try FrameCodec.summary(of: columns) else { return true }
      return summary == DaySummary(of: frame, lines: FrameLines(frame))
    } catch {
      throw .corruptSegment(
        source: day.source, target: day.target, day: "\(CivilDate(instant: day.day))",
        column: FrameCodec.brokenColumn(of: columns), error)
    }
  }

  /// The samples of a target's day; an empty frame where there are none.
  package func frame(_ day: StoredDay) throws(StoreError) -> SampleFrame {
    let columns = try columns(of: day.source, target: day.target, day: day.day)
    guard !columns.isEmpty else {
      return SampleFrame(target: day.target, timestamps: [], series: [])
    }
    return try Self.decoded(source: day.source, target: day.target, day: day.day, columns)
  }

  /// The targets with samples of `source` on a UTC day.
  func targets(of source: String, day: UTCInstant) throws(StoreError) -> [String] {
    try read {
      try String.fetchAll(
        $0,
        sql: """
          SELECT target FROM segment WHERE source = ? AND day_ms = ? AND metric = 0
          ORDER BY target
          """, arguments: [source, day.milliseconds])
    }
  }

  /// The days to read for the hours `range` of a host: those in it, and of each of its GPUs the
  /// nearest day before and after, where the neighbouring samples are.
  package func days(of host: Int64, around range: TimeRange) throws(StoreError) -> [StoredDay] {
    try read { database in
      let first = range.start.startOfDay.milliseconds
      let last = (range.end - 1).startOfDay.milliseconds
      let rows = try Row.fetchCursor(
        database,
        sql: """
          WITH gpus AS (SELECT DISTINCT gpu_id FROM sighting WHERE host_id = :host),
          wanted AS (
            SELECT day_ms FROM sighting WHERE host_id = :host AND day_ms BETWEEN :first AND :last
            UNION
            SELECT (SELECT max(day_ms) FROM sighting s
              WHERE s.gpu_id = g.gpu_id AND s.host_id = :host AND s.day_ms < :first) FROM gpus g
            UNION
            SELECT (SELECT min(day_ms) FROM sighting s
              WHERE s.gpu_id = g.gpu_id AND s.host_id = :host AND s.day_ms > :last) FROM gpus g)
          SELECT DISTINCT s.source, s.target, s.day_ms, f.step_ms
          FROM sighting s JOIN segment f
            ON f.source = s.source AND f.target = s.target AND f.day_ms = s.day_ms AND f.metric = 0
          WHERE s.host_id = :host AND s.day_ms IN wanted
          ORDER BY s.day_ms, s.source, s.target
          """, arguments: ["host": host, "first": first, "last": last])
      var days: [StoredDay] = []
      while let row = try rows.next() {
        days.append(
          StoredDay(
            source: row[0], target: row[1], day: UTCInstant(milliseconds: row[2]), step: row[3]))
      }
      return days
    }
  }
}
