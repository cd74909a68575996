import GRDBSQLite
import Quantities
import Records

/// A target's day that a scan reads, decoded.
struct SampleDay {
  let source: String
  let target: String
  let frame: SampleFrame
  /// The hosts that the day shows, by their names.
  let hosts: [String: HostKey]
  /// The numbers of the rows of `segment` that hold the metrics.
  let rows: [Metric: Int64]
}

/// The target's days that a filter leaves, one after the other, of each only the metrics asked for.
final class SampleDays {
  private struct Place: Equatable {
    let source: String
    let target: String
    let day: Int64
    let metrics: [Metric]
  }

  private let connection: OpaquePointer
  private let table: SampleTable
  private let columns: NestedStatement
  private let hosts: NestedStatement
  private var places: NestedStatement?
  private var metrics: [Metric] = []
  /// The day decoded last: a join asks for the same one many times.
  private var last: (place: Place, day: SampleDay?)?

  init(connection: OpaquePointer, table: SampleTable) throws(SampleScanError) {
    self.connection = connection
    self.table = table
    columns = try NestedStatement(
      """
      SELECT metric, bytes, rowid FROM segment
      WHERE source = ?1 AND target = ?2 AND day_ms = ?3
        AND (metric = 0 OR (1 << metric) & ?4) ORDER BY metric
      """, on: connection)
    hosts = try NestedStatement(
      """
      SELECT DISTINCT h.site, h.cluster, h.name FROM sighting s JOIN host h ON h.id = s.host_id
      WHERE s.source = ?1 AND s.target = ?2 AND s.day_ms = ?3
      """, on: connection)
  }

  /// Starts over with another filter.
  func restart(_ filter: SampleFilter) throws(SampleScanError) {
    places = nil
    metrics = filter.metrics
    guard !filter.isEmpty, !metrics.isEmpty, filter.first <= filter.last else { return }
    let search = SampleDaySearch(filter)
    let statement = try NestedStatement(search.sql, on: connection)
    try statement.restart(search.values)
    places = statement
  }

  /// The next day with any of the metrics, nil after the last one.
  func next() throws(SampleScanError) -> SampleDay? {
    while let places, try places.step() {
      let place = Place(
        source: places.text(0), target: places.text(1), day: places.integer(2), metrics: metrics)
      if last?.place != place { last = (place, try decoded(place)) }
      if let day = last?.day { return day }
    }
    places = nil
    return nil
  }

  private func decoded(_ place: Place) throws(SampleScanError) -> SampleDay? {
    // What the last day holds in memory is let go first.
    last = nil
    let key: [Cell] = [.text(place.source), .text(place.target), .integer(place.day)]
    try columns.restart(key + [.integer(place.metrics.reduce(0) { $0 | 1 << $1.rawValue })])
    var bytes: [(metric: Int, bytes: [UInt8])] = []
    var rows: [Metric: Int64] = [:]
    while try columns.step() {
      let number = Int(columns.integer(0))
      bytes.append((number, columns.bytes(1)))
      if let metric = Metric(rawValue: number) { rows[metric] = columns.integer(2) }
    }
    guard !rows.isEmpty else { return nil }
    table.count(decodedColumns: rows.count)
    let frame: SampleFrame
    do {
      frame = try Store.decoded(
        source: place.source, target: place.target, day: UTCInstant(milliseconds: place.day), bytes)
    } catch {
      throw .store(error)
    }
    try hosts.restart(key)
    var byName: [String: HostKey] = [:]
    while try hosts.step() {
      let host = HostKey(site: hosts.text(0), cluster: hosts.text(1), name: hosts.text(2))
      byName[host.name] = host
    }
    return SampleDay(
      source: place.source, target: place.target, frame: frame, hosts: byName, rows: rows)
  }
}

/// The statement that finds the target's days of a filter.
///
/// GPUs and hosts are looked up where they were sighted; without them the days come in the order
/// in which `segment` has them, so that nothing has to be sorted or kept.
struct SampleDaySearch {
  let sql: String
  private(set) var values: [Cell] = []

  init(_ filter: SampleFilter) {
    let day = UTCInstant.millisecondsPerDay
    var values: [Cell] = [
      // A day's start may lie a day before the first sample that counts.
      .integer(filter.first < .min + day ? .min : filter.first - day), .integer(filter.last),
      .integer(filter.first), .integer(filter.last),
    ]
    func list(_ column: SampleTable.Column) -> String? {
      guard let names = filter.names[column] else { return nil }
      let marks = names.sorted().map { name in
        values.append(.text(name))
        return "?\(values.count)"
      }
      return "(\(marks.joined(separator: ", ")))"
    }
    let spans = "day_ms BETWEEN ?1 AND ?2 AND last_ms >= ?3 AND first_ms <= ?4"
    let hostTerms = [("site", list(.site)), ("cluster", list(.cluster)), ("name", list(.host))]
      .compactMap { name, list in list.map { "\(name) IN \($0)" } }
    let hosts =
      hostTerms.isEmpty
      ? "" : " AND host_id IN (SELECT id FROM host WHERE \(hostTerms.joined(separator: " AND ")))"
    let gpus = list(.gpu).map { " AND gpu_id IN (SELECT id FROM gpu WHERE uuid IN \($0))" } ?? ""
    if gpus.isEmpty && filter.names[.host] == nil {
      let sighted =
        hosts.isEmpty
        ? ""
        : """
         AND EXISTS (SELECT 1 FROM sighting s WHERE s.source = f.source
          AND s.target = f.target AND s.day_ms = f.day_ms\(hosts))
        """
      sql = """
        SELECT source, target, day_ms FROM segment f WHERE metric = 0 AND \(spans)\(sighted)
        ORDER BY source, target, day_ms
        """
    } else {
      sql = """
        SELECT DISTINCT source, target, day_ms FROM sighting WHERE \(spans)\(gpus)\(hosts)
        ORDER BY source, target, day_ms
        """
    }
    self.values = values
  }
}
