import Synchronization
import TestSupport
import Testing

@testable import Transport

/// Remembers how long a client wanted to wait, and doesn't wait.
final class Waits: Sendable {
  private let durations = Mutex<[Duration]>([])

  var all: [Duration] { durations.withLock { $0 } }

  var client: HTTPClient {
    HTTPClient { duration in self.durations.withLock { $0.append(duration) } }
  }
}

let patient = ConnectionSettings(
  timeouts: Timeouts(connectMilliseconds: 2_000, totalMilliseconds: 2_500, stallSeconds: 5))

/// How a request fails, nil where it doesn't.
func failure(
  _ request: HTTPRequest, _ connection: ConnectionSettings, client: HTTPClient = Waits().client
) async -> TransportError? {
  do throws(TransportError) {
    _ = try await client.send(request, over: connection)
    return nil
  } catch { return error }
}

@Suite struct HTTPClientTests {
  @Test func `an answer brings status, headers and body`() async throws {
    let server = ScriptedServer { _, _ in
      ScriptedResponse(200, headers: ["Content-Type": "Text/Plain; charset=utf-8"], "hello")
    }
    let response = try await Waits().client.send(HTTPRequest(url: server.url), over: patient)
    #expect(response.status == 200)
    #expect(response.mediaType == "text/plain")
    #expect(response.body == Array("hello".utf8))
    #expect(response.wireBytes == 5)
  }

  @Test func `a form is sent by post, encoded, without waiting for leave`() async throws {
    let server = ScriptedServer { _, _ in ScriptedResponse() }
    let request = HTTPRequest.form(
      server.url + "/q", fields: [("query", "a{b=\"ü&\"}"), ("t", "1")])
    _ = try await Waits().client.send(request, over: patient)
    let received = try #require(server.requests.first)
    #expect(received.method == "POST")
    #expect(received.bodyText == "query=a%7Bb%3D%22%C3%BC%26%22%7D&t=1")
    #expect(received.headers["expect"] == nil)
    #expect(received.headers["accept-encoding"]?.contains("gzip") == true)
    #expect(received.headers["user-agent"] == "gputally")
  }

  @Test(arguments: [408, 429, 500, 502, 503, 504])
  func `a status that may pass is tried again`(status: Int) async throws {
    let server = ScriptedServer { _, number in ScriptedResponse(number < 2 ? status : 200) }
    let waits = Waits()
    let response = try await waits.client.send(HTTPRequest(url: server.url), over: patient)
    #expect(response.status == 200)
    #expect(server.requests.count == 3)
    #expect(waits.all.count == 2)
  }

  @Test(arguments: [400, 401, 403, 404, 405, 418, 422])
  func `a status that will not pass is tried once`(status: Int) async throws {
    let server = ScriptedServer { _, _ in ScriptedResponse(status) }
    #expect(await failure(HTTPRequest(url: server.url), patient) != nil)
    #expect(server.requests.count == 1)
  }

