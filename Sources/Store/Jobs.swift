import GRDB
import Quantities
import Records

/// What a scheduler's accounting said of a span.
package struct JobWindow: Sendable {
  /// The whole UTC hours that it tells of.
  package let range: TimeRange
  /// All that had any time in it.
  package let jobs: [Job]
  /// The nodes that the scheduler accounts for.
  package let nodes: [SchedulerNode]
  /// When nodes were out of service.
  package let outages: [Observation]
  package let rejections: [Rejection]
  /// What couldn't be told of the window, empty where it is whole.
  package let shortfalls: [String]
  /// Whether the ledger of states spans its hours: a file's are history that may reach back further
  /// than anything else that is known.
  package let isLive: Bool

  package init(
    range: TimeRange, jobs: [Job], nodes: [SchedulerNode] = [], outages: [Observation] = [],
    rejections: [Rejection], shortfalls: [String] = [], isLive: Bool = true
  ) {
    self.range = range
    self.jobs = jobs
    self.nodes = nodes
    self.outages = outages
    self.rejections = rejections
    self.shortfalls = shortfalls
    self.isLive = isLive
  }
}

extension Store {
  /// Stores what a source said of its jobs, in one transaction.
  ///
  /// Of each job that came, the runs that had time in the window give way, and that it waited: so a
  /// job that waited or ran when it was seen last becomes what it is now, and what came twice is
  /// the same as what came once. Its runs before and after the window stay, and one that goes on is
  /// known as long as it was ever seen.
  package func replaceJobs(_ window: JobWindow, of origin: SourceOrigin) throws(StoreError) {
    let source = origin.name
    try write { database in
      try database.execute(
        sql: window.isLive
          ? "DELETE FROM side_source WHERE source = ?"
          : "INSERT OR IGNORE INTO side_source VALUES(?)", arguments: [source])
      var writer = try JobWriter(database, of: origin, window: window)
      try Registrar(database: database)
        .register(nodes: window.nodes.filter { $0.gpuCount > 0 }.map(\.name), of: origin)
      for job in window.jobs { try writer.forget(job) }
      for job in window.jobs { try writer.add(job) }
      try writer.finish()
      let nodes = try ObservationWriter(database: database, source: source)
        .replace(
          window.outages + window.nodes.map { $0.observation(window.range) }, in: window.range)
      for node in nodes {
        try StaleHours(database: database).mark(node: node, ranges: [window.range], of: origin)
      }
      try RejectionTable.replace(window.rejections, of: source, in: window.range, database)
      try SourceHours.record(
        source: source, range: window.range,
        status: window.shortfalls.isEmpty ? .complete : .thin,
        detail: window.shortfalls.joined(separator: "; "), in: database)
    }
  }
}

/// Writes runs of jobs, what they had of hosts and how long they waited.
private struct JobWriter {
  private let origin: SourceOrigin
  private let select: RawStatement
  private let insert: RawStatement
  private let delete: RawStatement
  private let deleteDemand: RawStatement
  private let insertDemand: RawStatement
  private let workloads: WorkloadWriter
  private let range: TimeRange
  private let gpusOfHosts: [String: Int]
  private var claims: ClaimChanges
  /// Until when runs that go on were seen before; what is seen of them in an earlier window is no
  /// less.
  private var seen: [Run: UTCInstant] = [:]

  private struct Run: Hashable {
    let cluster: String
    let id: String
    let submitted: UTCInstant
    let started: UTCInstant?

    init(_ job: Job) {
      cluster = job.cluster
      id = job.id
      submitted = job.submitted
      started = job.started
    }
  }

  init(_ database: Database, of origin: SourceOrigin, window: JobWindow) throws {
    let source = origin.name
    self.origin = origin
    range = window.range
    gpusOfHosts = Dictionary(
      window.nodes.filter { $0.gpuCount > 0 }.map { ($0.name, $0.gpuCount) }
    ) { first, _ in first }
    claims = try ClaimChanges(database, source: source)
    workloads = try WorkloadWriter(database, of: origin)
    deleteDemand = try RawStatement(
      "DELETE FROM demand WHERE source = ? AND workload_id = ?", in: database)
    deleteDemand.bind(source, at: 1)
    insertDemand = try RawStatement(
      "INSERT OR REPLACE INTO demand VALUES(?, ?, ?, ?, ?, ?)", in: database)
    insertDemand.bind(source, at: 1)
    let isInWindow = """
      source = ? AND cluster = ? AND id = ? AND CASE started_ms
        WHEN 0 THEN submitted_ms = ?
        ELSE started_ms < ? AND (ended_ms IS NULL OR ended_ms > ?) END
      """
    select = try RawStatement(
      """
      SELECT submitted_ms, started_ms, gpus, ended_ms IS NULL, seen_ms FROM job
      WHERE \(isInWindow)
      """, in: database)
    insert = try RawStatement(
      "INSERT OR REPLACE INTO job VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      in: database)
    delete = try RawStatement("DELETE FROM job WHERE \(isInWindow)", in: database)
    insert.bind(source, at: 1)
    for statement in [select, delete] {
      statement.bind(source, at: 1)
      statement.bind(range.end.milliseconds, at: 5)
      statement.bind(range.start.milliseconds, at: 6)
    }
  }

  mutating func forget(_ job: Job) throws {
    for statement in [select, delete] {
      statement.bind(job.cluster, at: 2)
      statement.bind(job.id, at: 3)
      statement.bind(job.submitted.milliseconds, at: 4)
    }
    while try select.step() {
      var run = job
      run.submitted = UTCInstant(milliseconds: select.number(0))
      run.started = select.number(1) == 0 ? nil : UTCInstant(milliseconds: select.number(1))
      if select.number(3) == 1 { seen[Run(run)] = UTCInstant(milliseconds: select.number(4)) }
      if select.number(2) == 0 { continue }
      let workload = Identifier.of(run.workload, site: origin.site, cluster: origin.cluster)
      try claims.remove(workload: workload)
      deleteDemand.bind(workload, at: 2)
      try deleteDemand.run()
    }
    select.reset()
    try delete.run()
  }

  /// Until when a run that goes on is known.
  private func until(_ job: Job) -> UTCInstant { max(range.end, seen[Run(job)] ?? range.end) }

  /// Writes what the jobs claim of hosts.
  mutating func finish() throws { try claims.apply(of: origin) }

  mutating func add(_ job: Job) throws {
    if job.gpuCount > 0 { try addGPUs(of: job) }
    try addRow(of: job)
  }

  private mutating func addGPUs(of job: Job) throws {
    let workload = try workloads.write(
      job.workload, user: job.user, attributes: job.attributes)
    for claim in job.claims(until: until(job), gpusOfHosts: gpusOfHosts) {
      claims.add(ClaimRow(claim, workload: workload))
    }
    guard let (waited, gpus) = job.demand(until: until(job)) else { return }
    insertDemand.bind(workload, at: 2)
    insertDemand.bind(waited.start.milliseconds, at: 3)
    insertDemand.bind(waited.end.milliseconds, at: 4)
    insertDemand.bind(Int64(gpus), at: 5)
    insertDemand.bind(job.gpuType, at: 6)
    try insertDemand.run()
  }

  private func addRow(of job: Job) throws {
    let ended = job.ended?.milliseconds
    let started = job.started?.milliseconds ?? 0
    insert.bind(job.cluster, at: 2)
    insert.bind(job.id, at: 3)
    insert.bind(job.submitted.milliseconds, at: 4)
    insert.bind(started, at: 5)
    insert.bind(ended, at: 6)
    insert.bind(ended ?? max(started, until(job).milliseconds), at: 7)
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
