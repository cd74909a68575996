import Columnar
import GRDB
import Quantities
import Records

/// A host and the scrape targets that show its GPUs in a span.
package struct SightedHost: Sendable {
  package let id: Int64
  package let targets: [(source: String, target: String)]
  /// Whether one target alone shows the host, and nothing else, and its GPUs nowhere else.
  package let isAlone: Bool
}

extension Store {
  /// The hosts with samples on the days from `first` to `last`, in the order of their numbers.
  package func sightedHosts(from first: UTCInstant, to last: UTCInstant) throws(StoreError)
    -> [SightedHost]
  {
    struct Target: Hashable {
      let source: String
      let target: String
    }
    var targets: [Int64: Set<Target>] = [:]
    var hosts: [Target: Set<Int64>] = [:]
    var moved: Set<Int64> = []
    try read { database in
      let rows = try RawStatement(
        """
        SELECT DISTINCT gpu_id, host_id, source, target FROM sighting
        WHERE day_ms BETWEEN ? AND ? ORDER BY gpu_id
        """, in: database)
      rows.bind(first.milliseconds, at: 1)
      rows.bind(last.milliseconds, at: 2)
      var previous: (gpu: Int64, host: Int64)?
      while try rows.step() {
        let (gpu, host) = (rows.number(0), rows.number(1))
        let target = Target(source: rows.text(2), target: rows.text(3))
        targets[host, default: []].insert(target)
        hosts[target, default: []].insert(host)
        if let previous, previous.gpu == gpu { moved.formUnion([previous.host, host]) }
        previous = (gpu, host)
      }
    }
    return targets.keys.sorted().map { host in
      let its = targets[host] ?? []
      return SightedHost(
        id: host,
        targets: its.sorted { ($0.source, $0.target) < ($1.source, $1.target) }
          .map { ($0.source, $0.target) },
        isAlone: its.count == 1 && !moved.contains(host)
          && its.allSatisfy { hosts[$0]?.count == 1 })
    }
  }

  /// Reads the days of one target from `first` to `last`, in order; what isn't asked for of a day
  /// is not read.
  ///
  /// - Parameters:
  ///   - isForMeans: whether of the sums utilization and power are all that is asked for.
  ///   - body: says whether to go on; it may not read the store by another way.
  package func forEachDay(
    of target: (source: String, target: String), from first: UTCInstant, to last: UTCInstant,
    isForMeans: Bool = false, _ body: (DayColumns) throws -> Bool
  ) throws {
    try pool.read { database in
      let rows = try RawStatement(
        """
        SELECT day_ms, metric, bytes FROM segment
        WHERE source = ?1 AND target = ?2 AND day_ms BETWEEN ?3 AND ?4 AND metric IN (0, 255)
        ORDER BY day_ms, metric
        """, in: database)
      rows.bind(target.source, at: 1)
      rows.bind(target.target, at: 2)
      rows.bind(first.milliseconds, at: 3)
      rows.bind(last.milliseconds, at: 4)
      let metrics = try RawStatement(
        """
        SELECT bytes FROM segment WHERE source = ?1 AND target = ?2 AND day_ms = ?3 AND metric = ?4
        """, in: database)
      metrics.bind(target.source, at: 1)
      metrics.bind(target.target, at: 2)
      var head: (day: Int64, bytes: [UInt8])?
      func hand(_ summary: [UInt8]?) throws -> Bool {
        guard let found = head else { return true }
        head = nil
        return try body(
          try columns(of: target, found, summary: summary, isForMeans: isForMeans) { day, metric in
            metrics.bind(day, at: 3)
            metrics.bind(Int64(metric.rawValue), at: 4)
            defer { metrics.reset() }
            return try metrics.step() ? metrics.bytes(0) : nil
          })
      }
      while try rows.step() {
        if rows.number(1) == 0 {
          guard try hand(nil) else { return }
          head = (rows.number(0), rows.bytes(2))
        } else {
          guard try hand(rows.bytes(2)) else { return }
        }
      }
      _ = try hand(nil)
    }
  }

  private func columns(
    of target: (source: String, target: String), _ head: (day: Int64, bytes: [UInt8]),
    summary: [UInt8]?, isForMeans: Bool, load: @escaping (Int64, Metric) throws -> [UInt8]?
  ) throws -> DayColumns {
    let day = UTCInstant(milliseconds: head.day)
    do throws(ColumnarError) {
      let decoded = try summary.flatMap { summary throws(ColumnarError) in
        try FrameCodec.summary(
          of: [(0, head.bytes), (FrameCodec.summaryNumber, summary)], isForMeans: isForMeans)
      }
      return DayColumns(day: day, summary: decoded) { try load(head.day, $0) }
    } catch {
      throw StoreError.corruptSegment(
        source: target.source, target: target.target, day: "\(CivilDate(instant: day))",
        column: "summary", error)
    }
  }
}
