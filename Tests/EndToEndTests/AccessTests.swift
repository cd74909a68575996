import Foundation
import TestSupport
import Testing

/// Sources that can't be reached or don't let us in.
@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct AccessTests {
  private static let password = "a night train"
  /// What crypt(3) makes of ``password`` with bcrypt and the least work.
  private static let webConfiguration = """
    basic_auth_users:
      gputally: $2b$04$gputallygputallygputauSWnR3b7kamuBWC5R9Ei7VEsDoeAtD.e

    """
  private static let window = "2026-11-02T00:00Z/2026-11-02T06:00Z"
  private static let gap =
    "gputally: gap in 'train-prometheus', 2026-11-02T00:00:00Z/2026-11-02T06:00:00Z: "

  private static func guarded(_ text: String) -> String {
    text.replacing(
      "    scrape_interval:",
      with: "    basic_auth: { username: gputally, password_file: password }\n    scrape_interval:")
  }

  @Test func `a password is needed, never shown, and enough`() async throws {
    let site = try await SimulatedSite.small.site()
    let file = site.folder.path + "/fleet.om"
    let server = try await RealPrometheus(
      openMetricsFile: file, webConfiguration: Self.webConfiguration)
    let program = try site.program(url: server.url, adjust: Self.guarded)
    let page = "\(server.url)/api/v1/label/instance/values: "
    let words = ["collect", "--quiet", "--window", Self.window]

    try await program.expectRefusal(
      words, status: 2,
      String(Self.gap.dropFirst("gputally: ".count))
        + "password: the file does not exist; check its path and that this user may read it")

    try program.write("password", "a wrong train\n")
    let refused = try await program.run(words)
    #expect(refused.status == 2)
    #expect(
      refused.errors == Self.gap + page
        + "the server answered 401, it does not know us; check basic_auth or authorization\n")
    #expect(try await program.run("check").status == 1)

    try program.write("password", Self.password + "\n")
    try await program.expectSuccess("check")
    try await program.expectSuccess("run")
    try program.expectFacts(try await UndisturbedRun.once().facts)
    for name in try FileManager.default.contentsOfDirectory(atPath: program.folder.path)
    where name != "password" && name != "out" {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: program.folder.path + "/" + name))
      #expect(bytes.firstRange(of: Data("wrong train".utf8)) == nil, "\(name) holds a password")
      #expect(bytes.firstRange(of: Data(Self.password.utf8)) == nil, "\(name) holds a password")
    }
  }

  @Test(arguments: [
    (
      "http://127.0.0.1:1", "no connection (Failed to connect to 127.0.0.1 port 1",
      "check that the server runs and the port is right (tried 5 times)\n"
    ),
    (
      "http://prometheus.invalid:9090", "the host's name does not resolve",
      "check the address and the name service (tried 5 times)\n"
    ),
    ("https://127.0.0.1:PORT", "no trusted TLS connection (", "server_name under tls_config\n"),
  ])
  func `an unreachable source is a gap with its address and what to check`(
    url: String, reason: String, remedy: String
  ) async throws {
    let site = try await SimulatedSite.small.site()
    let address = url.replacing("PORT", with: String(site.prometheus.port))
    let program = try site.program(url: address)
    let result = try await program.run("collect", "--quiet", "--window", Self.window)
    #expect(result.status == 2)
    #expect(result.output == "")
    #expect(
      result.errors.hasPrefix(Self.gap + "\(address)/api/v1/label/instance/values: \(reason)"),
      "\(result.errors)")
    #expect(result.errors.hasSuffix("; " + remedy) || result.errors.hasSuffix(remedy))
    #expect(result.complaints.count == 1)
    let check = try await program.run("check")
    #expect(check.status == 1)
    #expect(check.errors == "gputally: 1 of 1 sources can't be collected from as they are\n")
    #expect(check.output.contains("problem  \(address)/api/v1/"))
  }
}
