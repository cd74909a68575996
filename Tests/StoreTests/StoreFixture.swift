import Foundation
import GRDB
import Quantities
import Records
import Testing

@testable import Store

/// A folder of its own for one test, removed with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("gputally-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }
}

/// A new store, and what tests put into it and ask of it.
struct StoreFixture {
  static let origin = SourceOrigin(name: "prometheus", site: "fra", cluster: "c1")
  /// A Monday.
  static let day = UTCInstant(milliseconds: 1_795_392_000_000)
  let folder: TemporaryFolder
  let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store(path: folder.file("store.sqlite"), access: .write(holder: "a test"))
  }

  /// The hours `hours` of the test's day, or of one `daysLater`.
  static func hours(_ hours: Range<Int64>, daysLater: Int64 = 0) -> TimeRange {
    let start = day.milliseconds + daysLater * UTCInstant.millisecondsPerDay
    return TimeRange(
      milliseconds: (start + hours.lowerBound * 3_600_000)..<(start + hours.upperBound * 3_600_000))
  }

  func collect(_ window: CollectedWindow, isReplacing: Bool = true) throws {
    let writer = store.window(window.range, of: Self.origin)
    for frame in window.frames { try writer.add(frame) }
    try writer.commit(window, isReplacing: isReplacing)
  }

  /// All rows of a query, as text.
  func rows(_ sql: String) throws -> [String] {
    try store.read { database in
      try Row.fetchAll(database, sql: sql).map { row in
        row.databaseValues.map(\.description).joined(separator: "|")
      }
    }
  }

  /// The rows that hang on samples and observations alone, not on the way they came.
  func contents() throws -> [String] {
    try
      (rows("SELECT 'segment', *, hex(bytes) FROM segment")
      + rows("SELECT 'sighting', * FROM sighting")
      + rows("SELECT 'demand', * FROM demand")
      + rows("SELECT 'observation', * FROM observation")
      + rows("SELECT 'hour', * FROM source_hour") + rows("SELECT 'gpu', * FROM gpu")
      + rows("SELECT 'workload', * FROM workload") + rows("SELECT 'rejection', * FROM rejection"))
      .sorted()
  }

  func frame(of target: String, daysLater: Int64 = 0) throws -> SampleFrame {
    try store.frame(
      StoredDay(
        source: Self.origin.name, target: target,
        day: Self.day + daysLater * UTCInstant.millisecondsPerDay, step: nil))
  }

  /// The stale hours of a host, from the test's day on: `10-13`.
  func staleHours(of host: String) throws -> [String] {
    let key = HostKey(site: Self.origin.site, cluster: Self.origin.cluster, name: host)
    return try store.staleHours().filter { $0.host == Identifier.of(key) }.map {
      let hours = [$0.range.start, $0.range.end].map { ($0 - Self.day) / 3_600_000 }
      return "\(hours[0])-\(hours[1])"
    }
  }

  func forgetStaleHours() throws {
    try store.write { try $0.execute(sql: "DELETE FROM stale_hour") }
  }
}

/// A frame of one GPU that a workload holds at some minutes of the test's day.
func frame(
  _ target: String, gpu: String = "GPU-1", host: String = "node-1", workload: String? = "train",
  minutes: [Int64], value: Double = 50, daysLater: Int64 = 0
) -> SampleFrame {
  let entity = GPUEntity(uuid: gpu, instance: nil, slices: nil, model: "H100", host: host)
  let key = SeriesKey(
    metric: .gpuUtilization, entity: entity,
    workload: workload.map { WorkloadKey(kind: .pod, namespace: "ml", name: $0, uid: "") })
  let start = StoreFixture.day.milliseconds + daysLater * UTCInstant.millisecondsPerDay
  return SampleFrame(
    target: target,
    points: [
      SeriesPoints(
        key: key, timestamps: minutes.map { start + $0 * 60_000 },
        values: minutes.map { _ in value })
    ])
}

/// The lines that only one of two lists has.
func differences(_ found: [String], from expected: [String]) -> [String] {
  if found == expected { return [] }
  return found.filter { !expected.contains($0) }.map { "found: " + $0.prefix(160) }
    + expected.filter { !found.contains($0) }.map { "expected: " + $0.prefix(160) }
    + ["\(found.count) lines, expected \(expected.count)"]
}
