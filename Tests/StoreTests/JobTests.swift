import Quantities
import Records
import Testing

@testable import Store

/// What windows of a scheduler's accounting leave in the store, in whatever order they come.
@Suite struct JobTests {
  private let fixture: StoreFixture

  init() throws {
    fixture = try StoreFixture()
  }

  private func instant(_ hour: Int64) -> UTCInstant {
    StoreFixture.day + hour * UTCInstant.millisecondsPerHour
  }

  /// A run of job 7 that was submitted in the first hour of the test's day.
  private func run(_ hours: (Int64, Int64?)?, submitted: Int64 = 0) -> Job {
    Job(
      cluster: "c", id: "7", submitted: instant(submitted), started: hours.map { instant($0.0) },
      ended: hours?.1.map(instant), state: hours == nil ? .pending : .running, gpuCount: 2)
  }

  private func store(
    _ jobs: [Job], day: Int64, rejections: [Rejection] = [], from source: String = "batch",
    isLive: Bool = true
  ) throws {
    try fixture.store.replaceJobs(
      JobWindow(
        range: StoreFixture.hours(0..<24, daysLater: day), jobs: jobs, rejections: rejections,
        isLive: isLive),
      of: SourceOrigin(name: source, site: "s", cluster: "c"))
  }

  /// Start and end of each run, in hours of the test's day.
  private func runs() throws -> [String] {
    let start = StoreFixture.day.milliseconds
    return try fixture.rows(
      """
      SELECT iif(started_ms = 0, 'waits', (started_ms - \(start)) / 3600000),
        (ended_ms - \(start)) / 3600000
      FROM job ORDER BY started_ms
      """)
  }

  @Test func `a job that waited and then ran is what it is now`() throws {
    try store([run(nil)], day: 0)
    #expect(try runs() == ["\"waits\"|NULL"])
    try store([run((30, nil))], day: 1)
    #expect(try runs() == ["30|NULL"])
    try store([run((30, 50))], day: 2)
    #expect(try runs() == ["30|50"])
  }

  @Test func `a window that is collected again leaves later runs alone`() throws {
    try store([run((2, 4))], day: 0)
    try store([run((2, 4)), run((50, 52), submitted: 4)], day: 2)
    try store([run((2, 4))], day: 0)
    #expect(try runs() == ["2|4", "50|52"])
  }

  @Test func `a run that goes on is known as long as it was ever seen`() throws {
    let gpus = "SELECT end_ms FROM claim UNION ALL SELECT seen_ms FROM job"
    func running() -> Job {
      var job = run((2, nil))
      job.hosts = ["gpu01"]
      return job
    }
    try store([running()], day: 0)
    try store([running()], day: 1)
    let seen = try fixture.rows(gpus)
    #expect(seen == Array(repeating: "\(instant(48).milliseconds)", count: 2))
    try store([running()], day: 0)
    #expect(try fixture.rows(gpus) == seen)
  }

  @Test func `bookings of a scheduler leave alone what of its jobs was refused`() throws {
    let refused = Rejection(place: "sacct:2", rule: "r", found: "f", expected: "e")
    try store([], day: 0, rejections: [refused])
    try fixture.store.replaceReservations(
      ReservationWindow(reservations: [], start: instant(0)),
      of: SourceOrigin(name: "batch", site: "s", cluster: "c"))
    #expect(try fixture.rows("SELECT count(*) FROM rejection") == ["1"])
  }

  @Test func `a window gives up what it refused before`() throws {
    let refused = Rejection(place: "jobs.txt:2", rule: "r", found: "f", expected: "e")
    try store([], day: 0, rejections: [refused])
    try store([], day: 1, rejections: [refused])
    try store([], day: 1)
    #expect(try fixture.rows("SELECT count(*) FROM rejection") == ["1"])
  }

  @Test func `a saved file's hours are the ledger's only where there are no others`() throws {
    try store([run((2, 4))], day: 0, from: "file", isLive: false)
    #expect(try fixture.store.span() == StoreFixture.hours(0..<24))
    try store([run((26, 28))], day: 1)
    #expect(try fixture.store.span() == StoreFixture.hours(0..<24, daysLater: 1))
    #expect(try fixture.store.span(of: "file") == StoreFixture.hours(0..<24))
  }
}
