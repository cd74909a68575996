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
  /// Of each job that came, the runs that had time in the window give way, and that it waited: so a
  /// job that waited or ran when it was seen last becomes what it is now, and what came twice is
  /// the same as what came once. Its runs before and after the window stay.
  package func replaceJobs(_ window: JobWindow, of source: String) throws(StoreError) {
    try write { database in
      let writer = try JobWriter(database, source: source, range: window.range)
      try database.execute(
        sql: "INSERT OR IGNORE INTO side_source VALUES(?)", arguments: [source])
      for job in window.jobs { try writer.forget(job) }
      for job in window.jobs { try writer.add(job) }
      try RejectionTable.replace(window.rejections, of: source, in: window.range, database)
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

  init(_ database: Database, source: String, range: TimeRange) throws {
    self.range = range
    insert = try RawStatement(
      "INSERT OR REPLACE INTO job VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      in: database)
    delete = try RawStatement(
      """
      DELETE FROM job WHERE source = ? AND cluster = ? AND id = ? AND CASE started_ms
        WHEN 0 THEN submitted_ms = ?
        ELSE started_ms < ? AND (ended_ms IS NULL OR ended_ms > ?) END
      """, in: database)
    insert.bind(source, at: 1)
    delete.bind(source, at: 1)
    delete.bind(range.end.milliseconds, at: 5)
    delete.bind(range.start.milliseconds, at: 6)
  }

  func forget(_ job: Job) throws {
    delete.bind(job.cluster, at: 2)
    delete.bind(job.id, at: 3)
    delete.bind(job.submitted.milliseconds, at: 4)
    try delete.run()
  }

  func add(_ job: Job) throws {
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
