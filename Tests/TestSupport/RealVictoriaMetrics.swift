import Foundation

/// A real VictoriaMetrics on a free loopback port, empty at first.
package final class RealVictoriaMetrics: Sendable {
  private static let server = "/usr/bin/victoria-metrics"

  /// Whether the machine has one; tests are left out where it hasn't.
  package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: server) }

  package let port: Int
  private let folder: String
  private let process: Subprocess

  package var url: String { "http://127.0.0.1:\(port)" }

  package init() async throws {
    let folder = NSTemporaryDirectory() + "gputally-victoria-" + UUID().uuidString
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let log = folder + "/victoria.log"
    for _ in 0..<5 {
      let port = LoopbackSocket.freePort()
      let process = try Subprocess(
        Self.server,
        [
          "-httpListenAddr=127.0.0.1:\(port)", "-storageDataPath=\(folder)/data",
          "-retentionPeriod=100y", "-search.latencyOffset=0s",
        ], output: log)
      for _ in 0..<150 {
        let words = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        if words.contains("started VictoriaMetrics") {
          self.port = port
          self.process = process
          return
        }
        if words.contains("address already in use") { break }
        try await Task.sleep(for: .milliseconds(100))
      }
      process.stop()
    }
    throw SupportError(text: "VictoriaMetrics did not get ready")
  }

  deinit {
    process.stop()
    try? FileManager.default.removeItem(atPath: folder)
  }
}
