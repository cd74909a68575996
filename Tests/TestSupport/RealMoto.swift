import Foundation

/// A real moto on a free loopback port: S3's protocol over memory, empty at first.
///
/// It takes any key, since its own check of signatures refuses right ones.
package final class RealMoto: Sendable {
  private static let server: String? = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let folders = [package + "/.build/moto/bin"] + path.split(separator: ":").map(String.init)
    return folders.map { $0 + "/moto_server" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  package static let absence = "moto is not installed: run 'make moto'"

  /// Whether there is one; tests are left out where there isn't.
  package static var isInstalled: Bool { server != nil }

  package let port: Int
  private let folder = TemporaryFolder()
  private let process: Subprocess

  package var url: String { "http://127.0.0.1:\(port)" }

  package init() async throws {
    guard let server = Self.server else { throw SupportError(text: Self.absence) }
    for _ in 0..<5 {
      let port = LoopbackSocket.freePort()
      let process = try Subprocess(
        server, ["-H", "127.0.0.1", "-p", "\(port)"], output: folder.path + "/moto.log")
      if await LoopbackSocket.isListening(on: port, within: .seconds(60)) {
        self.port = port
        self.process = process
        return
      }
      process.stop()
    }
    throw SupportError(text: "moto did not get ready")
  }

  deinit { process.stop() }

  package func makeBucket(_ name: String) throws { try send("PUT", "/\(name)") }

  /// - Parameter path: the bucket and the key, encoded: `/bucket/a%20b.csv`.
  package func put(_ path: String, _ body: [UInt8], headers: [String: String] = [:]) throws {
    try send("PUT", path, body, headers)
  }

  package func remove(_ path: String) throws { try send("DELETE", path) }

  private func send(
    _ method: String, _ path: String, _ body: [UInt8] = [], _ headers: [String: String] = [:]
  ) throws {
    guard let socket = LoopbackSocket.connected(to: port) else {
      throw SupportError(text: "moto is gone")
    }
    defer { close(socket) }
    let all = headers.merging([
      "Host": "127.0.0.1:\(port)", "Content-Length": "\(body.count)", "Connection": "close",
      "Authorization":
        "AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, "
        + "Signature=0",
    ]) { own, _ in own }
    let lines = ["\(method) \(path) HTTP/1.1"] + all.map { "\($0): \($1)" } + ["", ""]
    LoopbackSocket.send(Array(lines.joined(separator: "\r\n").utf8) + body, to: socket)
    var answer: [UInt8] = []
    while true {
      let more = LoopbackSocket.receive(from: socket)
      if more.isEmpty { break }
      answer += more
    }
    let text = String(decoding: answer, as: UTF8.self)
    guard text.hasPrefix("HTTP/1.1 2") else {
      throw SupportError(text: "\(method) \(path): \(text.prefix(400))")
    }
  }
}
