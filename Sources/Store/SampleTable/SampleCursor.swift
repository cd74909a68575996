import GRDBSQLite
import Quantities
import Records

/// A place in a scan: the sample that SQLite asks about, and the way to the next one.
final class SampleCursor {
  private let days: SampleDays
  private var filter = SampleFilter()
  private var day: SampleDay?
  /// The timestamps of the day that lie within the filter, as indices.
  private var span = 0..<0

  // The series of the current sample.
  private var series = -1
  private var host: HostKey?
  /// How many values of its metric lie before the series, in the day.
  private var valuesBefore = 0
  private var run = -1
  /// How many values of the series lie before its run.
  private var valuesBeforeRun = 0
  /// The current sample's index into the day's timestamps, and where the run's samples end.
  private var at = 0
  private var end = 0

  init(connection: OpaquePointer, table: SampleTable) throws(SampleScanError) {
    days = try SampleDays(connection: connection, table: table)
  }

  var isAtEnd: Bool { day == nil }

  /// Starts over at the first sample of the filter.
  func restart(_ filter: SampleFilter) throws(SampleScanError) {
    self.filter = filter
    try days.restart(filter)
    try openDay()
    try findSample()
  }

  func advance() throws(SampleScanError) {
    at += 1
    if at == end { try findSample() }
  }

  private func openDay() throws(SampleScanError) {
    day = nil
    day = try days.next()
    guard let day else { return }
    let times = day.frame.timestamps
    let first = Self.firstIndex(in: times, from: filter.first)
    let end = filter.last == .max ? times.count : Self.firstIndex(in: times, from: filter.last + 1)
    span = first..<max(first, end)
    series = -1
    valuesBefore = 0
    run = -1
    valuesBeforeRun = 0
  }

  /// Goes to the next run with samples in the filter: of this series, of a later one, of a later
  /// day.
  private func findSample() throws(SampleScanError) {
    while let frame = day?.frame {
      if series >= 0, run + 1 < frame.series[series].runs.count {
        if run >= 0 { valuesBeforeRun += frame.series[series].runs[run].count }
        run += 1
        let clipped = frame.series[series].runs[run].clamped(to: span)
        at = clipped.lowerBound
        end = clipped.upperBound
        if at < end { return }
      } else if series + 1 < frame.series.count {
        openNextSeries(of: frame)
      } else {
        try openDay()
      }
    }
  }

  /// Goes to the next series; one that the filter leaves out is passed by as one without runs.
  private func openNextSeries(of frame: SampleFrame) {
    if series >= 0 { valuesBefore += frame.series[series].values.count }
    series += 1
    let key = frame.series[series].key
    if series > 0, frame.series[series - 1].key.metric != key.metric { valuesBefore = 0 }
    valuesBeforeRun = 0
    host = day?.hosts[key.entity.host]
    let names: [(SampleTable.Column, String)] = [
      (.gpu, key.entity.uuid), (.host, key.entity.host), (.site, host?.site ?? ""),
      (.cluster, host?.cluster ?? ""),
    ]
    let isWanted = !span.isEmpty && names.allSatisfy { filter.names[$0]?.contains($1) ?? true }
    run = isWanted ? -1 : frame.series[series].runs.count
  }

  private static func firstIndex(in times: [Int64], from time: Int64) -> Int {
    var low = 0
    var high = times.count
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension SampleCursor {
  /// A number of the current sample that no other one has, and that is the same in every scan of
  /// one snapshot: SQLite tells by it which rows of `a OR b` it has had.
  ///
  /// A column of 2^32 values is beyond what a segment may hold.
  var rowNumber: Int64 {
    guard let day else { return 0 }
    let row = day.rows[day.frame.series[series].key.metric] ?? 0
    let place = valuesBefore + valueIndex
    return row << 32 | Int64(truncatingIfNeeded: place)
  }

  private var valueIndex: Int {
    guard let day else { return 0 }
    return valuesBeforeRun + at - day.frame.series[series].runs[run].lowerBound
  }

  /// Gives SQLite the current sample's value of a column.
  func tell(_ column: SampleTable.Column, to context: OpaquePointer) {
    guard let day else { return sqlite3_result_null(context) }
    switch column {
    case .time: sqlite3_result_int64(context, day.frame.timestamps[at])
    case .value: sqlite3_result_double(context, day.frame.series[series].values[valueIndex])
    case .source: tell(day.source, to: context)
    case .target: tell(day.target, to: context)
    default: tell(column, of: day.frame.series[series].key, to: context)
    }
  }

  private func tell(_ column: SampleTable.Column, of key: SeriesKey, to context: OpaquePointer) {
    switch column {
    case .site: tell(host?.site, to: context)
    case .cluster: tell(host?.cluster, to: context)
    case .host: tell(key.entity.host, to: context)
    case .gpu: tell(key.entity.uuid, to: context)
    case .metric: tell(key.metric.fieldName, to: context)
    case .namespace: tell(key.workload?.namespace, to: context)
    case .workload: tell(key.workload?.name, to: context)
    case .instance:
      if let instance = key.entity.instance {
        sqlite3_result_int64(context, Int64(instance))
      } else {
        sqlite3_result_null(context)
      }
    default: sqlite3_result_null(context)
    }
  }

  private func tell(_ text: String?, to context: OpaquePointer) {
    guard var text else { return sqlite3_result_null(context) }
    text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        sqlite3_result_text64(
          context, characters.baseAddress, UInt64(characters.count), .copied, UInt8(SQLITE_UTF8))
      }
    }
  }
}
