import GRDB
import Quantities
import Records
import Testing

@testable import Store

@Suite struct ProjectNameTests {
  private func keep(_ names: [String: String], _ fixture: StoreFixture, hour: Int64) throws {
    let range = StoreFixture.hours(hour..<(hour + 1))
    try fixture.store.keepProjects(
      names.map {
        Observation(kind: .project, subject: $0.key, attributes: ["name": $0.value], range: range)
      }, of: "rancher", in: range, unposting: [StoreFixture.day])
  }

  /// `subject name first-end`, hours of the day.
  private func said(_ fixture: StoreFixture) throws -> [String] {
    let hour = { (instant: UTCInstant) in
      (instant.milliseconds - StoreFixture.day.milliseconds) / UTCInstant.millisecondsPerHour
    }
    return try fixture.store.observations(
      .project, sources: ["rancher"], in: TimeRange(milliseconds: 0..<Int64.max)
    ).map {
      "\($0.subject) \($0.attributes["name"] ?? "") \(hour($0.range.start))-\(hour($0.range.end))"
    }.sorted()
  }

  @Test func `a name holds on until another one is said`() throws {
    let fixture = try StoreFixture()
    #expect(try fixture.store.projects(of: "rancher") == nil)
    try keep(["c:a": "one", "c:b": "two"], fixture, hour: 0)
    try keep(["c:a": "one", "c:b": "two"], fixture, hour: 5)
    #expect(try said(fixture) == ["c:a one 0-6", "c:b two 0-6"])
    // One is renamed, one is gone.
    try keep(["c:a": "new"], fixture, hour: 9)
    #expect(try said(fixture) == ["c:a new 9-10", "c:a one 0-6", "c:b two 0-6"])
    // It comes back, and what was said in the same hour gives way.
    try keep(["c:a": "newer", "c:b": "two"], fixture, hour: 9)
    #expect(try said(fixture) == ["c:a newer 9-10", "c:a one 0-6", "c:b two 0-10"])
    try keep(["c:a": "one"], fixture, hour: 9)
    #expect(try said(fixture) == ["c:a one 0-10", "c:b two 0-10"])
    // A clock that went back cuts nothing that was said later.
    try keep(["c:a": "one"], fixture, hour: 3)
    #expect(try said(fixture) == ["c:a one 0-10", "c:b two 0-10"])
    let stored = try #require(try fixture.store.projects(of: "rancher"))
    #expect(stored.count == 2 && stored.end == StoreFixture.hours(9..<10).end)
  }

  @Test func `what is new lets months be posted again, and what is known doesn't`() throws {
    let fixture = try StoreFixture()
    try keep(["c:a": "one"], fixture, hour: 0)
    #expect(try fixture.store.unpostedHours() == [StoreFixture.day])
    try fixture.store.write { try $0.execute(sql: "DELETE FROM unposted_hour") }
    try keep(["c:a": "one"], fixture, hour: 5)
    #expect(try fixture.store.unpostedHours().isEmpty)
    try keep(["c:a": "two"], fixture, hour: 6)
    #expect(try fixture.store.unpostedHours() == [StoreFixture.day])
  }
}
