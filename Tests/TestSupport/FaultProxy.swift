import Foundation
import Synchronization

/// What a ``FaultProxy`` does to one request.
package enum Fault: Sendable {
  /// Forwards it.
  case none
  /// Resets the connection without an answer.
  case reset
  /// Takes the request and says nothing for so long.
  case stall(seconds: Double)
  /// Ends the connection after so many bytes of the answer.
  case truncate(bytes: Int)
  /// Resets the connection after so many bytes of the answer.
  case resetAfter(bytes: Int)
  /// Answers by itself.
  case respond(ScriptedResponse)
  /// Half of the answer's body under the right length and status.
  case halfBody
  /// One byte of the body turned over.
  case corrupt(byte: Int)

  /// 429 with the wait that it asks for.
  package static func busy(retryAfter: String) -> Fault {
    .respond(ScriptedResponse(429, headers: ["Retry-After": retryAfter], "slow down"))
  }

  /// An answer with nothing but a status.
  package static func status(_ status: Int) -> Fault {
    .respond(ScriptedResponse(status, "scripted"))
  }

  /// The login page of a proxy that guards the server.
  package static let loginPage = Fault.respond(
    ScriptedResponse(
      200, headers: ["Content-Type": "text/html; charset=utf-8"], "<html>Sign in</html>"))
}

/// Stands before a server and lets chosen requests fail.
package final class FaultProxy: Sendable {
  private let server: ConnectionServer
  private let log: RequestLog

  /// - Parameter fault: called with each request and how many came before it.
  package init(
    to upstream: Int, _ fault: @escaping @Sendable (ReceivedRequest, Int) -> Fault
  ) {
    let log = RequestLog()
    self.log = log
    server = ConnectionServer { connection in
      var bytes: [UInt8] = []
      guard let request = ReceivedRequest.read(from: connection, &bytes) else {
        close(connection)
        return
      }
      let number = log.add(request)
      Exchange(client: connection, upstream: upstream, request: bytes)
        .proceed(with: fault(request, number))
    }
  }

  deinit { server.stop() }

  package var url: String { "http://127.0.0.1:\(server.port)" }

  /// All requests so far.
  package var requests: [ReceivedRequest] { log.all }
}

/// One request on its way through the proxy.
private struct Exchange {
  let client: Int32
  let upstream: Int
  let request: [UInt8]

  func proceed(with fault: Fault) {
    switch fault {
    case .none:
      LoopbackSocket.send(answer(), to: client)
    case .reset:
      return LoopbackSocket.reset(client)
    case .stall(let seconds):
      Thread.sleep(forTimeInterval: seconds)
    case .truncate(let bytes):
      LoopbackSocket.send(Array(answer().prefix(bytes)), to: client)
    case .resetAfter(let bytes):
      LoopbackSocket.send(Array(answer().prefix(bytes)), to: client)
      // What has been sent must arrive before the reset overtakes it.
      Thread.sleep(forTimeInterval: 0.05)
      return LoopbackSocket.reset(client)
    case .respond(let response):
      LoopbackSocket.send(response.bytes, to: client)
    case .halfBody:
      let (head, body) = parts(of: answer())
      var response = ScriptedResponse(200, headers: head)
      response.body = Array(body.prefix(body.count / 2))
      LoopbackSocket.send(response.bytes, to: client)
    case .corrupt(let byte):
      var (head, body) = parts(of: answer())
      if byte < body.count { body[byte] ^= 0x80 }
      var response = ScriptedResponse(200, headers: head)
      response.body = body
      head = [:]
      LoopbackSocket.send(response.bytes, to: client)
    }
    close(client)
  }

  /// The server's whole answer, asked for without compression and for one connection.
  private func answer() -> [UInt8] {
    guard let server = LoopbackSocket.connected(to: upstream) else { return [] }
    defer { close(server) }
    guard let end = HTTPText.headEnd(request) else { return [] }
    var lines = String(decoding: request[..<end], as: UTF8.self)
      .split(whereSeparator: \.isNewline).map(String.init)
    lines.removeAll {
      $0.lowercased().hasPrefix("accept-encoding") || $0.lowercased().hasPrefix("connection")
    }
    let head = (lines + ["Connection: close", "", ""]).joined(separator: "\r\n")
    LoopbackSocket.send(Array(head.utf8) + request[end...], to: server)
    var answer: [UInt8] = []
    while true {
      let more = LoopbackSocket.receive(from: server)
      if more.isEmpty { return answer }
      answer += more
    }
  }

  /// The content type and the body, put together where it came in chunks.
  private func parts(of answer: [UInt8]) -> ([String: String], [UInt8]) {
    guard let end = HTTPText.headEnd(answer) else { return ([:], []) }
    let head = String(decoding: answer[..<end], as: UTF8.self).lowercased()
    let body = Array(answer[end...])
    let isChunked = head.contains("transfer-encoding: chunked")
    let type = head.split(whereSeparator: \.isNewline).first { $0.hasPrefix("content-type:") }
    let value = type?.dropFirst("content-type:".count).drop { $0 == " " } ?? "application/json"
    return (["Content-Type": String(value)], isChunked ? unchunked(body) : body)
  }

  private func unchunked(_ bytes: [UInt8]) -> [UInt8] {
    var rest = bytes[...]
    var body: [UInt8] = []
    while let line = rest.firstIndex(of: 10) {
      let text = String(decoding: rest[..<line], as: UTF8.self).filter { !$0.isWhitespace }
      guard let size = Int(text, radix: 16), size > 0 else { break }
      body += rest[(line + 1)...].prefix(size)
      rest = rest[(line + 1)...].dropFirst(size + 2)
    }
    return body
  }
}
