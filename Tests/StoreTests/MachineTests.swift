import Quantities
import Records
import Testing

@testable import Store

/// Virtual machines as a platform tells of them, window by window.
@Suite struct MachineTests {
  private let fixture: StoreFixture
  private static let start = StoreFixture.day
  private let origin = SourceOrigin(name: "v", site: "seoul", cluster: "cloud")

  init() throws {
    fixture = try StoreFixture()
  }

  private var store: Store { fixture.store }

  private func hours(_ first: Int64, _ last: Int64) -> TimeRange {
    TimeRange(
      Self.start + first * UTCInstant.millisecondsPerHour,
      Self.start + last * UTCInstant.millisecondsPerHour)
  }

  private func machine(
    _ name: String, on host: String, _ range: TimeRange, _ reach: Claim.Reach = .count(2),
    guest: String? = nil
  ) -> Machine {
    Machine(
      uid: "u-" + name, name: name, project: "lab", user: "kim", guest: guest, host: host,
      range: range, reach: reach, attributes: ["tag:team": "blue"])
  }

  private func collect(_ range: TimeRange, _ machines: [Machine]) throws {
    try store.window(range, of: origin).commit(CollectedWindow(range: range, machines: machines))
  }

  private func claims() throws -> [String] {
    try store.machineClaims().map { claim in
      let hour = UTCInstant.millisecondsPerHour
      return "\(claim.workload.name) on \(claim.host) "
        + "\((claim.range.start - Self.start) / hour)-\((claim.range.end - Self.start) / hour)"
    }
  }

  @Test func `windows in any order, any number of times, leave one row for a run`() throws {
    let whole = hours(0, 6)
    for window in [hours(2, 4), hours(0, 2), hours(4, 6), hours(2, 4), hours(0, 2)] {
      let part = try #require(whole.intersection(window))
      try collect(window, [machine("train", on: "esx-1", part)])
    }
    #expect(try claims() == ["train on esx-1 0-6"])
  }

  @Test func `a window that tells otherwise cuts what reaches into it`() throws {
    try collect(hours(0, 6), [machine("train", on: "esx-1", hours(0, 6))])
    try collect(hours(2, 4), [machine("train", on: "esx-2", hours(2, 3))])
    #expect(
      try claims() == ["train on esx-1 0-2", "train on esx-2 2-3", "train on esx-1 4-6"])
    try collect(hours(0, 6), [])
    #expect(try claims() == [])
  }

  @Test func `parts of cards come back as they were told`() throws {
    try collect(
      hours(0, 1),
      [
        machine("desk", on: "esx-1", hours(0, 1), .parts(3, of: 8)),
        machine("train", on: "esx-1.corp", hours(0, 1), .including(["GPU-a"], count: 2)),
      ])
    let reaches = try store.claims(on: "esx-1", sources: ["v"], in: hours(0, 1)).map(\.reach)
    #expect(Set(reaches) == [.parts(3, of: 8), .count(2)])
    #expect(try store.machineClaims().map(\.isWhole).filter { !$0 }.count == 1)
  }

  @Test func `hours of the host and of the inside are stale where a machine changes, no others`()
    throws
  {
    let hosts = ["esx-1", "esx-2", "inside.corp", "other"].map {
      HostKey(site: "seoul", cluster: $0 == "inside.corp" ? "k8s" : "cloud", name: $0)
    }
    try store.markStale(hosts: hosts, ranges: [], settings: [:])
    try collect(hours(0, 6), [machine("train", on: "esx-1", hours(0, 6), guest: "inside")])
    try collect(
      hours(0, 6),
      [
        machine("train", on: "esx-1", hours(0, 4), guest: "inside"),
        machine("train", on: "esx-2", hours(4, 6), guest: "inside"),
      ])
    let names = try store.hosts()
    let stale = Set(
      try store.staleHours().map { stale in
        "\(names[stale.host]?.name ?? "") \(stale.range)"
      })
    #expect(
      stale == [
        "esx-1 \(hours(0, 6))", "inside.corp \(hours(0, 6))", "esx-2 \(hours(4, 6))",
      ])
  }
}
