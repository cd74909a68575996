import GRDB
import Quantities
import Records
import Testing

@testable import Store

@Suite struct `What is kept of old samples` {
  private static let day = UTCInstant.millisecondsPerDay

  /// Notes the hours of a day as rolled up and posted.
  private func settle(_ fixture: StoreFixture, daysLater: Int64) throws {
    try fixture.forgetStaleHours()
    try fixture.store.write { database in
      try database.execute(
        sql: "INSERT INTO state_hour VALUES(?, 1, 1, 1, 1, 1, 0, 1, 0, 0, NULL, 0)",
        arguments: [StoreFixture.hours(23..<24, daysLater: daysLater).start.milliseconds])
    }
  }

  private func collect(_ fixture: StoreFixture, _ frames: [SampleFrame], daysLater: Int64) throws {
    try fixture.collect(
      CollectedWindow(range: StoreFixture.hours(0..<24, daysLater: daysLater), frames: frames))
  }

  @Test func `is the last day of each GPU, for the hours that it decides`() throws {
    let fixture = try StoreFixture()
    for day in Int64(0)..<6 {
      var frames = [frame("t1", gpu: "GPU-1", minutes: [10], daysLater: day)]
      // GPU-2 falls silent after the second day.
      if day < 2 { frames.append(frame("t2", gpu: "GPU-2", minutes: [10], daysLater: day)) }
      try collect(fixture, frames, daysLater: day)
      try settle(fixture, daysLater: day)
    }
    let outcome = try Retention(store: fixture.store).run(
      kept: 2 * Self.day, now: StoreFixture.day + 6 * Self.day)
    #expect(outcome == .init(frozenUntil: StoreFixture.day + 4 * Self.day, targetDays: 4))
    let left = try fixture.rows(
      """
      SELECT target, (day_ms - \(StoreFixture.day.milliseconds)) / \(Self.day) FROM segment
      WHERE metric = 0 ORDER BY 1, 2
      """)
    #expect(left == ["\"t1\"|3", "\"t1\"|4", "\"t1\"|5", "\"t2\"|1"])
    #expect(
      try fixture.rows("SELECT count(*) FROM sighting")
        == fixture.rows("SELECT count(*) FROM segment WHERE metric = 0"))
    // GPU-2 comes back: its silence is decided from the first hour that isn't final.
    try collect(
      fixture, [frame("t2", gpu: "GPU-2", minutes: [10], daysLater: 6)], daysLater: 6)
    #expect(try fixture.staleHours(of: "node-1").first?.hasPrefix("96-") == true)
    let again = try Retention(store: fixture.store).run(
      kept: 2 * Self.day, now: StoreFixture.day + 7 * Self.day)
    #expect(again == .init(frozenUntil: StoreFixture.day + 4 * Self.day, targetDays: 0))
  }

  @Test func `takes no more room, day after day`() throws {
    let fixture = try StoreFixture()
    var random = SeededNumbers(seed: 1)
    var pages: [Int] = []
    for day in Int64(0)..<20 {
      let frames = (0..<16).map { target in
        var frame = frame(
          "t\(target)", gpu: "GPU-\(target)", minutes: Array(0..<1_440), daysLater: day)
        frame.series[0].values = frame.series[0].values.map { _ in
          Double(random.number(0...1_000_000))
        }
        return frame
      }
      try collect(fixture, frames, daysLater: day)
      try settle(fixture, daysLater: day)
      _ = try Retention(store: fixture.store).run(
        kept: 3 * Self.day, now: StoreFixture.day + (day + 1) * Self.day)
      pages.append(
        try fixture.store.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 })
    }
    #expect(pages[5] > pages[1] + 30, "\(pages)")
    // What is noted of each hour stays, half a page a day.
    #expect(pages[19] <= pages[6] + 8, "\(pages)")
    #expect(try fixture.store.sampleExtent().freeBytes > 0)
    #expect(
      try fixture.store.sampleExtent().first == StoreFixture.day + 17 * Self.day)
  }

  @Test func `is whole days, wherever the dropping is cut short`() throws {
    let fixture = try StoreFixture()
    for day in Int64(0)..<6 {
      let frames = ["t1", "t2"].map { frame($0, gpu: "GPU-\($0)", minutes: [10], daysLater: day) }
      try collect(fixture, frames, daysLater: day)
      try settle(fixture, daysLater: day)
    }
    let third = (StoreFixture.day + 2 * Self.day).milliseconds
    try fixture.store.write { database in
      try database.execute(
        sql: """
          CREATE TRIGGER cut BEFORE DELETE ON sighting
          WHEN old.day_ms = \(third) AND old.target = 't2'
          BEGIN SELECT raise(ABORT, 'cut short'); END
          """)
    }
    let retention = Retention(store: fixture.store)
    let now = StoreFixture.day + 6 * Self.day
    #expect(throws: StoreError.self) { try retention.run(kept: 2 * Self.day, now: now) }
    func days(_ table: String) throws -> [String] {
      try fixture.rows("SELECT DISTINCT day_ms, target FROM \(table) ORDER BY 1, 2")
    }
    #expect(try days("segment").count == 8 && days("segment").first == "\(third)|\"t1\"")
    #expect(try days("segment") == days("sighting"))
    try fixture.store.write { try $0.execute(sql: "DROP TRIGGER cut") }
    #expect(try retention.run(kept: 2 * Self.day, now: now).targetDays == 2)
    #expect(try days("segment").count == 6 && days("segment") == days("sighting"))
  }

  @Test func `is all of it where nothing is old enough`() throws {
    let fixture = try StoreFixture()
    try collect(fixture, [frame("t1", minutes: [10])], daysLater: 0)
    try settle(fixture, daysLater: 0)
    #expect(
      try Retention(store: fixture.store).run(
        kept: 2 * Self.day, now: StoreFixture.day + 2 * Self.day) == .init())
    #expect(try fixture.store.frozenUntil() == nil)
  }
}
