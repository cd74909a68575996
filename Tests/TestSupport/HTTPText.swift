import Glibc

/// One request as a test's server sees it.
package struct ReceivedRequest: Sendable {
  package let method: String
  /// With its query.
  package let path: String
  /// By lower-case name.
  package let headers: [String: String]
  package let body: [UInt8]

  package var bodyText: String { String(decoding: body, as: UTF8.self) }

  /// Reads one whole request, nil where the other side left before its end.
  static func read(from descriptor: Int32, _ bytes: inout [UInt8]) -> ReceivedRequest? {
    bytes = []
    while true {
      if let request = parse(bytes) { return request }
      let more = LoopbackSocket.receive(from: descriptor)
      if more.isEmpty { return nil }
      bytes += more
    }
  }

  private static func parse(_ bytes: [UInt8]) -> ReceivedRequest? {
    guard let end = HTTPText.headEnd(bytes) else { return nil }
    let lines = String(decoding: bytes[..<end], as: UTF8.self).split(whereSeparator: \.isNewline)
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count >= 2 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].drop { $0 == " " }
      headers[line[..<colon].lowercased()] = String(value)
    }
    let length = Int(headers["content-length"] ?? "0") ?? 0
    guard bytes.count - end >= length else { return nil }
    return ReceivedRequest(
      method: String(words[0]), path: String(words[1]), headers: headers,
      body: Array(bytes[end..<(end + length)]))
  }
}

/// An answer of a test's server.
package struct ScriptedResponse: Sendable {
  package var status: Int
  package var headers: [String: String]
  package var body: [UInt8]

  package init(_ status: Int = 200, headers: [String: String] = [:], _ body: String = "") {
    self.status = status
    self.headers = headers
    self.body = Array(body.utf8)
  }

  /// JSON as a Prometheus sends it.
  package static func json(_ body: String, status: Int = 200) -> ScriptedResponse {
    ScriptedResponse(status, headers: ["Content-Type": "application/json"], body)
  }

  /// The bytes on the wire; the connection ends after them.
  package var bytes: [UInt8] {
    var head = "HTTP/1.1 \(status) Scripted\r\nContent-Length: \(body.count)\r\n"
    for (name, value) in headers.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
    return Array((head + "Connection: close\r\n\r\n").utf8) + body
  }
}

enum HTTPText {
  /// The index after the empty line.
  static func headEnd(_ bytes: [UInt8]) -> Int? {
    var index = 3
    while index < bytes.count {
      if bytes[index] == 10, bytes[index - 1] == 13, bytes[index - 2] == 10 { return index + 1 }
      index += 1
    }
    return nil
  }
}
