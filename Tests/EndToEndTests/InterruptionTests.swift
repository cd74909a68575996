import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct InterruptionTests {
  private static let endless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

  /// Sends `signal` and waits for the end on a thread of its own, since tests may have to wait for
  /// one another's.
  ///
  /// - Returns: the exit status and how long the end took.
  private static func end(_ process: Subprocess, with signal: Int32) async -> (Int32, Duration) {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let start = ContinuousClock.now
        process.send(signal)
        var status: Int32 = 0
        while waitpid(process.identifier, &status, 0) < 0, errno == EINTR {}
        let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + status & 0x7f
        continuation.resume(returning: (code, ContinuousClock.now - start))
      }
    }
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a long query ends at once when interrupted`(signal: Int32) async throws {
    let program = try await UndisturbedRun.once().program
    let running = try program.start(["query", "-e", Self.endless])
    // Long enough for the program to have begun, on a busy machine too.
    try await Task.sleep(for: .seconds(2))
    let (status, duration) = await Self.end(running.process, with: signal)
    #expect(status == 1)
    #expect(duration < .seconds(2))
    #expect(
      try String(contentsOfFile: running.errors, encoding: .utf8)
        == "gputally: the query was interrupted\n")
    #expect(try String(contentsOfFile: running.output, encoding: .utf8) == "")
  }

  @Test func `a run that waits for its source ends at once when interrupted`() async throws {
    let expected = try await UndisturbedRun.once()
    let proxy = FaultProxy(to: expected.site.prometheus.port) { _, number in
      number == 0 ? .stall(seconds: 300) : .none
    }
    let program = try expected.site.program(url: proxy.url)
    let running = try program.start(["run"])
    for _ in 0..<500 where proxy.requests.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    let (status, duration) = await Self.end(running.process, with: SIGINT)
    #expect(status == 128 + SIGINT)
    #expect(duration < .seconds(2))
    try await program.expectSuccess("run")
    try program.expectFacts(expected.facts)
  }
}
