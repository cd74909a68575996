import Foundation
import Quantities
import Synchronization
import TestSupport
import Testing

/// A slurmrestd tells what is so now; what it told before is kept.
@Suite struct SlurmRESTHistoryTests {
  /// Whether the node is down and the reservation there.
  private final class Trouble: Sendable {
    private let state = Mutex(true)

    var isThere: Bool { state.withLock { $0 } }

    func end() { state.withLock { $0 = false } }
  }

  private static func server(_ trouble: Trouble) -> ScriptedServer {
    let down = UTCInstant("2026-11-02T10:10:00Z").map { $0.milliseconds / 1_000 } ?? 0
    @Sendable func node(_ name: String, _ state: String) -> String {
      """
      {"name": "\(name)", "gres": "gpu:h100:8", "state": "\(state)", "state_flags": [],
       "reason_changed_at": \(state == "down" ? down : 0)}
      """
    }
    return ScriptedServer { request, _ in
      let page = request.path.split(separator: "?")[0].split(separator: "/").suffix(3)
      switch (page.first, page.last) {
      case ("slurm", "nodes"):
        let nodes = [node("gpu01", trouble.isThere ? "down" : "idle"), node("gpu02", "idle")]
        return .json(#"{"errors": [], "nodes": [\#(nodes.joined(separator: ","))]}"#)
      case ("slurm", "reservations"):
        let night = """
          {"name": "night", "node_list": "gpu02", "accounts": "vision", "users": "", "flags": [],
           "start_time": \(down - 600), "end_time": \(down - 600 + 4 * 3_600)}
          """
        return .json(#"{"errors": [], "reservations": [\#(trouble.isThere ? night : "")]}"#)
      default: return .json(#"{"errors": [], "jobs": []}"#)
      }
    }
  }

  private func program(_ server: ScriptedServer) throws -> Program {
    let program = Program(folder: TemporaryFolder())
    try program.write(
      "gputally.yaml",
      """
      store: gputally.sqlite
      currency: KRW
      sites: [{ name: pangyo, kind: on-prem }]
      sources:
        - name: batch
          type: slurm
          site: pangyo
          cluster: batch
          rest: { url: "\(server.url)", version: v0.0.38 }
      rates: [{ gpu_model: h100, per_gpu_hour: "3600", currency: KRW, from: 2020-01-01 }]

      """)
    return program
  }

  @Test func `an outage that was seen stays, and a reservation given up ends when that is seen`()
    async throws
  {
    let trouble = Trouble()
    let server = Self.server(trouble)
    var program = try program(server)
    program.environment["GPUTALLY_NOW"] = "2026-11-02T11:05:00Z"
    try await program.expectSuccess("collect", "--window", "2026-11-02T10:00Z/2026-11-02T11:00Z")
    trouble.end()
    program.environment["GPUTALLY_NOW"] = "2026-11-02T12:05:00Z"
    try await program.expectSuccess("collect", "--window", "2026-11-02T11:00Z/2026-11-02T12:00Z")
    program.environment["GPUTALLY_NOW"] = "2026-11-02T13:05:00Z"
    var seen: [[String]] = []
    for _ in 0..<2 {
      try await program.expectSuccess("collect", "--window", "2026-11-02T10:00Z/2026-11-02T13:00Z")
      seen.append(try ["observation", "reservation", "claim"].flatMap { try program.rows($0) })
    }
    #expect(seen[0] == seen[1])
    for verb in ["rollup", "post", "verify"] { try await program.expectSuccess(verb) }
    let states = try await program.run(
      "report", "states", "--by", "hour,host,workload", "--period",
      "2026-11-02T10:00Z/2026-11-02T13:00Z", "--format", "csv")
    // Down from 10:10 to 11:00, as far as it was seen; reserved from 10:00 to 12:05.
    let lines = states.output.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)[0..<5].joined(separator: ",")
    }
    #expect(
      lines.sorted() == [
        "2026-11-02T10:00:00Z,gpu01,,out_of_service,6.666667",
        "2026-11-02T10:00:00Z,gpu01,,unallocated,1.333333",
        "2026-11-02T10:00:00Z,gpu02,night,reserved_unused,8.000000",
        "2026-11-02T11:00:00Z,gpu01,,unallocated,8.000000",
        "2026-11-02T11:00:00Z,gpu02,night,reserved_unused,8.000000",
        "2026-11-02T12:00:00Z,gpu01,,unallocated,8.000000",
        "2026-11-02T12:00:00Z,gpu02,,unallocated,7.333333",
        "2026-11-02T12:00:00Z,gpu02,night,reserved_unused,0.666667",
      ])
  }
}
