import Foundation
import Quantities
import Records
import Simulator
import Store
import TestSupport
import Testing

@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct TeamMappingTests {
  /// Ways to say which workloads are a team's.
  enum Way: String, CaseIterable { case namespace, podLabel, namespaceLabel, project }

  @Test func `teams found by namespace, label or Rancher project owe the same`() async throws {
    let site = try await SimulatedSite.small.site()
    var files: [Way: String] = [:]
    for way in Way.allCases {
      let program = try site.program { Self.configuration($0, way, site.fleet) }
      try await program.expectSuccess("run")
      files[way] = try await program.expectSuccess("report", "chargeback", "--format", "csv").output
    }
    #expect(files[.namespace]?.split(separator: "\n").count ?? 0 > 4)
    for way in Way.allCases {
      #expect(files[way] == files[.namespace], "by \(way.rawValue)")
    }
  }

  /// The configuration with each team's match said in another way.
  private static func configuration(_ text: String, _ way: Way, _ fleet: Fleet) -> String {
    fleet.teams.reduce(text) { text, team in
      let matches =
        switch way {
        case .namespace: "{ namespace: \"\(team)-*\" }"
        case .podLabel: "{ \"label:team\": \"\(team)\" }"
        case .namespaceLabel: "{ \"namespace_label:team\": \"\(team)\" }"
        case .project:
          projects(of: team, fleet).map { "{ project: \"*\($0)\" }" }.joined(separator: ", ")
        }
      return text.replacing("{ namespace: \"\(team)-*\" }", with: matches)
    }
  }

  /// The Rancher projects of a team's namespaces, as kube-state-metrics shows them.
  private static func projects(of team: String, _ fleet: Fleet) -> [String] {
    let said = fleet.window(fleet.plan.span).observations
    return Set(
      said.filter { $0.kind == .namespace && $0.attributes["label_team"] == team }
        .compactMap { $0.attributes["label_field_cattle_io_project_id"] }
    ).sorted()
  }
}

@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct SimulatedStoreTests {
  @Test func `a fleet written into a store is what a Prometheus would have brought`() async throws {
    let site = try await SimulatedSite.small.site()
    let plan = site.fleet.plan
    let collected = try site.program()
    try await collected.expectSuccess("collect", "--window", plan.span.description)
    let written = try site.program()
    try await written.expectSuccess(
      "simulate", "--seed", "\(plan.seed)", "--hosts", "\(plan.hosts)", "--gpus-per-host",
      "\(plan.gpusPerHost)", "--hours", "\(plan.hours)", "--start", plan.start.description,
      "--store", "gputally.sqlite")
    for program in [collected, written] {
      try await program.expectSuccess("rollup")
      try await program.expectSuccess("post")
    }
    let (left, right) = (try collected.facts(), try written.facts())
    for table in ["state_hour", "idle_piece", "posting", "segment"] {
      #expect(left[table] == right[table], "table \(table)")
    }
  }
}

@Suite struct FollowTests {
  @Test func `exporters are scraped until the program is stopped`() async throws {
    let program = Program(folder: TemporaryFolder())
    let port = LoopbackSocket.freePort()
    try await program.expectSuccess(
      "simulate", "--hosts", "2", "--gpus-per-host", "2", "--write-config", "gputally.yaml",
      "--live-url", "http://127.0.0.1:\(port)")
    let exporters = try program.read("gputally.yaml")
      .replacing("interval: 30s\n    targets", with: "interval: 3s\n    targets")
    try program.write("gputally.yaml", exporters)
    let server = try program.start([
      "simulate", "--hosts", "2", "--gpus-per-host", "2", "--serve", "\(port)",
    ])
    defer { server.process.stop() }
    // A scrape has no longer than the interval; a busy machine needs a while to start a server.
    #expect(await LoopbackSocket.isListening(on: port, within: .seconds(60)))
    let following = try program.start(["collect", "--source", "train-exporters", "--follow"])
    try await Task.sleep(for: .seconds(12))
    following.process.send(SIGINT)
    let status = await following.ended()
    let errors = try String(contentsOfFile: following.errors, encoding: .utf8)
    // A scrape that took too long is a gap.
    #expect(status == 0 || status == 2, "\(errors)")
    let store = try QueryStore(
      path: program.folder.path + "/gputally.sqlite", calendar: try BillingCalendar(zone: "UTC"))
    let rows = try store.query(
      "SELECT count(DISTINCT gpu_id), (SELECT sum(samples) FROM segment) FROM sighting",
      parameters: [:], rowLimit: nil
    ).rows
    guard case .integer(let gpus) = rows[0][0], case .integer(let samples) = rows[0][1] else {
      Issue.record("nothing was stored: \(errors)")
      return
    }
    #expect(gpus == 4 && samples >= 4 * 4, "\(gpus) GPUs, \(samples) samples")
  }
}
