import GRDB
import Quantities
import Records

/// The table of what was refused.
enum RejectionTable {
  /// The window of what tells of no hours: a list that holds until it is replaced. From 1970 to the
  /// last day that dates can name.
  static let always = TimeRange(milliseconds: 0..<253_402_300_800_000)

  /// Puts a window's rejections in the place of those that the store has of it.
  static func replace(
    _ rejections: [Rejection], of source: String, in range: TimeRange, _ database: Database
  ) throws {
    let (start, end) = (range.start.milliseconds, range.end.milliseconds)
    try database.execute(
      sql: "DELETE FROM rejection WHERE source = ? AND start_ms >= ? AND end_ms <= ?",
      arguments: [source, start, end])
    try add(rejections, of: source, in: range, database)
  }

  /// Adds to what the store has of a window.
  static func add(
    _ rejections: [Rejection], of source: String, in range: TimeRange, _ database: Database
  ) throws {
    let (start, end) = (range.start.milliseconds, range.end.milliseconds)
    for rejection in rejections {
      try database.execute(
        sql: "INSERT INTO rejection VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          source, start, end, rejection.place, rejection.rule, rejection.found,
          rejection.expected, rejection.count,
        ])
    }
  }
}
