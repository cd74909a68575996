import Configuration
import Foundation
import Quantities
import Records
import Store
import TestSupport
import Testing

import class GRDB.DatabaseQueue

@testable import Pipeline

/// Three days of a small fleet on which GPUs are booked, but no hosts.
@Suite struct OpenBookingRunTests {
  private let folder = TemporaryFolder()
  private let store: Store
  private let window = TimeRange(
    PlainFleet.start,
    PlainFleet.start + Int64(PlainFleet.days) * UTCInstant.millisecondsPerDay)
  private let bookings = SourceOrigin(name: "b", site: "pangyo", cluster: "train")

  private func configuration(secondIs namespace: String = "team2") throws -> Configuration {
    try ConfigurationLoader.parse(
      """
      store: x.sqlite
      time_zone: Asia/Seoul
      currency: KRW
      sites: [{ name: pangyo, kind: on-prem }]
      sources:
        - { name: p, type: prometheus, site: pangyo, cluster: train, url: "http://127.0.0.1:9" }
        - { name: b, type: reservations, site: pangyo, cluster: train, format: csv, file: b.csv }
      inventory: [{ site: pangyo, cluster: train, hosts: "n[0-2]", gpus: 3, gpu_model: NVIDIA H100 }]
      teams:
        - { name: AI/One, match: [{ namespace: team1 }] }
        - { name: Two, match: [{ namespace: \(namespace) }] }
      rates: [{ per_gpu_hour: "3.333333" }]
      policies: { unallocated: even, unknown: owner }
      """, file: folder.path + "/gputally.yaml")
  }

  init() throws {
    store = try Store(path: folder.path + "/x.sqlite", access: .write(holder: "test"))
    try store.collect(PlainFleet(seed: 5, mishap: .none))
  }

  private func reserve(_ reservations: [Reservation]) throws {
    try store.replaceReservations(
      ReservationWindow(reservations: reservations, start: UTCInstant(milliseconds: 0)),
      of: bookings)
  }

  private func reservation(
    _ id: String, hours: Range<Int64>, gpus: Int, model: String = "H100", team: String
  ) -> Reservation {
    let hour = UTCInstant.millisecondsPerHour
    return Reservation(
      id: id,
      range: TimeRange(
        PlainFleet.start + hours.lowerBound * hour, PlainFleet.start + hours.upperBound * hour),
      gpuCount: gpus, gpuModel: model, team: team)
  }

  private func rollUp(_ configuration: Configuration, window: TimeRange? = nil) throws {
    _ = try Rollup(store: store, configuration: configuration)
      .run(now: self.window.end, window: window)
  }

  private func rows(_ sql: String) throws -> [String] {
    try store.texts(sql, configuration().calendar)
  }

  private func facts() throws -> [String] {
    try rows("SELECT * FROM state_hour ORDER BY 1, 2, 3, 4, 5")
      + rows("SELECT * FROM reserved_hour ORDER BY 1, 2, 3, 4, 5, 6")
  }

  /// What a team held in each hour, as the samples' namespaces say.
  private func held(_ namespace: String) throws -> [String: Int64] {
    try rows(
      """
      SELECT hour_ms, sum(gpu_ms) FROM state_hour JOIN workload ON id = workload_id
      WHERE state IN (1, 2, 3) AND namespace = '\(namespace)' GROUP BY hour_ms
      """
    ).reduce(into: [:]) { held, line in
      let words = line.split(separator: " ")
      held[String(words[0])] = Int64(words[1])
    }
  }

