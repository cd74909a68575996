import Configuration
import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct CommandTests {
  /// What each verb's help must name.
  private static let verbs: [(verb: String, options: [String])] = [
    ("init", []), ("check", []), ("collect", ["--source", "--window"]), ("rollup", ["--window"]),
    ("post", ["--period"]), ("run", []),
    (
      "report",
      ["--period", "--team", "--by", "--min-stretch", "--format", "--excel", "--round", "<name>"]
    ),
    ("query", ["-e", "--param", "--period", "--by", "--format", "--limit", "<name>"]),
    ("export", ["--period", "--output", "--excel", "--round", "--focus-version", "<name>"]),
    ("budget", ["--period", "--team", "--format", "--round"]), ("status", []), ("verify", []),
    ("simulate", ["--seed", "--serve", "--openmetrics", "--truth", "--store", "--write-config"]),
  ]

  @Test(arguments: verbs.indices)
  func `every verb explains its options`(row: Int) async throws {
    let (verb, options) = Self.verbs[row]
    let program = Program(folder: TemporaryFolder())
    let common = verb == "simulate" ? [] : ["--config", "--quiet"]
    let help = try await program.expectSuccess(verb, "--help")
    #expect(help.errors == "")
    #expect(help.output.hasPrefix("OVERVIEW: "))
    for option in options + common { #expect(help.output.contains(option), "\(verb): \(option)") }
    let whole = try await program.expectSuccess("--help")
    #expect(whole.output.contains("\n  \(verb) "))
  }

  @Test func `the configuration may be named before and after the verb`() async throws {
    let program = try await SimulatedSite.small.site().program()
    try program.write("mine.yaml", try program.read("gputally.yaml"))
    try program.remove("gputally.yaml")
    try await program.expectSuccess("--config", "mine.yaml", "--quiet", "run")
    let before = try await program.expectSuccess("--config", "mine.yaml", "status")
    let after = try await program.expectSuccess("status", "--config", "mine.yaml")
    let joined = try await program.expectSuccess("--config=mine.yaml", "status")
    #expect(before.output == after.output)
    #expect(before.output == joined.output)
    #expect(before.output.contains("stored until 2026-11-02T06:00:00Z\n"))
    #expect(!before.output.contains("rolled up again"))
  }

  @Test func `cron gets no mail where all is well, and no progress bars otherwise`() async throws {
    let program = try await SimulatedSite.small.site().program()
    let quiet = try await program.expectSuccess("run", "--quiet")
    #expect(quiet.output == "")
    #expect(quiet.errors == "")
    let loud = try await program.expectSuccess(
      "collect", "--window", "2026-11-02T00:00Z/2026-11-02T06:00Z")
    #expect(loud.errors == "collected train-prometheus: 6 hours, 67,302 samples\n")
    let again = try await program.expectSuccess("run")
    #expect(!again.errors.contains("\r"))
    #expect(!again.errors.contains("\u{1b}"))
    #expect(again.output == "")
  }

  @Test func `init writes a configuration that loads, and overwrites nothing`() async throws {
    let program = Program(folder: TemporaryFolder())
    let made = try await program.expectSuccess("init")
    #expect(
      made.errors == "wrote gputally.yaml; fill in your source, inventory and rates, then run "
        + "'gputally check'\n")
    let text = try program.read("gputally.yaml")
    let configuration = try ConfigurationLoader.load(program.folder.path + "/gputally.yaml")
    #expect(configuration.sources.count == 1)
    try program.write("gputally.yaml", text + "# mine\n")
    try await program.expectRefusal(
      ["init"],
      "gputally.yaml is there already and is left as it is; name another file with --config")
    #expect(try program.read("gputally.yaml") == text + "# mine\n")
    try await program.expectSuccess("init", "--config", "other.yaml")
    #expect(try program.read("other.yaml") == text)
  }

  @Test func `run writes the nightly exports and its metrics`() async throws {
    let program = try await SimulatedSite.small.site().program {
      $0 + "metrics_file: metrics.prom\n"
    }
    let run = try await program.expectSuccess("run")
    let exports = try program.exports()
    #expect(
      exports.keys.sorted() == [
        "chargeback-2026-11.csv", "idle-allocations-2026-11.csv",
        "idle-reservations-2026-11.csv", "states-2026-11.csv",
      ])
    for (name, text) in exports {
      let lines = text.split(separator: "\n").count - 1
      #expect(lines > 0 || name.hasPrefix("idle-reservations"))
      #expect(run.errors.contains("wrote ./out/\(name): \(lines) lines\n"))
    }
    let report = try await program.expectSuccess("report", "chargeback", "--format", "csv")
    #expect(report.output == exports["chargeback-2026-11.csv"])
    let metrics = try program.read("metrics.prom").split(separator: "\n").filter {
      !$0.hasPrefix("#")
    }
    #expect(
      metrics == [
        "gputally_run_end_time_seconds 1793599320.000", "gputally_run_duration_seconds 0.000",
        "gputally_collected_hours{source=\"train-prometheus\"} 30",
        "gputally_collected_samples{source=\"train-prometheus\"} 67302",
        "gputally_gaps{source=\"train-prometheus\"} 0",
        "gputally_rejected_values{source=\"train-prometheus\"} 0",
      ])
  }

  /// The columns that the contract promises.
  private static let headers: [(words: [String], header: String)] = [
    (
      ["chargeback"],
      "period,team,cost_center,site,provider,cluster,resource,gpu_model,allocated_gpu_hours,"
        + "busy_gpu_hours,idle_gpu_hours,unknown_gpu_hours,reserved_unused_gpu_hours,"
        + "observed_percent,energy_kwh,direct_cost,idle_cost,reserved_unused_cost,shared_cost,"
        + "total_cost,currency,charge_class,idle_cost_low,idle_cost_high,charge_period"
    ),
    (
      ["idle-allocations"],
      "team,site,cluster,namespace,workload,user,host,gpu_uuid,gpu_model,start,end,"
        + "allocated_gpu_hours,idle_gpu_hours,stretch_gpu_hours,longest_idle_hours,last_busy,"
        + "waste_cost,currency,observed_percent,waste_cost_low,waste_cost_high"
    ),
    (["states", "--by", "day,team"], "day,team,state,gpu_hours,cost,currency"),
    (
      ["utilization", "--by", "host,gpu_model"],
      "host,gpu_model,capacity_gpu_hours,allocated_percent,busy_percent,mean_activity_percent,"
        + "observed_percent"
    ),
  ]

  @Test(arguments: headers.indices)
  func `a report's CSV has the columns that scripts rely on`(row: Int) async throws {
    let (words, header) = Self.headers[row]
    let program = try await UndisturbedRun.once().program
    let report = try await program.run(["report"] + words + ["--format", "csv"])
    #expect(report.status == 0)
    #expect(report.errors == "")
    let lines = report.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first.map(String.init) == header)
    #expect(lines.count > 3)
    #expect(lines.last == "")
    #expect(!report.output.contains("\r"))
    let excel = try await program.run(["report"] + words + ["--format", "csv", "--excel"])
    let isMarked = excel.output == "\u{feff}" + report.output
    #expect(isMarked)
  }

  @Test func `an export says where it wrote`() async throws {
    let expected = try await UndisturbedRun.once()
    let program = try expected.site.program()
    try expected.program.copyStore(to: program)
    let written = try await program.expectSuccess(
      "export", "states", "--period", "2026-11-02", "--output", "mine")
    #expect(written.output == "mine/states-2026-11-02.csv\n")
    #expect(written.errors == "")
    #expect(
      try program.read("mine/states-2026-11-02.csv").hasPrefix("day,cluster,team,state,gpu_hours"))
  }

  @Test func `the same seed simulates the same bytes, another seed others`() async throws {
    let program = Program(folder: TemporaryFolder())
    func simulate(_ name: String, seed: String) async throws {
      try await program.expectSuccess(
        "simulate", "--seed", seed, "--start", "2026-11-02T00:00:00Z", "--hosts", "1",
        "--gpus-per-host", "2", "--hours", "2", "--openmetrics", "\(name).om", "--truth",
        "\(name).csv", "--write-config", "\(name).yaml")
    }
    try await simulate("first", seed: "5")
    try await simulate("second", seed: "5")
    try await simulate("third", seed: "6")
    for kind in ["om", "csv", "yaml"] {
      #expect(try program.read("first.\(kind)") == program.read("second.\(kind)"))
      #expect(try program.read("first.\(kind)") != program.read("third.\(kind)"))
    }
    #expect(try program.read("first.om").hasSuffix("# EOF\n"))
  }

  @Test func `a fleet simulated into a store is priced without any Prometheus`() async throws {
    let expected = try await UndisturbedRun.once()
    let program = Program(
      folder: TemporaryFolder(), environment: ["GPUTALLY_NOW": expected.site.now])
    try await program.expectSuccess(
      "simulate", "--seed", "7", "--start", "2026-11-02T00:00:00Z", "--hosts", "3",
      "--gpus-per-host", "4", "--hours", "6", "--store", "gputally.sqlite", "--write-config",
      "gputally.yaml")
    try await program.expectSuccess("rollup")
    try await program.expectSuccess("post")
    try await program.expectSuccess("verify")
    let words = ["report", "states", "--period", "2026-11-02", "--by", "host,team"]
    let simulated = try await program.run(words + ["--format", "csv"])
    let collected = try await expected.program.run(words + ["--format", "csv"])
    #expect(simulated.status == 0)
    #expect(simulated.output == collected.output)
  }
}
