import TestSupport
import Testing

@testable import Transport

@Suite struct SecretTests {
  private func error(
    _ url: String, _ connection: ConnectionSettings
  ) async -> TransportError? {
    do throws(TransportError) {
      _ = try await Waits().client.send(HTTPRequest(url: url), over: connection)
      return nil
    } catch { return error }
  }

  @Test func `basic authentication sends the password of the file, its line end cut off`()
    async throws
  {
    let file = try TemporaryFile("open sesame\n")
    let server = ScriptedServer { _, _ in ScriptedResponse() }
    var connection = patient
    connection.authentication = .basic(username: "gputally", passwordFile: file.path)
    #expect(await error(server.url, connection) == nil)
    // Base64 of gputally:open sesame.
    #expect(server.requests.first?.headers["authorization"] == "Basic Z3B1dGFsbHk6b3BlbiBzZXNhbWU=")
  }

  @Test func `a token is sent under its scheme, and own headers with it`() async throws {
    let file = try TemporaryFile("t0ken")
    let server = ScriptedServer { _, _ in ScriptedResponse() }
    var connection = patient
    connection.authentication = .credentials(scheme: "Bearer", file: file.path)
    connection.headers = ["X-Scope-OrgID": "ml"]
    #expect(await error(server.url, connection) == nil)
    #expect(server.requests.first?.headers["authorization"] == "Bearer t0ken")
    #expect(server.requests.first?.headers["x-scope-orgid"] == "ml")
  }

  @Test func `a secret is read anew for every request`() async throws {
    let server = ScriptedServer { _, _ in ScriptedResponse() }
    var connection = patient
    connection.authentication = .credentials(scheme: "Bearer", file: "/nonexistent/token")
    #expect(
      await error(server.url, connection)
        == .unreadableFile(path: "/nonexistent/token", reason: "the file does not exist"))
    #expect(server.requests.isEmpty)
  }

  @Test(arguments: [
    ("", "the file is empty"), (" \n", "the file is empty"),
    ("a\nb", "the file holds more than one line"),
    (String(repeating: "x", count: 70_000), "the file does not hold a secret as text"),
  ])
  func `a file that is no secret is refused unsent`(text: String, reason: String) async throws {
    let file = try TemporaryFile(text)
    var connection = patient
    connection.authentication = .basic(username: "u", passwordFile: file.path)
    #expect(
      await error("http://127.0.0.1:1", connection)
        == .unreadableFile(path: file.path, reason: reason))
  }

  @Test func `no error shows a secret, even where the server repeats it`() async throws {
    let file = try TemporaryFile("hunter2-hunter2")
    let server = ScriptedServer { request, _ in
      ScriptedResponse(500, "you sent \(request.headers.values.sorted().joined(separator: " "))")
    }
    var connection = patient
    connection.retries.attemptsMaximum = 2
    connection.headers = ["X-Api-Key": "k3y-k3y-k3y"]
    for authentication in [
      Authentication.basic(username: "u", passwordFile: file.path),
      .credentials(scheme: "Bearer", file: file.path),
    ] {
      connection.authentication = authentication
      let words = await "\(String(describing: error(server.url + "/p?token=abc", connection)))"
      #expect(words.contains("the server answered 500"))
      #expect(words.contains("<secret>"))
      for secret in ["hunter2", "k3y-k3y", "abc", "aHVudGVy", "dTpodW50ZXI"] {
        #expect(!words.contains(secret), "\(words)")
      }
    }
  }

  @Test(arguments: [
    ("ftp://h/", "an address must begin with http:// or https://"),
    ("file:///etc/passwd", "an address must begin with http:// or https://"),
    ("http://", "an address needs a host"),
    ("http://a b/", "an address must not contain blanks or control characters"),
    (
      "http://u:s3cret@h/",
      "the address carries a user name or password; use basic_auth with password_file"
    ),
  ])
  func `an address that can not be used is refused unsent`(url: String, reason: String) async throws
  {
    let error = await error(url, patient)
    guard case .setting(let shown, reason) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!shown.contains("s3cret"))
  }

  @Test(arguments: [("X-A", "a\r\nX-B: c"), ("X A", "a"), ("", "a"), ("X:A", "a")])
  func `a header can not smuggle another one in`(name: String, value: String) async throws {
    var connection = patient
    connection.headers = [name: value]
    guard case .setting = await error("http://127.0.0.1:1", connection) else {
      Issue.record("the header was taken")
      return
    }
  }

  @Test(arguments: [
    ("https://u:p@h:1/a/b?c=d#e", "https://h:1/a/b"), ("http://h", "http://h"),
    ("http://h/a@b", "http://h/a@b"), ("http://h?x=1", "http://h"), ("nonsense", "the address"),
  ])
  func `an address is shown without credentials and query`(url: String, shown: String) {
    #expect(URLText.shown(url) == shown)
  }
}
