import Quantities
import Records
import Testing

@testable import Store

@Suite struct `A collected window` {
  private let fixture: StoreFixture

  init() throws { fixture = try StoreFixture() }

  private func collect(
    _ hours: Range<Int64>, _ frames: [SampleFrame], isReplacing: Bool = true,
    shortfalls: [String] = []
  ) throws {
    try fixture.collect(
      CollectedWindow(
        range: StoreFixture.hours(hours), frames: frames, shortfalls: shortfalls),
      isReplacing: isReplacing)
  }

  @Test func `comes back as it was`() throws {
    let sent = frame("t1", minutes: [0, 1, 5, 59])
    try collect(0..<1, [sent])
    #expect(try fixture.frame(of: "t1") == sent)
    #expect(
      try fixture.store.targets(of: "prometheus", day: StoreFixture.day) == ["t1"])
  }

  @Test func `stored twice leaves the same bytes, and nothing to roll up again`() throws {
    try collect(0..<2, [frame("t1", minutes: [0, 1, 90]), frame("t2", minutes: [7])])
    let once = try fixture.contents()
    try fixture.forgetStaleHours()
    try collect(0..<2, [frame("t1", minutes: [0, 1, 90]), frame("t2", minutes: [7])])
    #expect(try fixture.contents() == once)
    #expect(try fixture.store.staleHours().isEmpty)
  }

  @Test func `replaces what was there and keeps the rest`() throws {
    try collect(0..<3, [frame("t1", minutes: [10, 70, 75, 130])])
    try collect(1..<2, [frame("t1", workload: "infer", minutes: [72])])
    let stored = try fixture.frame(of: "t1")
    #expect(
      stored.timestamps.map { ($0 - StoreFixture.day.milliseconds) / 60_000 } == [10, 72, 130])
    #expect(stored.series.map(\.key.workload?.name) == ["infer", "train"])
    #expect(stored.series.map(\.runs) == [[1..<2], [0..<1, 2..<3]])
  }

  @Test func `takes from a target that vanished its samples of the window, and only those`() throws
  {
    try collect(0..<2, [frame("t1", minutes: [10, 70]), frame("t2", gpu: "GPU-2", minutes: [80])])
    try collect(1..<2, [])
    #expect(
      try fixture.frame(of: "t1").timestamps == [StoreFixture.day.milliseconds + 600_000])
    #expect(try fixture.frame(of: "t2").isEmpty)
    #expect(try fixture.rows("SELECT target FROM segment WHERE metric = 0") == ["\"t1\""])
    #expect(try fixture.rows("SELECT count(*) FROM sighting") == ["1"])
  }

  @Test func `that doesn't replace leaves a target that didn't come as it is`() throws {
    try collect(0..<2, [frame("t1", minutes: [10, 70])])
    let before = try fixture.frame(of: "t1")
    try collect(1..<2, [frame("t2", gpu: "GPU-2", minutes: [80])], isReplacing: false)
    #expect(try fixture.frame(of: "t1") == before)
  }

  @Test func `leaves other days, sources and targets alone`() throws {
    try fixture.collect(
      CollectedWindow(
        range: StoreFixture.hours(0..<1, daysLater: 1),
        frames: [frame("t1", minutes: [5], daysLater: 1)]))
    try collect(0..<1, [frame("t1", minutes: [5])])
    try collect(0..<1, [])
    #expect(try fixture.frame(of: "t1", daysLater: 1).timestamps.count == 1)
    #expect(try fixture.frame(of: "t1").isEmpty)
  }

  @Test func `that can't be had is a gap and undoes nothing`() throws {
    try collect(0..<1, [frame("t1", minutes: [5])])
    try collect(1..<2, [], shortfalls: ["3 of 9 blocks unread"])
    let before = try fixture.contents()
    try fixture.store.recordGap(
      source: "prometheus", range: StoreFixture.hours(0..<2), reason: "timeout")
    #expect(try fixture.contents() == before)
    try fixture.store.recordGap(
      source: "prometheus", range: StoreFixture.hours(2..<3), reason: "timeout")
    let gaps = try fixture.store.gaps(of: "prometheus")
    #expect(gaps.map(\.detail) == ["3 of 9 blocks unread", "timeout"])
    #expect(gaps.map(\.isThin) == [true, false])
    let day = StoreFixture.hours(0..<24)
    #expect(
      try fixture.store.completeHours(of: "prometheus", in: day) == [StoreFixture.day])
    #expect(try fixture.store.span() == StoreFixture.hours(0..<2))
    try collect(2..<3, [])
    #expect(try fixture.store.gaps(of: "prometheus").map(\.detail) == ["3 of 9 blocks unread"])
  }

  @Test func `replaces the rejections of its hours`() throws {
    func window(_ rejections: [Rejection]) -> CollectedWindow {
      CollectedWindow(range: StoreFixture.hours(0..<1), rejections: rejections)
    }
    let rejection = Rejection(place: "t1", rule: "a rule", found: "x", expected: "y", count: 3)
    try fixture.collect(window([rejection]))
    try fixture.collect(window([rejection]))
    #expect(try fixture.rows("SELECT place, count FROM rejection") == ["\"t1\"|3"])
    try fixture.collect(window([]))
    #expect(try fixture.rows("SELECT * FROM rejection").isEmpty)
  }
}

@Suite struct `Windows in any order` {
  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func `and any number of times leave the same rows`(seed: UInt64) throws {
    var random = RandomWindows(seed: seed, hourCount: 4)
    let hours = random.hours()
    let straight = try StoreFixture()
    for window in hours { try straight.collect(window) }
    let shuffled = try StoreFixture()
    for window in random.shuffled(hours + hours) { try shuffled.collect(window) }
    let lines = differences(try shuffled.contents(), from: try straight.contents())
    #expect(lines.isEmpty, "seed \(seed)")
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `leave the same samples and sayings as one large window`(seed: UInt64) throws {
    var random = RandomWindows(seed: seed, hourCount: 4)
    let hours = random.hours()
    let byHour = try StoreFixture()
    for window in random.shuffled(hours) { try byHour.collect(window) }
    let atOnce = try StoreFixture()
    try atOnce.collect(try #require(CollectedWindow.joined(hours)))
    let isAlike = { (line: String) in !line.hasPrefix("\"rejection\"") }
    let lines = differences(
      try byHour.contents().filter(isAlike), from: try atOnce.contents().filter(isAlike))
    #expect(lines.isEmpty, "seed \(seed)")
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `over what was stored otherwise leave what came last`(seed: UInt64) throws {
    var first = RandomWindows(seed: seed, hourCount: 3)
    var second = RandomWindows(seed: seed + 1_000, hourCount: 3)
    let store = try StoreFixture()
    for window in first.hours() { try store.collect(window) }
    let last = second.hours()
    for window in second.shuffled(last) { try store.collect(window) }
    let fresh = try StoreFixture()
    for window in last { try fresh.collect(window) }
    // Names of GPUs and workloads stay, though nothing shows them any more.
    let isKept = { (line: String) in !line.hasPrefix("\"gpu\"") && !line.hasPrefix("\"workload\"") }
    let lines = differences(
      try store.contents().filter(isKept), from: try fresh.contents().filter(isKept))
    #expect(lines.isEmpty, "seed \(seed)")
  }
}
