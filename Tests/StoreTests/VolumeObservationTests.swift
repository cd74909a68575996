import Quantities
import Records
import Testing

@testable import Store

/// Which hours are to be posted again once something else is said of volumes.
@Suite struct VolumeObservationTests {
  private func volume(_ hours: Range<Int64>, daysLater: Int64 = 0, bytes: Int = 1) -> Observation {
    Observation(
      kind: .volume, subject: "pv-1", attributes: ["bytes": String(bytes)],
      range: StoreFixture.hours(hours, daysLater: daysLater))
  }

  /// Stores a window, and returns the hours that are to be posted, counted from the test's day.
  private func commit(
    _ fixture: StoreFixture, _ hours: Range<Int64>, daysLater: Int64 = 0,
    _ observations: [Observation]
  ) throws -> [Int64] {
    try fixture.store.write { try $0.execute(sql: "DELETE FROM unposted_hour") }
    try fixture.collect(
      CollectedWindow(
        range: StoreFixture.hours(hours, daysLater: daysLater), observations: observations))
    return try fixture.store.unpostedHours().map { ($0 - StoreFixture.day) / 3_600_000 }
  }

  @Test func `an hour marks itself, whatever was said before`() throws {
    let fixture = try StoreFixture()
    #expect(try commit(fixture, 0..<3, [volume(0..<3)]) == [0, 1, 2])
    #expect(try commit(fixture, 3..<4, [volume(3..<4)]) == [3])
    #expect(try commit(fixture, 4..<5, [volume(4..<5, bytes: 2)]) == [4])
    #expect(try commit(fixture, 5..<6, [volume(5..<6, bytes: 2)]) == [5])
    #expect(try commit(fixture, 5..<6, [volume(5..<6, bytes: 2)]) == [])
    #expect(try commit(fixture, 1..<2, [volume(1..<2, bytes: 3)]) == [1])
  }

  @Test func `what ends a silence marks it, up to a week`() throws {
    let fixture = try StoreFixture()
    #expect(try commit(fixture, 0..<1, [volume(0..<1)]) == [0])
    #expect(try commit(fixture, 1..<4, []) == [])
    #expect(try commit(fixture, 4..<5, [volume(4..<5)]) == [1, 2, 3, 4])
    #expect(try commit(fixture, 2..<3, [volume(2..<3)]) == [1, 2, 3])
    let week = try commit(fixture, 0..<6, daysLater: 7, [volume(5..<6, daysLater: 7)])
    #expect(week.first == 5 && week.count == 7 * 24 + 1)
    #expect(try commit(fixture, 7..<8, daysLater: 14, [volume(7..<8, daysLater: 14)]) == [343])
  }

  @Test func `what is taken back marks the silence that it leaves`() throws {
    let fixture = try StoreFixture()
    _ = try commit(fixture, 0..<6, [volume(0..<6)])
    #expect(try commit(fixture, 2..<3, []) == [2])
    #expect(try commit(fixture, 3..<4, []) == [2, 3])
    #expect(try commit(fixture, 5..<6, []) == [5])
    let span = try fixture.store.volumeSpan(of: ["other", "prometheus"])
    #expect(span == StoreFixture.hours(0..<5))
    #expect(try fixture.store.volumeSpan(of: ["other"]) == nil)
  }
}