  @Test func `an hour's unused GPUs are those booked that the team doesn't hold`() throws {
    let configuration = try configuration()
    try rollUp(configuration)
    let before = try facts()
    let freeSums = try rows(
      "SELECT hour_ms, sum(gpu_ms) FROM state_hour WHERE state = 6 GROUP BY 1 ORDER BY 1")
    try reserve([reservation("r", hours: 3..<40, gpus: 4, team: "Two")])
    try rollUp(configuration)
    let held = try held("team2")
    for line in freeSums {
      let words = line.split(separator: " ").map(String.init)
      let hour = try #require(Int64(words[0]))
      let number = (hour - PlainFleet.start.milliseconds) / UTCInstant.millisecondsPerHour
      let booked: Int64 = (3..<40).contains(number) ? 4 * UTCInstant.millisecondsPerHour : 0
      let free = try #require(Int64(words[1]))
      let unused = min(free, max(0, booked - held[words[0], default: 0]))
      let found = try rows(
        """
        SELECT coalesce(sum(gpu_ms) FILTER (WHERE state = 4), 0),
          coalesce(sum(gpu_ms) FILTER (WHERE state = 6), 0),
          coalesce(sum(shared_gpu_ms) FILTER (WHERE state = 4), 0)
        FROM state_hour WHERE hour_ms = \(hour)
        """)
      #expect(found == ["\(unused) \(free - unused) \(unused)"], "hour \(number)")
      let reserved = try rows(
        """
        SELECT coalesce(sum(gpu_ms) FILTER (WHERE state = 4), 0),
          coalesce(sum(gpu_ms) FILTER (WHERE state <> 4), 0)
        FROM reserved_hour WHERE hour_ms = \(hour)
        """)
      #expect(
        reserved == ["\(unused) \(min(booked, held[words[0], default: 0]))"], "hour \(number)")
    }
    #expect(try rows("SELECT sum(state = 4) > 20 FROM state_hour") == ["1"])

    _ = try PostingRun(store: store, configuration: configuration).run()
    for check in Verification(store: store).checks {
      #expect(try check.run().map(\.description) == [], "\(check.name)")
    }
    #expect(
      try SlotVerification(store: store, configuration: configuration).problems().isEmpty)
    #expect(
      try rows("SELECT DISTINCT team FROM posting WHERE state = 4 AND kind = 'usage'") == ["Two"])

    #expect(try #require(try store.sharedPercent()) > 0)

    // Hosts' ledgers made again, by parts or as a whole, come to the same.
    let laid = try facts()
    try rollUp(configuration, window: window)
    #expect(try facts() == laid)
    try store.markStale(
      hosts: [HostKey(site: "pangyo", cluster: "train", name: "n1")],
      ranges: [TimeRange(window.start + 30 * UTCInstant.millisecondsPerHour, window.end)],
      settings: [:])
    try rollUp(configuration)
    #expect(try facts() == laid)

    // A booking that is gone leaves no trace.
    try reserve([])
    try rollUp(configuration)
    #expect(try facts() == before)
  }

  @Test func `a booking is laid anew when its team has other workloads`() throws {
    try reserve([reservation("r", hours: 0..<72, gpus: 2, team: "Two")])
    try rollUp(try configuration())
    let first = try facts()
    try rollUp(try configuration(secondIs: "team3"))
    let second = try facts()
    #expect(first != second)
    try rollUp(try configuration())
    #expect(try facts() == first)
  }

  @Test func `bookings of one team don't have the same GPUs twice`() throws {
    let all = { (gpus: Int) in reservation("r\(gpus)", hours: 0..<72, gpus: gpus, team: "Two") }
    try reserve([all(1), all(2)])
    try rollUp(try configuration())
    let two = try rows("SELECT hour_ms, sum(gpu_ms) FROM reserved_hour GROUP BY 1")
    try reserve([all(3)])
    try rollUp(try configuration())
    #expect(try rows("SELECT hour_ms, sum(gpu_ms) FROM reserved_hour GROUP BY 1") == two)
  }

  @Test(arguments: [
    "UPDATE reserved_hour SET gpu_ms = gpu_ms + 1 WHERE state = 4",
    "UPDATE reserved_hour SET gpu_ms = gpu_ms + 3600001 WHERE state = 1",
    "DELETE FROM reserved_hour WHERE state = 4",
  ])
  func `verify finds reserved time that isn't the states'`(fault: String) throws {
    try reserve([reservation("r", hours: 0..<72, gpus: 4, team: "Two")])
    try rollUp(try configuration())
    try DatabaseQueue(path: store.path).write { try $0.execute(sql: fault) }
    let check = try #require(
      Verification(store: store).checks.first { $0.name == "reserved time within states" })
    let found = try check.run()
    #expect(found.first?.remedy == "run 'gputally rollup --window' over that hour")
    #expect(found.first?.what.contains("hour 2026-1") ?? false, "\(found)")
  }

  @Test func `another model has nothing unused`() throws {
    try reserve([reservation("r", hours: 0..<72, gpus: 2, model: "A100", team: "Two")])
    try rollUp(try configuration())
    #expect(try rows("SELECT count(*) FROM reserved_hour") == ["0"])
  }
}
