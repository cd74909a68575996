import Foundation
import Synchronization
import TestSupport
import Testing

/// A real Prometheus behind a proxy that spoils its answers.
@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct FaultTests {
  /// A fault that stays, and how it is told.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let fault: Fault
    let reason: String

    init(_ name: String, _ fault: Fault, _ reason: String) {
      self.name = name
      self.fault = fault
      self.reason = reason
    }

    var testDescription: String { name }
  }

  private static let cases = [
    Case("stalls", .stall(seconds: 3), "timed out ("),
    Case("resets", .reset, "the answer broke off ("),
    Case("ends early", .truncate(bytes: 700), "the answer broke off ("),
    Case("resets amid the answer", .resetAfter(bytes: 700), "the answer broke off ("),
    Case("sends half the JSON", .halfBody, "unusable answer: malformed JSON at byte "),
    Case("flips the first byte", .corrupt(byte: 0), "unusable answer: malformed JSON at byte 0"),
    Case("flips another byte", .corrupt(byte: 5), "unusable answer: malformed JSON at byte "),
    Case("answers 500", .status(500), "the server answered 500 (scripted); look into its log"),
    Case("answers 429", .busy(retryAfter: "0"), "the server answered 429 (slow down)"),
    Case(
      "asks to wait an hour", .busy(retryAfter: "3600"), "the server asks to come back after 3600 s"
    ),
    Case(
      "answers 401", .status(401),
      "the server answered 401, it does not know us; check basic_auth or authorization"),
    Case("answers 403", .status(403), "the server answered 403, it knows us but does not allow"),
    Case("answers 404", .status(404), "the server answered 404, there is no such page"),
    Case(
      "shows a login page", .loginPage,
      "a web page instead of JSON, probably a login page; check the address"),
    Case(
      "sends us to another address",
      .respond(ScriptedResponse(302, headers: ["Location": "https://login.example/?token=x"])),
      "the server answered 302 and sends us to https://login.example"),
  ]

  private static let window = "2026-11-02T00:00Z/2026-11-02T06:00Z"
  private static let gap = "gap in 'train-prometheus', 2026-11-02T00:00:00Z/2026-11-02T06:00:00Z: "

  /// Gives a server that stalls two seconds.
  private static func patience(_ text: String) -> String {
    text.replacing("scrape_interval: 30s", with: "scrape_interval: 30s\n    timeout: 2s")
  }

  /// Whether the fault happens, to be turned off and on.
  private final class Trouble: Sendable {
    /// How many requests get through before it, nil while there is none.
    private let spared: Mutex<Int?>

    init(after spared: Int? = 0) { self.spared = Mutex(spared) }

    func end() { spared.withLock { $0 = nil } }
    func begin(after count: Int) { spared.withLock { $0 = count } }

    /// Whether the next request meets it.
    func strikes() -> Bool {
      spared.withLock { spared in
        guard let left = spared else { return false }
        spared = max(0, left - 1)
        return left == 0
      }
    }
  }

  /// The one gap that `result` tells of, without the address.
  private static func expectGap(_ result: Program.Result, _ proxy: FaultProxy, reason: String) {
    #expect(result.status == 2, "\(result.errors)")
    #expect(result.output == "")
    #expect(result.complaints.count == 1, "\(result.errors)")
    let told = result.complaints.first ?? ""
    #expect(told.hasPrefix("gputally: " + gap + proxy.url), "\(told)")
    #expect(told.contains(": " + reason), "\(told)")
  }

  @Test(arguments: cases)
  func `a fault leaves a gap that is told, and the next run fills it`(trial: Case) async throws {
    let expected = try await UndisturbedRun.once()
    let trouble = Trouble()
    let proxy = FaultProxy(to: expected.site.prometheus.port) { request, _ in
      // The names of the targets get through, their samples don't.
      request.path.contains("/label/") || !trouble.strikes() ? .none : trial.fault
    }
    let program = try expected.site.program(url: proxy.url, adjust: Self.patience)
    let failed = try await program.run("collect", "--window", Self.window)
    Self.expectGap(failed, proxy, reason: trial.reason)
    #expect(try program.facts()["segment"] == [])
    #expect(try program.facts()["observation"] == [])
    let status = try await program.expectSuccess("status")
    #expect(status.output.contains("gap      2026-11-02T00:00:00Z: \(proxy.url)"))
    trouble.end()
    try await program.expectSuccess("run")
    try program.expectFacts(expected.facts)
    #expect(!(try await program.expectSuccess("status").output.contains("gap ")))
  }

  @Test(arguments: [cases[2], cases[4], cases[10]])
  func `a window that is collected again in vain keeps what it had`(trial: Case) async throws {
    let expected = try await UndisturbedRun.once()
    let trouble = Trouble(after: nil)
    let proxy = FaultProxy(to: expected.site.prometheus.port) { _, _ in
      trouble.strikes() ? trial.fault : .none
    }
    let program = try expected.site.program(url: proxy.url)
    try await program.expectSuccess("run")
    // The targets' names and samples come, what comes after them doesn't.
    trouble.begin(after: 3)
    let again = try await program.run("collect", "--window", Self.window)
    Self.expectGap(again, proxy, reason: trial.reason)
    try program.expectFacts(expected.facts)
    try await program.expectSuccess("rollup")
    try await program.expectSuccess("post")
    try program.expectFacts(expected.facts)
    trouble.end()
    try await program.expectSuccess("run")
    try program.expectFacts(expected.facts)
  }

  @Test func `a fault that passes leaves no trace`() async throws {
    let expected = try await UndisturbedRun.once()
    let proxy = FaultProxy(to: expected.site.prometheus.port) { _, number in
      number < 2 ? .status(503) : .none
    }
    let program = try expected.site.program(url: proxy.url)
    let run = try await program.expectSuccess("run")
    #expect(run.complaints == [])
    #expect(proxy.requests.count > 2)
    try program.expectFacts(expected.facts)
  }

  @Test func `a source that fails does not keep another one from being collected`() async throws {
    let expected = try await UndisturbedRun.once()
    let proxy = FaultProxy(to: expected.site.prometheus.port) { _, _ in .status(401) }
    let program = try expected.site.program { text in
      let other = """
        sources:
          - { name: lab, type: prometheus, site: pangyo, cluster: lab, url: "\(proxy.url)" }
        """
      return text.replacing("sources:", with: other)
    }
    let run = try await program.run("run")
    #expect(run.status == 2)
    #expect(
      run.complaints == [
        "gputally: gap in 'lab', 2026-11-01T00:00:00Z/2026-11-02T06:00:00Z: \(proxy.url)"
          + "/api/v1/label/instance/values: the server answered 401, it does not know us; check "
          + "basic_auth or authorization"
      ])
    #expect(run.errors.contains("collected train-prometheus: 30 hours, "))
    try program.expectFacts(expected.facts)
    #expect(try program.exports() == expected.exports)
  }

  @Test func `a source that is down is not asked for every day of a long window`() async throws {
    let site = try await SimulatedSite.small.site()
    let proxy = FaultProxy(to: site.prometheus.port) { _, _ in .status(401) }
    let program = try site.program(url: proxy.url)
    let window = "2026-10-01T00:00Z/2026-11-01T00:00Z"
    let result = try await program.run("collect", "--quiet", "--window", window)
    #expect(result.status == 2)
    #expect(proxy.requests.count == 2)
    #expect(result.complaints.count == 2)
    #expect(
      result.complaints.last == "gputally: gap in 'train-prometheus', "
        + "2026-10-03T00:00:00Z/2026-11-01T00:00:00Z: not asked for, since the source failed twice "
        + "in a row")
  }
}
