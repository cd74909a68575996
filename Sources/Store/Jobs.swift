import GRDB
import Quantities
import Records

/// What a scheduler's accounting said of a span.
package struct JobWindow: Sendable {
  /// The whole UTC hours that it tells of.
  package let range: TimeRange
  /// All that had any time in it.
  package let jobs: [Job]
  package let rejections: [Rejection]

  package init(range: TimeRange, jobs: [Job], rejections: [Rejection]) {
    self.range = range
    self.jobs = jobs
    self.rejections = rejections
  }
}

extension Store {
  /// Stores what a source said of its jobs, in one transaction.
  ///
  /// Of each job that came, what is stored of its runs in the window or after it gives way: so a
  /// job that waited or ran when it was seen last becomes what it is now, and what came twice is
  /// the same as what came once.
  package func replaceJobs(_ window: JobWindow, of source: String) throws(StoreError) {
    try write { database in
      var writer = try JobWriter(database, source: source, range: window.range)
      try database.execute(
        sql: "INSERT OR IGNORE INTO job_source VALUES(?)", arguments: [source])
      for job in window.jobs { try writer.forget(job) }
      for job in window.jobs { try writer.add(job) }
      try database.execute(
        sql: "DELETE FROM rejection WHERE source = ? AND start_ms >= ? AND end_ms <= ?",
        arguments: [source, window.range.start.milliseconds, window.range.end.milliseconds])
      for rejection in window.rejections {
        try database.execute(
          sql: "INSERT INTO rejection VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
          arguments: [
            source, window.range.start.milliseconds, window.range.end.milliseconds,
            rejection.place, rejection.rule, rejection.found, rejection.expected,
            rejection.count,
          ])
      }
      try SourceHours.record(
        source: source, range: window.range, status: .complete, detail: "", in: database)
    }
  }
}

/// Writes rows of `job`.
private struct JobWriter {
  private let insert: RawStatement
  private let delete: RawStatement
  private let range: TimeRange
  private let source: String

  init(_ database: Database, source: String, range: TimeRange) throws {
    self.source = source
    self.range = range
    insert = try RawStatement(
      "INSERT OR REPLACE INTO job VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      in: database)
    delete = try RawStatement(
      """
      DELETE FROM job WHERE source = ? AND cluster = ? AND id = ?
        AND (started_ms = 0 OR ended_ms IS NULL OR ended_ms > ?)
      """, in: database)
    insert.bind(source, at: 1)
    delete.bind(source, at: 1)
    delete.bind(range.start.milliseconds, at: 4)
  }

  mutating func forget(_ job: Job) throws {
    delete.bind(job.cluster, at: 2)
    delete.bind(job.id, at: 3)
    try delete.run()
  }

  mutating func add(_ job: Job) throws {
    let ended = job.ended?.milliseconds
    let started = job.started?.milliseconds ?? 0
    insert.bind(job.cluster, at: 2)
    insert.bind(job.id, at: 3)
    insert.bind(job.submitted.milliseconds, at: 4)
    insert.bind(started, at: 5)
    insert.bind(ended, at: 6)
    insert.bind(ended ?? max(started, range.end.milliseconds), at: 7)
    insert.bind(job.eligible?.milliseconds, at: 8)
    insert.bind(job.suspendedMilliseconds, at: 9)
    insert.bind(Int64(job.state.rawValue), at: 10)
    let texts = [
      job.displayID, job.name, job.account, job.user, job.partition, job.qos, job.reservation,
      job.hosts.joined(separator: ","),
    ]
    for (index, text) in texts.enumerated() { insert.bind(text, at: Int32(11 + index)) }
    let numbers = [job.nodeCount, job.cpuCount, job.gpuCount]
    for (index, number) in numbers.enumerated() {
      insert.bind(Int64(number), at: Int32(19 + index))
    }
    insert.bind(job.gpuType, at: 22)
    insert.bind(Int64(job.taskCount), at: 23)
    try insert.run()
  }
}
