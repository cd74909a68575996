import Configuration
import Quantities
import Records
import Store
import TestSupport
import Testing

@testable import Pipeline

/// A host of four GPUs whose exporter sees none of them, and machines on it.
@Suite struct MachineGuestTests {
  private let folder = TemporaryFolder()
  private let store: Store
  private static let start = UTCInstant(milliseconds: 1_795_392_000_000)
  private let cloud = SourceOrigin(name: "v", site: "seoul", cluster: "cloud")
  private let inside = SourceOrigin(name: "p", site: "seoul", cluster: "k8s")

  init() throws {
    store = try Store(path: folder.path + "/x.sqlite", access: .write(holder: "a test"))
  }

  private func configuration(listing more: String = "") throws -> Configuration {
    try ConfigurationLoader.parse(
      """
      store: x.sqlite
      currency: KRW
      sites: [{ name: seoul, kind: private-cloud }]
      sources:
        - { name: v, type: prometheus, site: seoul, cluster: cloud, url: "http://127.0.0.1:9" }
        - { name: p, type: prometheus, site: seoul, cluster: k8s, url: "http://127.0.0.1:9" }
      inventory:
        - { site: seoul, cluster: cloud, hosts: "esx-[1-2]", gpus: 4, gpu_model: NVIDIA A100 }
        \(more)
      teams: [{ name: lab, match: [{ namespace: lab }] }]
      rates: [{ per_gpu_hour: "100" }]
      """, file: folder.path + "/gputally.yaml")
  }

  private func minutes(_ first: Int64, _ last: Int64) -> TimeRange {
    TimeRange(Self.start + first * 60_000, Self.start + last * 60_000)
  }

  private func collect(_ machines: [Machine]) throws {
    let hours = minutes(0, 120)
    try store.window(hours, of: cloud).commit(CollectedWindow(range: hours, machines: machines))
  }

  private func machine(
    _ name: String, on host: String = "esx-1", _ range: TimeRange, _ reach: Claim.Reach,
    guest: String? = nil
  ) -> Machine {
    Machine(
      uid: "u-\(name)-\(host)", name: name, project: "lab", guest: guest, host: host, range: range,
      reach: reach)
  }

  /// An exporter inside of a machine tells of two GPUs: the first is busy, the second idle.
  private func scrape(_ guest: String, _ range: TimeRange, pod: WorkloadKey? = nil) throws {
    let times = Array(
      stride(from: range.start.milliseconds, to: range.end.milliseconds, by: 60_000))
    let points = (0..<2).map { number in
      let gpu = GPUEntity(
        uuid: "GPU-\(number)", instance: nil, slices: nil, model: "NVIDIA A100", host: guest)
      let key = SeriesKey(metric: .gpuUtilization, entity: gpu, workload: number == 0 ? pod : nil)
      return SeriesPoints(
        key: key, timestamps: times, values: times.map { _ in number == 0 ? 90 : 0 })
    }
    let hours = minutes(0, 120)
    let writer = store.window(hours, of: inside)
    try writer.add(SampleFrame(target: guest + ":9400", points: points))
    try writer.commit(CollectedWindow(range: hours))
  }

  private func rollup(_ configuration: Configuration) throws {
    _ = try Rollup(store: store, configuration: configuration)
      .run(now: Self.start + 2 * UTCInstant.millisecondsPerHour)
  }

  /// What a rollup makes of all that came.
  private func ledger() throws -> Set<String> {
    let configuration = try configuration()
    try rollup(configuration)
    return try states(configuration)
  }

  /// GPU-minutes by host, state and who holds.
  private func states(_ configuration: Configuration) throws -> Set<String> {
    let rows = try store.texts(
      """
      SELECT host.name, state, coalesce(workload.kind || ' ' || workload.name, 'nobody'),
        sum(gpu_ms) / 60000
      FROM state_hour JOIN host ON host.id = host_id
      LEFT JOIN workload ON workload.id = workload_id
      WHERE host.name <> 'esx-2' GROUP BY 1, 2, 3
      """, configuration.calendar)
    return Set(
      rows.map { row in
        var words = row.split(separator: " ").map(String.init)
        words[1] = Int(words[1]).flatMap(State.init).map { "\($0)" } ?? "?"
        return words.joined(separator: " ")
      })
  }