  @Test func `attempts are bounded and counted`() async throws {
    let server = ScriptedServer { _, _ in ScriptedResponse(503, "out  of\nservice") }
    var connection = patient
    connection.retries.attemptsMaximum = 3
    let error = await failure(HTTPRequest(url: server.url + "/x?token=1"), connection)
    #expect(server.requests.count == 3)
    #expect(
      error?.description
        == "\(server.url)/x: the server answered 503 (out of service); look into its log "
        + "(tried 3 times)")
  }

  @Test func `waits double, with half of them left to chance, the same for the same seed`() {
    let policy = RetryPolicy(initialDelayMilliseconds: 100, delayMillisecondsMaximum: 500)
    #expect(
      (1...5).map { policy.delayMilliseconds(after: $0, chance: 0) } == [50, 100, 200, 250, 250])
    #expect(policy.delayMilliseconds(after: 1, chance: 1_000_000) == 100)
    #expect(policy.delayMilliseconds(after: 200, chance: 1_000_000) == 500)
    var one = SplitMix(seed: 7)
    var other = SplitMix(seed: 7)
    let drawn = (0..<100).map { _ in one.nextMillionth() }
    #expect(drawn == (0..<100).map { _ in other.nextMillionth() })
    #expect(drawn.allSatisfy { (0...1_000_000).contains($0) } && Set(drawn).count > 90)
  }

  @Test(arguments: [("7", 7), ("Mon, 23 Nov 2026 10:00:09 GMT", 9)])
  func `retry-after is waited for`(header: String, seconds: Int) async throws {
    let server = ScriptedServer { _, number in
      number == 0
        ? ScriptedResponse(
          429, headers: ["Retry-After": header, "Date": "Mon, 23 Nov 2026 10:00:00 GMT"])
        : ScriptedResponse()
    }
    let waits = Waits()
    _ = try await waits.client.send(HTTPRequest(url: server.url), over: patient)
    #expect(waits.all == [.seconds(seconds)])
  }

  @Test func `a retry-after longer than allowed is an error of its own`() async throws {
    let server = ScriptedServer { _, _ in ScriptedResponse(429, headers: ["Retry-After": "3600"]) }
    let error = await failure(HTTPRequest(url: server.url), patient)
    #expect(error == .busy(url: server.url, seconds: 3_600))
    #expect(server.requests.count == 1)
  }

  @Test func `an answer too large is refused while it arrives`() async throws {
    let server = ScriptedServer { _, _ in
      ScriptedResponse(200, String(repeating: "x", count: 2_000))
    }
    var request = HTTPRequest(url: server.url)
    request.responseBytesMaximum = 1_999
    let error = await failure(request, patient)
    #expect(error == .tooLarge(url: server.url, bytesMaximum: 1_999))
    #expect(server.requests.count == 1)
    request.responseBytesMaximum = 2_000
    #expect(try await Waits().client.send(request, over: patient).body.count == 2_000)
  }

  @Test func `a redirect is not followed but told`() async throws {
    let server = ScriptedServer { _, _ in
      ScriptedResponse(302, headers: ["Location": "https://login.example/sign?state=s3cret"])
    }
    let error = await failure(HTTPRequest(url: server.url), patient)
    #expect(
      error
        == .redirected(url: server.url, status: 302, location: "https://login.example/sign"))
  }

  @Test func `a decoder may ask for another attempt`() async throws {
    let server = ScriptedServer { _, number in ScriptedResponse(200, number == 0 ? "half" : "whole")
    }
    let client = Waits().client
    let text = try await client.send(HTTPRequest(url: server.url), over: patient) {
      response throws(UnusableAnswer) in
      let text = String(decoding: response.body, as: UTF8.self)
      if text == "half" { throw UnusableAnswer(reason: "half", isTransient: true) }
      return text
    }
    #expect(text == "whole")
    #expect(server.requests.count == 2)
  }

  @Test func `a cancelled request ends at once`() async throws {
    let server = ScriptedServer { _, _ in ScriptedResponse() }
    let proxy = FaultProxy(to: server.port) { _, _ in .stall(seconds: 30) }
    let client = Waits().client
    let request = HTTPRequest(url: proxy.url)
    let task = Task { () -> TransportError? in
      do {
        _ = try await client.send(request, over: ConnectionSettings())
        return nil
      } catch { return error as? TransportError }
    }
    try await Task.sleep(for: .milliseconds(100))
    task.cancel()
    #expect(await task.value == .cancelled(url: proxy.url))
    let late = Task { () -> TransportError? in
      withUnsafeCurrentTask { $0?.cancel() }
      do {
        _ = try await client.send(request, over: ConnectionSettings())
        return nil
      } catch { return error as? TransportError }
    }
    #expect(await late.value == .cancelled(url: proxy.url))
  }

  @Test func `many requests at once all come back`() async throws {
    let server = ScriptedServer { request, _ in ScriptedResponse(200, request.path) }
    let client = HTTPClient(transfersMaximum: 4)
    let url = server.url
    let paths = await withTaskGroup(of: String?.self) { group in
      for number in 0..<60 {
        group.addTask {
          let request = HTTPRequest(url: url + "/\(number)")
          let response = try? await client.send(request, over: ConnectionSettings())
          return response.map { String(decoding: $0.body, as: UTF8.self) }
        }
      }
      return await group.reduce(into: Set<String>()) { if let path = $1 { $0.insert(path) } }
    }
    #expect(paths == Set((0..<60).map { "/\($0)" }))
  }

  @Test func `a sink starts anew at each attempt and sees only answers`() async throws {
    let server = ScriptedServer { _, number in
      number == 0 ? ScriptedResponse(500, "failure") : ScriptedResponse(200, "contents")
    }
    let files = Mutex<[[UInt8]]>([])
    let response = try await Waits().client.receive(HTTPRequest(url: server.url), over: patient) {
      files.withLock { $0.append([]) }
      return { bytes in files.withLock { $0[$0.count - 1] += Array(bytes) } }
    }
    #expect(response.body.isEmpty)
    #expect(files.withLock { $0 } == [[], Array("contents".utf8)])
  }

  @Test func `a sink that fails ends the request with its reason`() async throws {
    struct DiskFull: Error, CustomStringConvertible { let description = "disk full" }
    let server = ScriptedServer { _, _ in ScriptedResponse(200, "contents") }
    let error = await #expect(throws: TransportError.self) {
      try await Waits().client.receive(HTTPRequest(url: server.url), over: patient) {
        { _ in throw DiskFull() }
      }
    }
    #expect(error == .receiver(url: server.url, reason: "disk full"))
    #expect(server.requests.count == 1)
  }
}
