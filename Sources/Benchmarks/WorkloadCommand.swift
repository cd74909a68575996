import ArgumentParser
import Foundation
import Quantities
import Records
import Simulator
import Store

/// `gputally-bench workload`: the fleet that benchmarks measure with.
struct WorkloadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workload",
    abstract: "Write a fleet of GPUs: into a store, as raw columns, as text for other databases.",
    discussion: """
      A sample every 30 seconds of four metrics of each GPU, trainings, batches, notebooks and \
      GPUs that are held for nothing, some 38 allocations a GPU in 30 days. The same options make \
      the same fleet, to the byte; a longer one begins with the shorter one.
      """)

  @Option(help: "UTC days, from 2025-11-01.")
  var days = 7

  @Option(help: "Hosts.")
  var hosts = 200

  @Option(help: "GPUs of each host.")
  var gpusPerHost = 8

  @Option(help: "What the fleet is made from.")
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("The store to write into.", valueName: "file"))
  var store: String?

  @Option(help: ArgumentHelp("The folder for raw little-endian columns.", valueName: "folder"))
  var columns: String?

  @Option(help: ArgumentHelp("Write a gputally.yaml for the fleet.", valueName: "file"))
  var writeConfig: String?

  @Option(help: "The Prometheus that --write-config names.")
  var url = "http://127.0.0.1:9090"

  @Option(name: .customLong("protocol"), help: "The protocol that --write-config names.")
  var protocolName: String?

  @Option(
    help: ArgumentHelp(
      "Write OpenMetrics text for 'promtool tsdb create-blocks-from'.", valueName: "file"))
  var openmetrics: String?

  @Option(
    help: ArgumentHelp(
      "Write JSON lines for VictoriaMetrics' /api/v1/import.", valueName: "file"))
  var importLines: String?

  @Option(help: "How many hosts --openmetrics and --import-lines have; all without it.")
  var exportHosts: Int?

  func validate() throws { try plan.validate() }

  func run() async throws {
    let plan = plan
    let generator = WorkloadGenerator(plan)
    if let writeConfig {
      let text = plan.configuration(
        store: absolute(store ?? "gputally.sqlite"), url: url, protocolName: protocolName)
      try text.write(toFile: writeConfig, atomically: true, encoding: .utf8)
    }
    var writer = WorkloadWriter(generator: generator)
    writer.columns = try columns.map { try ColumnFiles(folder: $0, of: generator) }
    writer.exportedHosts = exportHosts ?? hosts
    if let openmetrics {
      writer.texts.append(
        try PrometheusText(file: openmetrics, form: .openMetrics, of: generator))
    }
    if let importLines {
      writer.texts.append(
        try PrometheusText(file: importLines, form: .importLines, of: generator))
    }
    if let store {
      writer.store = try Store(path: store, access: .write(holder: "'gputally-bench workload'"))
    }
    defer { writer.store?.close() }
    let began = ContinuousClock.now
    let figures = try await writer.write { done in
      if isatty(STDERR_FILENO) == 1 {
        FileHandle.standardError.write(Data("\rday \(done) of \(days) ".utf8))
      }
    }
    report(figures, generator, took: ContinuousClock.now - began)
  }

  private var plan: WorkloadPlan {
    var plan = WorkloadPlan()
    plan.days = days
    plan.hosts = hosts
    plan.gpusPerHost = gpusPerHost
    plan.seed = seed
    return plan
  }

  private func absolute(_ path: String) -> String {
    URL(fileURLWithPath: path).path
  }

  /// One figure a line: its name, then its value.
  private func report(
    _ figures: WorkloadFigures, _ generator: WorkloadGenerator, took: Duration
  ) {
    print("gpus \(generator.plan.gpus)")
    print("rows \(figures.rows)")
    print("samples \(figures.samples)")
    print("allocations \(generator.allocations)")
    print("mean_utilization_percent \(Self.text(figures.meanUtilization))")
    for metric in WorkloadPlan.metrics {
      print("entropy_bytes_a_sample \(metric) \(Self.text(figures.entropy(of: metric)))")
    }
    print("entropy_bytes_a_sample mean \(Self.text(figures.meanEntropy))")
    print("seconds \(Self.text(took / .seconds(1)))")
  }

  private static func text(_ value: Double) -> String { String(format: "%.4f", value) }
}