  @Test func `a machine whose GPUs nobody sees holds them, unknown what they did`() throws {
    try collect([machine("train", minutes(10, 100), .count(3))])
    let found = try ledger()
    #expect(
      found == [
        "esx-1 allocated_unknown vm train 270", "esx-1 unknown nobody 210",
      ])
  }

  @Test func `an exporter inside tells what the host's GPUs do, and no GPU counts twice`() throws {
    try scrape("train", minutes(20, 80))
    try collect([machine("train", minutes(10, 100), .count(3))])
    // Its two GPUs are seen for an hour, and 1 minute more: a sample speaks for two intervals.
    let found = try ledger()
    #expect(
      found == [
        "esx-1 busy vm train 61", "esx-1 idle vm train 61",
        "esx-1 allocated_unknown vm train 148", "esx-1 unknown nobody 210",
      ])
  }

  @Test func `samples that come after the machines, or machines after the samples, are the same`()
    throws
  {
    let configuration = try configuration()
    try collect([machine("train", minutes(10, 100), .count(2))])
    try rollup(configuration)
    try scrape("train", minutes(20, 80))
    try rollup(configuration)
    let later = try states(configuration)

    let other = try Self()
    try other.scrape("train", minutes(20, 80))
    try other.rollup(configuration)
    try other.collect([machine("train", minutes(10, 100), .count(2))])
    try other.rollup(configuration)
    #expect(try other.states(configuration) == later)
    #expect(!later.contains { $0.hasPrefix("train ") })
  }

  @Test func `a machine that turns out to have been none gives its inside back`() throws {
    let configuration = try configuration()
    try scrape("train", minutes(20, 80))
    try collect([machine("train", minutes(0, 120), .count(2))])
    try rollup(configuration)
    try collect([])
    try rollup(configuration)
    let found = try states(configuration)
    #expect(
      found == [
        "esx-1 unknown nobody 480", "train unattributed nobody 61", "train unallocated nobody 61",
      ])
  }

  @Test func `a pod inside of a machine holds the GPU, the machine what no pod has`() throws {
    let pod = WorkloadKey(kind: .pod, namespace: "lab", name: "job-0", uid: "")
    try scrape("train", minutes(0, 120), pod: pod)
    try collect([machine("train", minutes(0, 120), .count(2))])
    let found = try ledger()
    #expect(
      found == [
        "esx-1 busy pod job-0 120", "esx-1 idle vm train 120", "esx-1 unknown nobody 240",
      ])
  }

  @Test func `what is known inside follows a machine that moves`() throws {
    try scrape("train", minutes(0, 120))
    try collect([
      machine("train", on: "esx-2", minutes(0, 60), .count(2)),
      machine("train", on: "esx-1", minutes(60, 120), .count(2)),
    ])
    let found = try ledger()
    #expect(
      found == [
        "esx-1 busy vm train 60", "esx-1 idle vm train 60", "esx-1 unknown nobody 360",
      ])
  }

  @Test func `what is seen inside ends with the machine`() throws {
    try scrape("train", minutes(0, 60))
    try collect([machine("train", minutes(0, 60), .count(2))])
    let found = try ledger()
    #expect(
      found == [
        "esx-1 busy vm train 60", "esx-1 idle vm train 60", "esx-1 unknown nobody 360",
      ])
  }

  @Test func `machines of one name at once, and hosts of the inventory, are no insides`() throws {
    try scrape("train", minutes(0, 120))
    try collect([
      machine("train", minutes(0, 120), .count(1)),
      machine("train", on: "esx-2", minutes(0, 120), .count(1)),
    ])
    let twice = try configuration()
    try rollup(twice)
    let outside = ["train unattributed nobody 120", "train unallocated nobody 120"]
    #expect(try states(twice).isSuperset(of: outside))

    try collect([machine("train", minutes(0, 120), .count(1))])
    let listed = try configuration(
      listing: "- { site: seoul, cluster: k8s, hosts: train, gpus: 2, gpu_model: NVIDIA A100 }")
    try rollup(listed)
    #expect(try states(listed).isSuperset(of: outside))
  }

  @Test func `parts of a card are had by as many cards as they fill, by turns`() throws {
    try collect([
      machine("a", minutes(0, 120), .parts(1, of: 4)),
      machine("b", minutes(0, 120), .parts(3, of: 8)),
      machine("c", minutes(60, 120), .parts(1, of: 2)),
    ])
    // 2/8 and 3/8 of one card: 24 and 36 minutes. Then 2, 3 and 4 ninths of two cards: 26 2/3, 40
    // and 53 1/3 minutes.
    let found = try ledger()
    #expect(
      found == [
        "esx-1 allocated_unknown vm a 50", "esx-1 allocated_unknown vm b 76",
        "esx-1 allocated_unknown vm c 53", "esx-1 unknown nobody 300",
      ])
  }

  @Test func `a machine with a whole card shares it with none that has parts of one`() throws {
    try collect([
      machine("a", minutes(0, 120), .parts(1, of: 4)), machine("b", minutes(0, 120), .count(1)),
    ])
    let found = try ledger()
    #expect(
      found == [
        "esx-1 allocated_unknown vm a 120", "esx-1 allocated_unknown vm b 120",
        "esx-1 unknown nobody 240",
      ])
  }
}
