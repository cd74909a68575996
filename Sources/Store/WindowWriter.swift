import Columnar
import Foundation
import GRDB
import Quantities
import Records
import Synchronization

/// Takes in what one source said of one window, and stores it in one transaction.
///
/// Frames are encoded as they come, so that a whole day of a large fleet never lies in memory
/// undone. Until ``commit(_:isReplacing:)`` nothing is written.
package final class WindowWriter: Sendable {
  private let store: Store
  private let origin: SourceOrigin
  private let range: TimeRange
  private let day: UTCInstant
  private let taken = Mutex(Taken())

  private struct Taken {
    var targets: Set<String> = []
    /// Only what differs from what is stored.
    var changed: [TargetDay] = []
  }

  /// - Parameter range: inside one UTC day.
  init(store: Store, origin: SourceOrigin, range: TimeRange) {
    precondition(
      !range.isEmpty && (range.end - 1).startOfDay == range.start.startOfDay,
      "BUG: a window must lie in one UTC day, got \(range)")
    self.store = store
    self.origin = origin
    self.range = range
    day = range.start.startOfDay
  }

  /// Takes one target's samples of the window; what the store has of the target's day outside
  /// the window is kept.
  package func add(_ frame: SampleFrame) throws(StoreError) {
    let isNew = taken.withLock { $0.targets.insert(frame.target).inserted }
    precondition(isNew, "BUG: target \(frame.target) came twice")
    for time in [frame.timestamps.first, frame.timestamps.last].compactMap({ $0 }) {
      precondition(
        range.contains(UTCInstant(milliseconds: time)), "BUG: a sample at \(time), not in \(range)")
    }
    let target = try merged(frame)
    if target.isChanged { taken.withLock { $0.changed.append(target) } }
  }

  /// Stores the window: samples, observations, waits, machines, rejections and how complete it
  /// is.
  ///
  /// - Parameter isReplacing: whether targets that didn't come lose what they had in the window.
  package func commit(_ window: CollectedWindow, isReplacing: Bool = true) throws(StoreError) {
    try store.checkIsOpen(range)
    if isReplacing {
      let targets = taken.withLock { $0.targets }
      for target in try store.targets(of: origin.name, day: day) where !targets.contains(target) {
        try add(SampleFrame(target: target, timestamps: [], series: []))
      }
    }
    let changed = taken.withLock { taken in
      defer { taken.changed = [] }
      return taken.changed.sorted { $0.frame.target < $1.frame.target }
    }
    try store.write { database in
      for target in changed { try self.replace(target, in: database) }
      try Registrar(database: database).register(
        nodes: window.observations.filter(\.isSchedulerNodeWithGPUs).map(\.subject), of: self.origin
      )
      let nodes = try ObservationWriter(database: database, source: origin.name)
        .replace(window.observations, in: range)
      try DemandWriter(database: database, origin: origin).replace(window.demands, in: range)
      for node in nodes {
        try StaleHours(database: database).mark(node: node, ranges: [range], of: origin)
      }
      try MachineWriter(database, of: origin).replace(window.machines, in: range)
      try RejectionTable.replace(
        window.rejections, of: self.origin.name, in: self.range, database)
      try self.record(window, in: database)
    }
  }

  /// The target's whole day with the window's samples in it.
  private func merged(_ frame: SampleFrame) throws(StoreError) -> TargetDay {
    let stored = try store.columns(of: origin.name, target: frame.target, day: day)
    guard !stored.isEmpty else {
      return TargetDay(frame: frame, old: nil, columns: FrameCodec.encode(frame), isChanged: true)
    }
    let old = try Store.decoded(source: origin.name, target: frame.target, day: day, stored)
    let whole = frame.merged(with: old.removing(range))
    let columns = FrameCodec.encode(whole)
    let isSame =
      columns.count == stored.count
      && zip(columns, stored).allSatisfy { $0.metric == $1.metric && $0.bytes == $1.bytes }
    return TargetDay(frame: whole, old: old, columns: columns, isChanged: !isSame)
  }

  private func replace(_ target: TargetDay, in database: Database) throws {
    let name = target.frame.target
    let key: StatementArguments = [origin.name, name, day.milliseconds]
    try database.execute(
      sql: "DELETE FROM segment WHERE source = ? AND target = ? AND day_ms = ?", arguments: key)
    try database.execute(
      sql: "DELETE FROM sighting WHERE source = ? AND target = ? AND day_ms = ?", arguments: key)
    let registrar = Registrar(database: database)
    if !target.frame.isEmpty {
      try insertColumns(of: target, in: database)
      try insertNames(of: target.frame, registrar)
    }
    try StaleHours(database: database).mark(target.change(in: range), of: origin)
  }

  private func insertColumns(of target: TargetDay, in database: Database) throws {
    let times = target.frame.timestamps
    guard let first = times.first, let last = times.last else { return }
    let statement = try database.cachedStatement(
      sql: "INSERT INTO segment VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for column in target.columns {
      try statement.execute(arguments: [
        origin.name, target.frame.target, day.milliseconds, column.metric, first, last,
        column.samples, column.metric == 0 ? target.step : nil, Data(column.bytes),
      ])
    }
  }

  private func insertNames(of frame: SampleFrame, _ registrar: Registrar) throws {
    for workload in Set(frame.series.compactMap(\.key.workload)) {
      try registrar.register(workload, site: origin.site, cluster: origin.cluster)
    }
    let statement = try registrar.database.cachedStatement(
      sql: "INSERT INTO sighting VALUES(?, ?, ?, ?, ?, ?, ?)")
    for sighting in Sighting.all(in: frame) {
      try registrar.register(gpu: sighting.uuid, model: sighting.model)
      let host = HostKey(site: origin.site, cluster: origin.cluster, name: sighting.host)
      try registrar.register(host)
      try statement.execute(arguments: [
        Identifier.ofGPU(uuid: sighting.uuid), Identifier.of(host), day.milliseconds, origin.name,
        frame.target, sighting.first, sighting.last,
      ])
    }
  }

  private func record(_ window: CollectedWindow, in database: Database) throws {
    try SourceHours.record(
      source: origin.name, range: range, status: window.shortfalls.isEmpty ? .complete : .thin,
      detail: window.shortfalls.joined(separator: "; "), in: database)
  }
}

extension Observation {
  fileprivate var isSchedulerNodeWithGPUs: Bool {
    kind == .schedulerNode && Int(attributes["gpus"] ?? "") ?? 0 > 0
  }
}

/// A target's day as it is to be stored.
private struct TargetDay {
  let frame: SampleFrame
  let old: SampleFrame?
  let columns: [EncodedColumn]
  let isChanged: Bool

  /// The median step of the timestamps, nil for less than two.
  var step: Int64? { frame.medianStep }

  /// What the window changed, by host and GPU.
  func change(in range: TimeRange) -> SampleChange {
    SampleChange(
      day: range.start.startOfDay, range: range, old: old, new: frame,
      isStepChanged: old.map { $0.medianStep != step } ?? true)
  }
}
