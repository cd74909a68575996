import Foundation

/// A real Prometheus on a free loopback port, holding the samples that it is given.
package final class RealPrometheus: Sendable {
  private static let server = "/usr/bin/prometheus"
  private static let tool = "/usr/bin/promtool"

  /// Whether the machine has one; tests are left out where it hasn't.
  package static var isInstalled: Bool {
    [server, tool].allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
  }

  package let port: Int
  private let folder: String
  private let process: Subprocess

  package var url: String { "http://127.0.0.1:\(port)" }

  /// Starts a server over back-dated blocks.
  ///
  /// - Parameters:
  ///   - openMetrics: what it is to hold, as OpenMetrics text that ends in `# EOF`.
  ///   - configuration: the contents of prometheus.yml.
  ///   - arguments: further ones of the server.
  ///   - webConfiguration: the contents of `--web.config.file`, for TLS and passwords.
  package convenience init(
    openMetrics: String, configuration: String = "global: {}\n", arguments: [String] = [],
    webConfiguration: String? = nil
  ) async throws {
    let file = try TemporaryFile(openMetrics)
    try await self.init(
      openMetricsFile: file.path, configuration: configuration, arguments: arguments,
      webConfiguration: webConfiguration)
  }

  /// Starts a server over the samples of an OpenMetrics file.
  package init(
    openMetricsFile: String, configuration: String = "global: {}\n", arguments: [String] = [],
    webConfiguration: String? = nil
  ) async throws {
    let folder = NSTemporaryDirectory() + "gputally-prometheus-" + UUID().uuidString
    self.folder = folder
    Leftovers.add(folder: folder)
    try FileManager.default.createDirectory(
      atPath: folder + "/data", withIntermediateDirectories: true)
    try Data(configuration.utf8).write(to: URL(fileURLWithPath: folder + "/prometheus.yml"))
    let filling = try Subprocess(
      Self.tool,
      [
        "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=24h",
        openMetricsFile, folder + "/data",
      ], output: folder + "/promtool.log")
    guard await filling.ended() == 0 else {
      let words = try? String(contentsOfFile: folder + "/promtool.log", encoding: .utf8)
      throw SupportError(text: "promtool failed: \(words ?? "")")
    }
    var all = [
      "--config.file=\(folder)/prometheus.yml", "--storage.tsdb.path=\(folder)/data",
      "--storage.tsdb.retention.time=20y",
    ]
    if let webConfiguration {
      try Data(webConfiguration.utf8).write(to: URL(fileURLWithPath: folder + "/web.yml"))
      all.append("--web.config.file=\(folder)/web.yml")
    }
    (process, port) = try await Self.start(all + arguments, log: folder + "/prometheus.log")
  }

  /// Starts the server on a port that is free still when it gets there: another may be quicker.
  private static func start(
    _ arguments: [String], log: String
  ) async throws -> (Subprocess, Int) {
    for _ in 0..<5 {
      let port = LoopbackSocket.freePort()
      let process = try Subprocess(
        server, arguments + ["--web.listen-address=127.0.0.1:\(port)"], output: log)
      for _ in 0..<150 {
        let words = try? String(contentsOfFile: log, encoding: .utf8)
        if words?.contains("Server is ready to receive web requests") == true {
          return (process, port)
        }
        if words?.contains("address already in use") == true { break }
        try await Task.sleep(for: .milliseconds(100))
      }
      process.stop()
    }
    throw SupportError(text: "Prometheus did not get ready")
  }

  deinit {
    process.stop()
    // The server may still write for a moment; what it leaves is in the temporary folder.
    Leftovers.remove(folder: folder)
  }
}
