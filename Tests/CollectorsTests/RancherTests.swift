import Foundation
import Quantities
import Records
import TestSupport
import Testing
import Transport

@testable import Collectors

@Suite struct RancherTests {
  private let folder = TemporaryFolder()

  private static let clusters = [
    (id: "local", name: "local"), (id: "c-m-aaaa", name: "train"), (id: "c-m-bbbb", name: "dev"),
    (id: "c-m-cccc", name: "dev"),
  ]
  private static let projects = [
    (id: "c-m-aaaa:p-one", name: "Vision"), (id: "c-m-aaaa:p-two", name: "Speech \\u0026 Text"),
    (id: "local:p-one", name: "System"), (id: "broken", name: "Nobody"),
  ]

  private func collector(_ url: String, token: String = SimulatedRancher.token) throws
    -> RancherCollector
  {
    let file = folder.path + "/token"
    try Data(token.utf8).write(to: URL(fileURLWithPath: file))
    return RancherCollector(
      settings: RancherSettings(
        url: url,
        connection: ConnectionSettings(
          authentication: .credentials(scheme: "Bearer", file: file), retries: .once)),
      client: Waiting().client)
  }

  @Test func `all pages of names come, each from the configured address`() async throws {
    let rancher = SimulatedRancher(clusters: Self.clusters, projects: Self.projects)
    let names = try await collector(rancher.url).collect()
    let hour = TimeRange(milliseconds: 0..<3_600_000)
    #expect(
      names.observations(in: hour) == [
        Observation(
          kind: .project, subject: "c-m-aaaa:p-one",
          attributes: ["name": "Vision", "cluster": "train"], range: hour),
        Observation(
          kind: .project, subject: "c-m-aaaa:p-two",
          attributes: ["name": "Speech & Text", "cluster": "train"], range: hour),
        Observation(
          kind: .project, subject: "local:p-one",
          attributes: ["name": "System", "cluster": "local"], range: hour),
      ])
    #expect(
      names.rejections.map(\.description) == [
        "projects: a project without id or name: found broken, expected an id such as "
          + "c-m-87s92m9v:p-qvdqp, and a name"
      ])
    #expect(
      rancher.requests.map(\.path) == [
        "/v3/clusters?limit=1000", "/v3/clusters?limit=2&marker=2", "/v3/projects?limit=1000",
        "/v3/projects?limit=2&marker=2",
      ])
  }

  @Test func `a check says which clusters of ours it has`() async throws {
    let rancher = SimulatedRancher(clusters: Self.clusters, projects: Self.projects)
    let known: [RancherCollector.KnownCluster] = [
      .init(name: "train", id: nil), .init(name: "dev", id: nil),
      .init(name: "lab", id: "c-m-bbbb"),
      .init(name: "farm", id: "c-m-zzzz"), .init(name: "other", id: nil),
      .init(name: "train", id: nil),
    ]
    let check = try await collector(rancher.url).check(known: known)
    #expect(
      check.findings == [
        "4 clusters, 3 projects", "cluster 'train' is c-m-aaaa, with 2 projects",
        "cluster 'lab' is c-m-bbbb, with 0 projects",
      ])
    let listed =
      "so its projects keep their ids; the source's rancher_cluster says which it is, of "
    #expect(check.warnings.count == 4)
    #expect(
      check.warnings.first
        == "cluster 'dev': Rancher has 2 of that name (c-m-bbbb, c-m-cccc); the source's "
        + "rancher_cluster says which it is")
    #expect(
      check.warnings[1].hasPrefix(
        "cluster 'farm': Rancher has none with the id 'c-m-zzzz', " + listed))
    #expect(
      check.warnings[2].hasPrefix("cluster 'other': Rancher has none of that name, " + listed))
    #expect(check.problems.isEmpty)
  }

  static let wrongAnswers: [(ScriptedResponse, String)] = [
    (
      .json(#"{"type":"error","status":"403"}"#, status: 403),
      "status 403, the token's user may not list clusters; give it a role that may read them, and "
        + "the token no scope"
    ),
    (
      ScriptedResponse(404, "no"),
      "status 404, there is no such page; check that the address is that of a Rancher"
    ),
    (
      ScriptedResponse(headers: ["Content-Type": "text/html"], "<html>"),
      "a web page instead of JSON; check that the address is that of a Rancher and not of what "
        + "stands before it"
    ),
    (
      .json(#"{"data":"#),
      "malformed JSON at byte 8: expected a value; check that the address is that of a Rancher"
    ),
    (
      .json(#"{"status":"success","data":{"result":[]}}"#),
      "there are no clusters in it; check that the address is that of a Rancher"
    ),
  ]

  @Test(arguments: wrongAnswers.indices)
  func `what is no Rancher is told with what to do`(row: Int) async throws {
    let (response, reason) = Self.wrongAnswers[row]
    let server = ScriptedServer { _, _ in response }
    let check = try await collector(server.url).check(known: [])
    #expect(check.problems == ["\(server.url)/v3/clusters: unusable answer: \(reason)"])
  }

  @Test func `a token that isn't known is told and never shown`() async throws {
    let rancher = SimulatedRancher(clusters: [], projects: [])
    let check = try await collector(rancher.url, token: "token-old:forgotten").check(known: [])
    #expect(
      check.problems == [
        "\(rancher.url)/v3/clusters: unusable answer: status 401, Rancher does not know the token; "
          + "make one under 'Account & API Keys' without a scope, and keep its bearer token, "
          + "token-xxxxx:secret, in the file that authorization.credentials_file names; tokens expire"
      ])
  }

  @Test func `pages without an end are not followed`() async throws {
    let circle = ScriptedServer { _, _ in
      .json(#"{"data":[],"pagination":{"next":"http://x/v3/clusters?limit=1000"}}"#)
    }
    await #expect(
      throws: CollectorError.unusableText(
        place: "\(circle.url)/v3/clusters", reason: "its pages of clusters lead nowhere")
    ) { try await collector(circle.url).collect() }
    let endless = ScriptedServer { _, number in
      .json(#"{"data":[],"pagination":{"next":"http://x/v3/clusters?marker=\#(number)"}}"#)
    }
    await #expect(
      throws: CollectorError.unusableText(
        place: "\(endless.url)/v3/clusters", reason: "it has more than 100 pages of clusters")
    ) { try await collector(endless.url).collect() }
    #expect(endless.requests.count == RancherAPI.pagesMaximum)
  }
}
