import Quantities
import Records
import Store
import Testing

@testable import Pipeline

/// When a month may be closed, and what is said when it may not.
@Suite struct ClosingTests {
  /// A fleet with all of October collected, rolled up and posted.
  private static func october() throws -> ClosingFleet {
    // The fleet and its inventory begin on the 30th.
    let fleet = try ClosingFleet(ClosingFleet.fleet(seed: 11)) {
      $0.replacing("owner: platform }", with: "owner: platform, in_service: 2026-10-30 }")
    }
    try fleet.collect(0, 48)
    try fleet.roll()
    try fleet.post()
    return fleet
  }

  /// Expects that `month` is refused for `reason`, and nothing changed.
  private func expectRefusal(
    _ fleet: ClosingFleet, _ month: String, now: UTCInstant? = nil, acceptsGaps: Bool = false,
    _ reason: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try fleet.rows("SELECT * FROM closed_month")
    let error = #expect(throws: ClosingError.self, sourceLocation: sourceLocation) {
      try fleet.close(month, now: now, acceptsGaps: acceptsGaps)
    }
    #expect(error?.description == reason, sourceLocation: sourceLocation)
    #expect(
      try fleet.rows("SELECT * FROM closed_month") == before, sourceLocation: sourceLocation)
  }

  @Test func `a whole month is closed, with what it was and what it was made with`() throws {
    let fleet = try Self.october()
    let end = try ClosingFleet.end(of: "2026-10")
    let closed = try fleet.close("2026-10", now: end, acceptsGaps: false)
    #expect(closed.closed == end && closed.version == ProgramVersion.text)
    #expect(
      try fleet.rows("SELECT sum(gpu_ms) FROM state_hour") == ["\(closed.gpuMilliseconds)"])
    #expect(
      try fleet.rows("SELECT sum(gpu_ms) FROM state_hour WHERE state = 8")
        == ["\(closed.unknownMilliseconds)"])
    #expect(
      try fleet.rows("SELECT sum(cost_micros) FROM posting") == ["\(closed.costMicros)"])
    #expect(closed.configuration == (try fleet.kept.text))
    #expect(try fleet.store.closedMonths() == [closed])
    #expect(try fleet.rows("SELECT count(*) FROM closed_gap") == ["0"])
    #expect(try fleet.problems() == [])
  }

  @Test func `a month that is not over is refused, and one that is closed`() throws {
    let fleet = try Self.october()
    let end = try ClosingFleet.end(of: "2026-10")
    try expectRefusal(
      fleet, "2026-10", now: end - 1,
      "2026-10 is not over: it ends at 2026-11-01T00:00:00Z; close it after that")
    try fleet.close("2026-10", now: end)
    try expectRefusal(
      fleet, "2026-10",
      "2026-10 was closed at 2026-11-01T00:00:00Z and stays as it is; what changed since is charged "
        + "in 2026-11 by 'gputally post'")
  }

  @Test func `months are closed in their order, and only those that have something`() throws {
    let fleet = try Self.october()
    try fleet.collect(48, 96)
    try fleet.roll()
    try fleet.post()
    try expectRefusal(
      fleet, "2026-11", acceptsGaps: true,
      "2026-11 can't be closed before 2026-10, which is open; run 'gputally close 2026-10' first")
    try expectRefusal(
      fleet, "2026-09",
      "2026-09 has no facts, so there is nothing to close; open are 2026-10, 2026-11")
    let empty = try ClosingFleet(ClosingFleet.fleet(seed: 1))
    try expectRefusal(
      empty, "2026-10",
      "2026-10 has no facts, so there is nothing to close; run 'gputally run' first")
    try fleet.close("2026-10")
    try fleet.close("2026-11")
    #expect(try fleet.store.openMonth()?.description == "2026-12")
  }

  @Test func `a month that bears corrections is closed although it has no facts`() throws {
    let fleet = try Self.october()
    try fleet.close("2026-10")
    try fleet.collect(10, 20) { $0.frames.removeLast() }
    try fleet.roll()
    try fleet.post()
    let booked = try fleet.store.bookedCorrections()
    #expect(booked.map(\.month.description) == ["2026-11"])
    let closed = try fleet.close("2026-11")
    #expect(closed.costMicros == booked.first?.costMicros && closed.gpuMilliseconds == 0)
    #expect(try fleet.problems() == [])
  }

  @Test func `samples, facts or prices that are newer than postings have to be posted first`()
    throws
  {
    let fleet = try Self.october()
    try fleet.collect(10, 12) { $0.frames.removeLast() }
    let stale = try #require(
      try #require(
        throws: ClosingError.self, performing: { try fleet.close("2026-10") }
      ).description.firstMatch(of: /(\d+) host-hours/))
    #expect((Int(stale.1) ?? 0) >= 2)
    try expectRefusal(
      fleet, "2026-10",
      "2026-10 can't be closed: \(stale.1) host-hours of it are to be rolled up again; run "
        + "'gputally run', or 'gputally rollup' and 'gputally post', look at its reports, and close "
        + "it then")
    try fleet.roll()
    let unposted =
      "2026-10 can't be closed: it has facts that are not posted; run 'gputally post', look at the "
      + "reports of 2026-10, and close it then"
    try expectRefusal(fleet, "2026-10", unposted)
    try fleet.post()
    fleet.text = fleet.text.replacing("\"3250\"", with: "\"3251\"")
    try expectRefusal(
      fleet, "2026-10",
      "2026-10 can't be closed: it was posted with other rates, teams, policies or inventory than "
        + "gputally.yaml has now; run 'gputally post', look at its reports, and close it then")
    try fleet.post()
    fleet.text = fleet.text.replacing("below_percent: 5", with: "below_percent: 6")
    #expect(
      try #require(throws: ClosingError.self, performing: { try fleet.close("2026-10") })
        .description.contains("host-hours of it are to be rolled up again"))
    try fleet.roll()
    try fleet.post()
    try fleet.close("2026-10", acceptsGaps: false)
  }

  @Test func `what is late of a closed month is charged before the next one is closed`() throws {
    let fleet = try Self.october()
    try fleet.close("2026-10")
    try fleet.collect(48, 96)
    try fleet.collect(10, 12) { $0.frames.removeLast() }
    try fleet.roll()
    try expectRefusal(
      fleet, "2026-11",
      "2026-11 can't be closed: 2026-10, which is closed, has facts that are not posted; run "
        + "'gputally post', look at the reports of 2026-11, and close it then")
    try fleet.post()
    try fleet.close("2026-11")
  }

  @Test func `what is missing is listed, and written down when it is accepted`() throws {
    let fleet = try ClosingFleet(ClosingFleet.fleet(seed: 12))
    try fleet.collect(3, 10)
    try fleet.collect(12, 20) { $0.shortfalls = ["one of two replicas did not answer"] }
    try fleet.store.recordGap(
      source: fleet.fleet.sourceName,
      range: TimeRange(
        fleet.fleet.plan.start + 20 * ClosingFleet.hour,
        fleet.fleet.plan.start + 21 * ClosingFleet.hour), reason: "no answer")
    try fleet.collect(21, 48)
    try fleet.roll()
    try fleet.post()
    let gaps = [
      "2026-10-01T00:00:00Z/2026-10-30T03:00:00Z, 699 hours: before anything was collected",
      "source 'train-prometheus', 2026-10-30T10:00:00Z/2026-10-30T12:00:00Z, 2 hours: never "
        + "collected",
      "source 'train-prometheus', 2026-10-30T12:00:00Z/2026-10-30T20:00:00Z, 8 hours: thin: one of "
        + "two replicas did not answer",
      "source 'train-prometheus', 2026-10-30T20:00:00Z/2026-10-30T21:00:00Z, 1 hour: missing: no "
        + "answer",
    ]
    try expectRefusal(
      fleet, "2026-10",
      "2026-10 is not complete: 710 hours are missing or thin; collect them with 'gputally collect "
        + "--source NAME --window FROM/TO', or close it as it is with --accept-gaps, which writes "
        + "them down\n  " + gaps.joined(separator: "\n  "))
    try fleet.close("2026-10", acceptsGaps: true)
    let month = try #require(BillingMonth("2026-10"))
    #expect(try fleet.store.closedGaps()[month]?.map(\.description) == gaps)
    let status = try StatusReport(store: fleet.store, configuration: fleet.configuration)
    #expect(
      status.months.map(\.description).first?.hasSuffix(" KRW, 710 hours missing were accepted")
        == true)
  }

  @Test func `hours before the fleet was in service, or its source was there, are not missing`()
    throws
  {
    let fleet = try ClosingFleet(ClosingFleet.fleet(seed: 11)) {
      $0.replacing("owner: platform }", with: "owner: platform, in_service: 2026-10-30 }")
        .replacing(
          "inventory:",
          with: "  - { name: new, type: prometheus, site: pangyo, cluster: new, "
            + "url: \"http://127.0.0.1:9\" }\ninventory:")
    }
    try fleet.collect(0, 48)
    try fleet.roll()
    try fleet.post()
    try fleet.close("2026-10", acceptsGaps: false)
  }

  @Test(arguments: [("time_zone: UTC", "time_zone: Asia/Seoul", "time_zone is Asia/Seoul", "UTC")])
  func `days and amounts go on as they were closed`(
    old: String, new: String, found: String, was: String
  ) throws {
    let fleet = try Self.october()
    try fleet.close("2026-10")
    let before = try fleet.rows("SELECT * FROM posting")
    fleet.text = fleet.text.replacing(old, with: new)
    let sentence =
      "\(found), but months up to 2026-10 are closed with \(was), and days and amounts must go on "
      + "from there; set it back, or start a new store"
    #expect(
      try #require(throws: ClosingError.self, performing: { try fleet.post() }).description
        == sentence)
    try expectRefusal(fleet, "2026-11", sentence)
    #expect(try fleet.rows("SELECT * FROM posting") == before)
  }

  @Test func `only closed months are priced anew beside what was charged`() throws {
    let fleet = try Self.october()
    #expect(
      try #require(throws: ClosingError.self, performing: { try fleet.correct("2026-10") })
        .description
        == "2026-10 is not closed: 'gputally post --period 2026-10' prices it anew without --correct"
    )
  }

  @Test func `where months stand is told`() throws {
    let fleet = try Self.october()
    func status() throws -> [String] {
      try StatusReport(store: fleet.store, configuration: fleet.configuration)
        .months.map(\.description)
    }
    func money(_ sql: String) throws -> String {
      let micros = try #require(Int128(fleet.rows(sql)[0]))
      return Decimals.text(micros, places: 6)
    }
    let cost = try money("SELECT sum(cost_micros) FROM posting")
    #expect(try status() == ["2026-10 open, \(cost) KRW"])
    try fleet.close("2026-10", now: ClosingFleet.end(of: "2026-10"))
    let closed = "2026-10 closed at 2026-11-01T00:00:00Z, \(cost) KRW"
    #expect(try status() == [closed])
    try fleet.collect(10, 20) { $0.frames.removeLast() }
    try fleet.roll()
    #expect(
      try status() == [
        closed + "\n           has newer facts, which 'gputally post' charges in 2026-11"
      ])
    try fleet.post()
    let corrections = try fleet.rows("SELECT count(*) FROM correction")[0]
    let difference = try money("SELECT sum(cost_micros) FROM correction")
    #expect(
      try status() == [
        closed,
        "2026-11 open, not posted yet\n           bears \(corrections) corrections of 2026-10, "
          + "\(difference) KRW",
      ])
    let sum = try money("SELECT sum(cost_micros) FROM correction")
    try fleet.close("2026-11", now: ClosingFleet.end(of: "2026-11"))
    #expect(
      try status().last
        == "2026-11 closed at 2026-12-01T00:00:00Z, \(sum) KRW, 720 hours missing were accepted\n"
        + "           bears \(corrections) corrections of 2026-10, \(difference) KRW of the above")
  }
}
