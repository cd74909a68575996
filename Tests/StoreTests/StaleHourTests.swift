import Quantities
import Records
import Testing

@testable import Store

@Suite struct `The hours to roll up again` {
  private let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  private func collect(_ hours: Range<Int64>, _ frames: [SampleFrame], daysLater: Int64 = 0) throws
  {
    try fixture.collect(
      CollectedWindow(range: StoreFixture.hours(hours, daysLater: daysLater), frames: frames))
  }

  /// A day of two samples that are a minute apart, so that one more leaves the median step.
  private func steady(_ hours: [Int64]) -> [Int64] { hours.flatMap { [$0 * 60 + 5, $0 * 60 + 6] } }

  @Test func `reach from the GPU's sample before to the one after the window`() throws {
    try collect(0..<24, [frame("t1", minutes: steady([3, 4, 10, 15]))])
    try fixture.forgetStaleHours()
    try collect(7..<8, [frame("t1", minutes: [7 * 60, 7 * 60 + 1])])
    #expect(try fixture.staleHours(of: "node-1") == ["4-11"])
  }

  @Test func `reach over the days that show nothing of the GPU`() throws {
    try collect(0..<24, [frame("t1", minutes: steady([20]))])
    try collect(0..<24, [frame("t1", minutes: steady([2]), daysLater: 3)], daysLater: 3)
    try fixture.forgetStaleHours()
    try collect(0..<24, [frame("t1", minutes: steady([5]), daysLater: 1)], daysLater: 1)
    #expect(try fixture.staleHours(of: "node-1") == ["20-75"])
  }

  @Test func `reach an hour beyond a last sample`() throws {
    try collect(3..<4, [frame("t1", minutes: steady([3]))])
    try fixture.forgetStaleHours()
    try collect(5..<6, [frame("t1", minutes: steady([5]))])
    #expect(try fixture.staleHours(of: "node-1") == ["3-7"])
  }

  @Test func `are those of the whole day where the scrape interval read off it changes`() throws {
    try collect(3..<4, [frame("t1", minutes: [180, 181, 182])])
    try fixture.forgetStaleHours()
    try collect(20..<21, [frame("t1", minutes: [1_200, 1_205, 1_210, 1_215, 1_220])])
    #expect(try fixture.staleHours(of: "node-1") == ["0-25"])
  }

  @Test func `are those of the hosts whose GPUs changed`() throws {
    let other = frame("t2", gpu: "GPU-2", host: "node-2", minutes: steady([3, 5, 7]))
    try collect(0..<24, [frame("t1", minutes: steady([3, 5, 7])), other])
    try fixture.forgetStaleHours()
    try collect(5..<6, [frame("t2", gpu: "GPU-2", host: "node-2", minutes: steady([5]))])
    #expect(try fixture.staleHours(of: "node-1") == ["3-8"])
    #expect(try fixture.staleHours(of: "node-2").isEmpty)
  }

  @Test func `take in the hour of a sample on its very start, which a rival may have lost`() throws
  {
    try collect(0..<24, [frame("t1", minutes: [300, 301, 420, 480, 481])])
    try fixture.forgetStaleHours()
    try collect(6..<7, [frame("t1", minutes: [361, 362])])
    #expect(try fixture.staleHours(of: "node-1") == ["5-8"])
  }

  @Test(arguments: ["node-1", "node-1.example.org"])
  func `are those of an outage, also of a host by its short name`(node: String) throws {
    try collect(0..<24, [frame("t1", host: "node-1.dc", minutes: steady([3, 5]))])
    try fixture.forgetStaleHours()
    let outage = Observation(
      kind: .outage, subject: node, attributes: ["reason": "drained"],
      range: TimeRange(StoreFixture.day + 60_000, StoreFixture.day + 120_000))
    let window = CollectedWindow(range: StoreFixture.hours(0..<1), observations: [outage])
    try fixture.collect(window)
    #expect(try fixture.staleHours(of: "node-1.dc") == ["0-1"])
    try fixture.forgetStaleHours()
    try fixture.collect(window)
    #expect(try fixture.store.staleHours().isEmpty)
  }

  @Test func `are joined where they meet`() throws {
    let host = HostKey(site: "fra", cluster: "c1", name: "node-9")
    for hours in [0..<2, 1..<3, 3..<4, 6..<7] as [Range<Int64>] {
      try fixture.store.markStale(hosts: [host], ranges: [StoreFixture.hours(hours)], settings: [:])
    }
    #expect(try fixture.staleHours(of: "node-9") == ["0-4", "6-7"])
  }
}

@Suite struct `What was said of a window` {
  private let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  private func collect(_ hours: Range<Int64>, _ ranges: [Range<Int64>]) throws {
    let observations = ranges.map {
      Observation(
        kind: .pod, subject: "ml/a", attributes: ["phase": "Running"],
        range: StoreFixture.hours($0))
    }
    try fixture.collect(
      CollectedWindow(range: StoreFixture.hours(hours), observations: observations))
  }

  private func stored() throws -> [TimeRange] {
    try fixture.store.observations(
      .pod, sources: ["prometheus"], in: StoreFixture.hours(0..<24)
    ).map(\.range)
  }

  @Test func `is one row where it goes on`() throws {
    try collect(1..<2, [1..<2])
    try collect(0..<1, [0..<1])
    try collect(2..<3, [2..<3])
    #expect(try stored() == [StoreFixture.hours(0..<3)])
  }

  @Test func `is cut where a window says it no longer`() throws {
    try collect(0..<5, [0..<5])
    try collect(2..<3, [])
    #expect(try stored() == [StoreFixture.hours(0..<2), StoreFixture.hours(3..<5)])
  }

  @Test func `counts inside the window only`() throws {
    try collect(2..<3, [0..<9])
    #expect(try stored() == [StoreFixture.hours(2..<3)])
  }

  @Test func `keeps its attributes`() throws {
    let attributes = ["label_team": "ml/\"a\"", "owner_kind": "Job"]
    let observation = Observation(
      kind: .namespace, subject: "ml", attributes: attributes, range: StoreFixture.hours(0..<1))
    try fixture.collect(
      CollectedWindow(range: StoreFixture.hours(0..<1), observations: [observation]))
    let stored = try fixture.store.observations(
      .namespace, sources: ["prometheus"], in: StoreFixture.hours(0..<1))
    #expect(stored == [observation])
    #expect(
      AttributeText.json(attributes) == #"{"label_team":"ml/\"a\"","owner_kind":"Job"}"#)
  }
}
