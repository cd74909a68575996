import ArgumentParser
import Foundation
import Quantities
import Simulator

/// `gputally simulate`: a fleet that does not exist, for trying out and for tests.
struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Simulate a GPU fleet: serve it, or write down what a Prometheus would have stored.",
    discussion: """
      Nothing of the fleet exists; all that is written or served says so. The same seed and the \
      same options make the same fleet, to the byte. It has trainings that stall, notebooks that \
      hoard GPUs, missing scrapes, drained nodes, MIG and time-slicing.

      Try it with a Prometheus of your own:
        gputally simulate --openmetrics fleet.txt --truth truth.csv --write-config gputally.yaml
        promtool tsdb create-blocks-from openmetrics fleet.txt data
        prometheus --storage.tsdb.path=data --storage.tsdb.retention.time=10y
      or scrape it live:
        gputally simulate --serve 9400
      """)

  @Option(help: "What the fleet is made from; another seed makes another fleet.")
  var seed: UInt64 = 1

  @Option(help: "Hosts that report. The inventory has one more, which is never seen.")
  var hosts = 8

  @Option(help: "GPUs of each host.")
  var gpusPerHost = 8

  @Option(
    help: """
      Hosts besides, whose GPUs virtual machines of KubeVirt have; told by --openmetrics, --truth \
      and --write-config.
      """)
  var machineHosts = 0

  @Option(help: "Teams that the hosts are shared by.")
  var teams = 4

  @Option(help: ArgumentHelp("Time between two scrapes of a GPU exporter.", valueName: "30s"))
  var interval = SimulatedInterval(milliseconds: 30_000)

  @Option(
    help: ArgumentHelp("Time between two scrapes of kube-state-metrics.", valueName: "60s"))
  var ksmInterval = SimulatedInterval(milliseconds: 60_000)

  @Option(
    help: ArgumentHelp(
      "When the fleet starts, a whole UTC hour; by default yesterday at 00:00 UTC.",
      valueName: "2026-11-23T00:00:00Z"))
  var start: String?

  @Option(help: "How many hours the fleet plays.")
  var hours = 24

  @Option(help: "The site's name.")
  var site = "pangyo"

  @Option(help: "The cluster's name.")
  var cluster = "train"

  @Option(help: "Persistent volumes of each team; with none the cluster shows no storage.")
  var volumes = 0

  @Flag(help: "Scrape all targets at whole intervals instead of with offsets of their own.")
  var aligned = false

  @Option(
    help: ArgumentHelp(
      "Serve the fleet on 127.0.0.1 as dcgm-exporter and kube-state-metrics do.",
      valueName: "port"))
  var serve: UInt16?

  @Option(
    help: ArgumentHelp(
      "Write what a Prometheus would have stored, for 'promtool tsdb create-blocks-from'.",
      valueName: "file"))
  var openmetrics: String?

  @Flag(help: "Write --openmetrics as a Prometheus with 'honor_labels: true' would store it.")
  var honorLabels = false

  @Option(
    help: ArgumentHelp(
      "Write the exact GPU time and energy by team, model and state, as CSV.",
      valueName: "file"))
  var truth: String?

  @Option(help: ArgumentHelp("Write a gputally.yaml for the fleet.", valueName: "file"))
  var writeConfig: String?

  @Option(help: "The Prometheus that --write-config names.")
  var url = "http://127.0.0.1:9090"

  @Option(
    help: ArgumentHelp(
      "Let --write-config name the served exporters too, as a source that is scraped directly.",
      valueName: "url"))
  var liveURL: String?

  @Option(
    help: ArgumentHelp(
      "Write the fleet's samples into a store, as if its Prometheus had been collected.",
      valueName: "file"))
  var store: String?

  func validate() throws {
    if serve == nil && openmetrics == nil && truth == nil && writeConfig == nil && store == nil {
      throw ValidationError(
        "nothing to do: say --serve PORT, --openmetrics FILE, --store FILE, --truth FILE or "
          + "--write-config FILE")
    }
    if machineHosts > 0, serve != nil || store != nil {
      throw ValidationError(
        "--machine-hosts: found with --serve or --store, which don't tell of virtual machines; "
          + "say --openmetrics FILE")
    }
    if let start, Self.instant(start) == nil {
      throw ValidationError(
        "--start: found '\(start)', expected a time as in RFC 3339, 2026-11-23T00:00:00Z")
    }
    do {
      try plan(now: Self.now()).validate()
    } catch {
      throw ValidationError("\(error)")
    }
  }

  func run() async throws {
    let fleet = try Fleet(plan(now: Self.now()))
    try await write(fleet)
    guard let serve else { return }
    print("A simulated fleet is served at http://127.0.0.1:\(serve)/ ; stop it with Ctrl-C.")
    try await LiveServer(Broadcast(fleet), port: serve, clock: Self.now).run()
  }

  private func write(_ fleet: Fleet) async throws {
    if let writeConfig {
      try Self.write(fleet.configuration(url: url, liveURL: liveURL), to: writeConfig)
    }
    if let truth { try Self.write(fleet.truth().csv, to: truth) }
    if let openmetrics {
      try fleet.writeOpenMetrics(to: openmetrics, honorsLabels: honorLabels)
    }
    if let store { try SimulatedStoreWriter.write(fleet, to: store) }
  }

  private func plan(now: UTCInstant) -> FleetPlan {
    let yesterday = now.startOfDay - UTCInstant.millisecondsPerDay
    var plan = FleetPlan(start: start.flatMap(Self.instant) ?? yesterday)
    plan.seed = seed
    plan.hosts = hosts
    plan.gpusPerHost = gpusPerHost
    plan.machineHosts = machineHosts
    plan.teams = teams
    plan.scrapeInterval = interval.milliseconds
    plan.kubeStateInterval = ksmInterval.milliseconds
    plan.hours = hours
    plan.site = site
    plan.cluster = cluster
    plan.isAligned = aligned
    plan.volumes = volumes
    return plan
  }

  private static func write(_ text: String, to file: String) throws {
    let sink = try ByteSink(file: file)
    sink.append(text)
    try sink.close()
  }

  private static func now() -> UTCInstant {
    UTCInstant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
  }

  private static func instant(_ text: String) -> UTCInstant? {
    let parsed =
      (try? Date(text, strategy: .iso8601))
      ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    return parsed.map {
      UTCInstant(milliseconds: Int64(($0.timeIntervalSince1970 * 1_000).rounded()))
    }
  }
}

/// A time between scrapes as Prometheus writes it: `30s`, `1m`, `500ms`.
struct SimulatedInterval: ExpressibleByArgument, CustomStringConvertible {
  let milliseconds: Int64

  init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  init?(argument: String) {
    let units: [(String, Int64)] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("", 1_000)]
    for (unit, size) in units where argument.hasSuffix(unit) {
      let digits = argument.dropLast(unit.count)
      guard let number = Int64(digits), number > 0, number <= 3_600_000 else { return nil }
      self.init(milliseconds: number * size)
      return
    }
    return nil
  }

  var description: String {
    milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
  }
}
