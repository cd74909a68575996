import TestSupport
import Testing

@testable import Transport

@Suite struct FaultTests {
  /// A server that answers well, behind a proxy that lets the first `count` requests fail.
  private func proxy(_ server: ScriptedServer, _ fault: Fault, first count: Int) -> FaultProxy {
    FaultProxy(to: server.port) { _, number in number < count ? fault : .none }
  }

  private static let passing: [Fault] = [
    .reset, .stall(seconds: 4), .truncate(bytes: 0), .truncate(bytes: 20), .truncate(bytes: 70),
    .resetAfter(bytes: 70), .status(502), .busy(retryAfter: "1"),
  ]

  @Test(arguments: passing)
  func `a fault that passes costs one more attempt`(fault: Fault) async throws {
    let server = ScriptedServer { _, _ in ScriptedResponse(200, "a body of some length, to be cut")
    }
    let proxy = proxy(server, fault, first: 1)
    let waits = Waits()
    let response = try await waits.client.send(HTTPRequest(url: proxy.url), over: patient)
    #expect(String(decoding: response.body, as: UTF8.self) == "a body of some length, to be cut")
    #expect(proxy.requests.count == 2)
    #expect(waits.all.count == 1)
  }

  @Test(arguments: [
    (Fault.reset, "the answer broke off"), (.truncate(bytes: 70), "the answer broke off"),
    (.stall(seconds: 4), "timed out"), (.busy(retryAfter: "0"), "the server answered 429"),
  ])
  func `a fault that stays is told after the last attempt`(fault: Fault, text: String) async throws
  {
    let server = ScriptedServer { _, _ in ScriptedResponse(200, "a body of some length, to be cut")
    }
    let proxy = proxy(server, fault, first: .max)
    var connection = patient
    connection.retries.attemptsMaximum = 2
    let error = await failure(HTTPRequest(url: proxy.url), connection)
    #expect(proxy.requests.count == 2)
    let words = error?.description ?? ""
    #expect(words.hasPrefix("\(proxy.url): \(text)"), "\(words)")
    #expect(words.hasSuffix("(tried 2 times)"))
  }

  @Test func `nobody listening is told so`() async throws {
    let url = "http://127.0.0.1:1"
    var connection = patient
    connection.retries = .once
    let error = await failure(HTTPRequest(url: url), connection)
    guard case .refused(url, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.contains("check that the server runs") == true)
  }

  @Test func `an unknown host is told so`() async throws {
    var connection = patient
    connection.retries = .once
    let error = await failure(HTTPRequest(url: "http://no.such.invalid/"), connection)
    #expect(error == .unresolvable(url: "http://no.such.invalid/"))
  }

  @Test func `plain text on a TLS port is a matter of trust and tried once`() async throws {
    let server = ScriptedServer { _, _ in ScriptedResponse() }
    let url = "https://127.0.0.1:\(server.port)"
    var connection = patient
    connection.timeouts.totalMilliseconds = 500
    connection.retries = .once
    #expect(await failure(HTTPRequest(url: url), connection) != nil)
  }

  private static let url = "http://h/p"
  private static let texts: [(TransportError, String)] = [
    (
      .refused(url: url, reason: "r"),
      "http://h/p: no connection (r); check that the server runs and the port is right"
    ),
    (
      .unresolvable(url: url),
      "http://h/p: the host's name does not resolve; check the address and the name service"
    ),
    (
      .timedOut(url: url, reason: "r"),
      "http://h/p: timed out (r); check the server's load and the network, or allow more time"
    ),
    (
      .tls(url: url, reason: "r"),
      "http://h/p: no trusted TLS connection (r); check ca_file, cert_file, key_file and "
        + "server_name under tls_config"
    ),
    (
      .unauthorized(url: url),
      "http://h/p: the server answered 401, it does not know us; check basic_auth or "
        + "authorization"
    ),
    (
      .forbidden(url: url),
      "http://h/p: the server answered 403, it knows us but does not allow this; ask its "
        + "administrator for the right to read"
    ),
    (
      .notFound(url: url),
      "http://h/p: the server answered 404, there is no such page; check the path of the address"
    ),
    (
      .redirected(url: url, status: 302, location: "http://l"),
      "http://h/p: the server answered 302 and sends us to http://l; give the final address, or "
        + "credentials if that is a login page"
    ),
    (
      .status(url: url, status: 500, excerpt: ""),
      "http://h/p: the server answered 500; look into its log"
    ),
    (
      .busy(url: url, seconds: 900),
      "http://h/p: the server asks to come back after 900 s, which is longer than we wait; try "
        + "again later"
    ),
    (
      .tooLarge(url: url, bytesMaximum: 9),
      "http://h/p: the answer is larger than 9 bytes; ask for less at once"
    ),
    (
      .brokenOff(url: url, reason: "r"),
      "http://h/p: the answer broke off (r); check the server and what lies in between"
    ),
    (.unusable(url: url, reason: "r; do d"), "http://h/p: unusable answer: r; do d"),
    (.receiver(url: url, reason: "r"), "http://h/p: the answer could not be kept (r)"),
    (
      .unreadableFile(path: "/f", reason: "the file is empty"),
      "/f: the file is empty; check its path and that this user may read it"
    ),
    (.setting(url: url, reason: "r"), "http://h/p: r"),
    (
      .library(url: url, code: 27, reason: "r"),
      "http://h/p: the transfer failed with libcurl's code 27 (r)"
    ),
    (.noKeys(place: "AWS_X", reason: "r"), "AWS_X: r"),
    (.cancelled(url: url), "http://h/p: the request was cancelled"),
    (
      .exhausted(attempts: 5, last: .cancelled(url: url)),
      "http://h/p: the request was cancelled (tried 5 times)"
    ),
  ]

  @Test func `every error is one sentence with place and advice`() {
    for (error, text) in Self.texts { #expect(error.description == text) }
    // The exhausted one is counted as what it was at last.
    #expect(Set(Self.texts.map(\.0.label)).count == Self.texts.count - 1)
  }
}
