import Foundation
import Quantities
import Simulator
import TestSupport
import Testing

/// Projects of a simulated Rancher over a simulated fleet's day in a real Prometheus, whose namespaces
/// have only the second part of their projects' ids.
@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct RancherCommandTests {
  private static let cluster = "c-m-87s92m9v"

  /// The projects of the fleet's namespaces: the team that each is of.
  private static func projects(of fleet: Fleet) -> [(id: String, team: String)] {
    var teams: [String: String] = [:]
    for one in fleet.window(fleet.plan.span).observations where one.kind == .namespace {
      guard let project = one.attributes["label_field_cattle_io_project_id"] else { continue }
      teams[project] = one.attributes["label_team"]
    }
    return teams.sorted { $0.key < $1.key }.map { (cluster + ":" + $0.key, $0.value) }
  }

  private static func rancher(over site: SimulatedSite) -> SimulatedRancher {
    let own = projects(of: site.fleet)
    return SimulatedRancher(
      clusters: [("local", "local"), (cluster, site.fleet.plan.cluster)],
      // Another cluster has projects of the same short ids.
      projects: own.map { (id: $0.id, name: "Project \($0.team)") }
        + own.map { (id: $0.id.replacing(cluster, with: "local"), name: "Somebody else's") })
  }

  private static func program(
    _ site: SimulatedSite, _ rancher: SimulatedRancher, _ adjust: (String) -> String = { $0 }
  ) throws -> Program {
    let program = try site.program { text in
      let source =
        "sources:\n  - { name: rancher, type: rancher, url: \"\(rancher.url)\", "
        + "authorization: { credentials_file: token } }\n"
      let named = site.fleet.teams.reduce(text) { text, team in
        text.replacing(
          "{ namespace: \"\(team)-*\" }", with: "{ project: \"Project \(team)\" }")
      }
      return adjust(named.replacing("sources:\n", with: source))
    }
    try program.write("token", SimulatedRancher.token + "\n")
    return program
  }

  @Test func `teams by the names of projects owe what they owe by namespaces`() async throws {
    let site = try await SimulatedSite.small.site()
    let rancher = Self.rancher(over: site)
    let plain = try site.program()
    try await plain.expectSuccess("run")
    let expected = try await plain.expectSuccess("report", "chargeback", "--format", "csv").output
    #expect(expected.split(separator: "\n").count > 4)

    let program = try Self.program(site, rancher)
    let check = try await program.expectSuccess("check")
    let count = Self.projects(of: site.fleet).count
    #expect(
      check.output.contains(
        """
        rancher: ok
          found    2 clusters, \(count * 2) projects
          found    cluster 'train' is c-m-87s92m9v, with \(count) projects

        """), "\(check.output)")
    try await program.expectSuccess("run")
    let found = try await program.expectSuccess("report", "chargeback", "--format", "csv").output
    #expect(found == expected)
    let drilldown = try await program.expectSuccess("report", "drilldown", "--format", "csv").output
    let lines = drilldown.split(separator: "\n").map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(lines[0][5] == "project" && lines[0][7] == "containers")
    for line in lines.dropFirst() where line[0] != "unassigned" {
      #expect(line[5] == "Project \(line[0])", "\(line)")
    }
    #expect(lines.dropFirst().count { !$0[7].isEmpty } > 4)
    let status = try await program.expectSuccess("status")
    #expect(status.output.contains("names of \(count * 2) projects stored"), "\(status.output)")
    try await program.expectSuccess("verify")

    // The same cluster under another name, told by its id.
    let other = SimulatedRancher(
      clusters: [(Self.cluster, "Training")],
      projects: Self.projects(of: site.fleet).map { (id: $0.id, name: "Project \($0.team)") })
    let explicit = try Self.program(site, other) {
      $0.replacing(
        "type: prometheus\n", with: "type: prometheus\n    rancher_cluster: \(Self.cluster)\n")
    }
    try await explicit.expectSuccess("run")
    #expect(
      try await explicit.expectSuccess("report", "chargeback", "--format", "csv").output == expected
    )
  }

  @Test func `a project that is renamed is its team's under the name of the day`() async throws {
    let site = try await SimulatedSite.small.site()
    let rancher = Self.rancher(over: site)
    var program = try Self.program(site, rancher)
    try await program.expectSuccess("run")
    let before = try await program.expectSuccess(
      "report", "chargeback", "--period", "2026-11", "--format", "csv"
    ).output
    let first = try #require(Self.projects(of: site.fleet).first)
    rancher.rename(first.id, to: "Renamed")
    program.environment["GPUTALLY_NOW"] = (site.fleet.plan.span.end + 86_400_000).description
    let renamed = try await program.run(
      "collect", "--source", "rancher")
    #expect(renamed.status == 0, "\(renamed.errors)")
    let posted = try await program.expectSuccess("post")
    #expect(posted.errors.hasPrefix("posted 2026-11"), "\(posted.errors)")
    let after = try await program.expectSuccess(
      "report", "chargeback", "--period", "2026-11", "--format", "csv"
    ).output
    #expect(after == before)
  }

  @Test func `a Rancher that fails is told, and keeps what it said`() async throws {
    let site = try await SimulatedSite.small.site()
    let rancher = Self.rancher(over: site)
    let program = try Self.program(site, rancher)
    try await program.expectSuccess("run")
    let before = try program.facts()
    try program.write("token", "token-old:gone\n")
    let result = try await program.run("run")
    #expect(result.status == 2)
    #expect(
      result.errors.contains("gputally: gap in 'rancher': \(rancher.url)/v3/clusters: ")
        && result.errors.contains("status 401, Rancher does not know the token")
        && !result.errors.contains("gone"), "\(result.errors)")
    try program.expectFacts(before)
  }
}
