import Foundation
import Quantities
import TestSupport
import Testing
import Transport

@testable import Collectors

@Suite struct UyuniTests {
  private let folder = TemporaryFolder()
  static let h100 = SimulatedUyuni.card("10DE", "GH100 [H100 SXM5 80GB]")
  private static let mi300 = SimulatedUyuni.card(
    "1002", "Aqua Vanjaram [Instinct MI300X]", class: "OTHER")
  /// What is no GPU: a switch of NVIDIA's, the console of a server, a disk.
  private static let others = [
    SimulatedUyuni.card("10de", "GH100 [H100 NVSwitch]", class: "OTHER"),
    SimulatedUyuni.card("1a03", "ASPEED Graphics Family"),
    #"{"device_class":"HD","bus":"scsi","description":null,"device":"sda","prop1":null}"#,
  ]

  private func collector(_ url: String, password: String = SimulatedUyuni.password) throws
    -> UyuniCollector
  {
    let file = folder.path + "/password"
    try Data(password.utf8).write(to: URL(fileURLWithPath: file))
    return UyuniCollector(
      settings: UyuniSettings(
        url: url, user: SimulatedUyuni.user, passwordFile: file,
        connection: ConnectionSettings(retries: .once)), client: Waiting().client)
  }

  @Test func `hosts come with their cards, groups and when they were heard of`() async throws {
    let uyuni = SimulatedUyuni([
      .init(
        12, "gpu01.example", checkIn: "2026-11-27T10:00:00Z",
        devices: [Self.h100, Self.h100] + Self.others, groups: ["team-vision", "all"]),
      .init(7, "amd01", checkIn: "", devices: [Self.mi300], groups: ["team-a b"]),
    ])
    let hosts = try await collector(uyuni.url).collect(groups: Pattern("team-*"))
    #expect(hosts.map(\.name) == ["amd01", "gpu01.example"])
    #expect(hosts.map(\.gpuCount) == [1, 2])
    #expect(
      hosts.flatMap { $0.cards.keys.map(\.model) } == [
        "AMD Instinct MI300X", "NVIDIA H100 SXM5 80GB",
      ])
    #expect(hosts[1].groups == ["team-vision"])
    #expect(hosts.map(\.lastCheckIn) == [nil, UTCInstant("2026-11-27T10:00:00Z")])
    #expect(uyuni.pages.first == "auth/login" && uyuni.pages.last == "auth/logout")
    #expect(uyuni.pages.contains("systemgroup/listSystemsMinimal?systemGroupName=team-a%20b"))
    #expect(!uyuni.pages.contains("systemgroup/listSystemsMinimal?systemGroupName=all"))
  }

  @Test func `a wrong password is told, and a session ends where a question fails`() async throws {
    let uyuni = SimulatedUyuni([])
    await #expect(
      throws: CollectorError.transport(
        .unusable(
          url: "\(uyuni.url)/rhn/manager/api/auth/login",
          reason: "Uyuni says: error.invalid_login; check user and password_file, and the user's "
            + "roles"))
    ) { try await collector(uyuni.url, password: "old").collect(groups: nil) }
    #expect(uyuni.pages == ["auth/login"])
  }

  static let wrongAnswers: [(ScriptedResponse, String)] = [
    (
      ScriptedResponse(headers: ["Content-Type": "text/html"], "<html>"),
      "a web page instead of JSON; check that the address is that of a Uyuni"
    ),
    (
      ScriptedResponse(401, "no"),
      "status 401, Uyuni does not know the user; check user and password_file"
    ),
    (
      ScriptedResponse(403, "no"),
      "status 403, the user may not ask for that; give it a role that may read systems"
    ),
    (
      .json("{}"),
      "status 200 without a word; check that the address is that of a Uyuni"
    ),
    (
      .json("[", status: 404),
      "status 404, malformed JSON at byte 1: expected a value; check that the address is that of a "
        + "Uyuni"
    ),
    (
      .json(#"{"success":true}"#),
      "no session came of the login; check that the address is that of a Uyuni"
    ),
  ]

  @Test(arguments: wrongAnswers.indices)
  func `what is no Uyuni is told with what to do`(row: Int) async throws {
    let (response, reason) = Self.wrongAnswers[row]
    let server = ScriptedServer { _, _ in response }
    await #expect(
      throws: CollectorError.transport(
        .unusable(url: "\(server.url)/rhn/manager/api/auth/login", reason: reason))
    ) { try await collector(server.url).collect(groups: nil) }
  }

  @Test(arguments: [
    ("plain", "\"plain\""), ("a\"b\\c", #""a\"b\\c""#), ("tab\tü", "\"tab\\u0009ü\""),
  ])
  func `a text is written as JSON`(text: String, json: String) {
    #expect(JSONWord.quoted(text) == json)
  }
}
