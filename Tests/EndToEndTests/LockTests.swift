import Foundation
import Synchronization
import TestSupport
import Testing

@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct LockTests {
  /// A source that answers nobody until it is let go.
  private final class Gate: Sendable {
    private let isOpen = Mutex(false)
    private static let waitMax = 30.0

    func open() { isOpen.withLock { $0 = true } }

    func pass() -> Fault {
      let end = Date().addingTimeInterval(Self.waitMax)
      while !isOpen.withLock({ $0 }), Date() < end { Thread.sleep(forTimeInterval: 0.02) }
      return .none
    }
  }

  /// A run that holds the lock, waiting for its source.
  private struct Held {
    let program: Program
    let running: Program.Running
    let gate: Gate
    let proxy: FaultProxy

    init() async throws {
      let site = try await SimulatedSite.small.site()
      let gate = Gate()
      self.gate = gate
      proxy = FaultProxy(to: site.prometheus.port) { _, _ in gate.pass() }
      program = try site.program(url: proxy.url)
      running = try program.start(["run"])
      for _ in 0..<500 where proxy.requests.isEmpty {
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(!proxy.requests.isEmpty, "the first run asks its source")
    }

    var refusal: String {
      "gputally.sqlite: another gputally is writing: 'gputally run', process "
        + "\(running.process.identifier) on \(ProcessInfo.processInfo.hostName), since "
        + "2026-11-02T06:02:00Z; wait for it to finish and run again"
    }
  }

  @Test func `a second writer is told who is writing, and works once the first is done`()
    async throws
  {
    let held = try await Held()
    for verb in ["run", "collect", "rollup", "post"] {
      try await held.program.expectRefusal([verb], held.refusal)
    }
    held.gate.open()
    #expect(await held.running.ended() == 0)
    try await held.program.expectSuccess("run")
    try held.program.expectFacts(try await UndisturbedRun.once().facts)
  }

  @Test func `readers are not kept out by a writer`() async throws {
    let held = try await Held()
    for verb in ["status", "verify", "report"] { try await held.program.expectSuccess(verb) }
    try await held.program.expectSuccess("query", "gaps")
    held.gate.open()
    #expect(await held.running.ended() == 0)
  }

  @Test func `the lock of a killed process is free at once`() async throws {
    let held = try await Held()
    held.running.process.send(SIGKILL)
    #expect(await held.running.ended() == 128 + SIGKILL)
    held.gate.open()
    try await held.program.expectSuccess("run")
    try held.program.expectFacts(try await UndisturbedRun.once().facts)
  }

  @Test func `of runs that start together one works and the others are refused`() async throws {
    let program = try await SimulatedSite.small.site().program()
    let runs = try (0..<5).map { _ in try program.start(["run", "--quiet"]) }
    var statuses: [Int32] = []
    for run in runs {
      let status = await run.ended()
      let errors = try String(contentsOfFile: run.errors, encoding: .utf8)
      statuses.append(status)
      if status == 0 {
        #expect(errors == "")
      } else {
        #expect(status == 1)
        #expect(errors.hasPrefix("gputally: gputally.sqlite: another gputally is writing: "))
        #expect(errors.hasSuffix("; wait for it to finish and run again\n"))
      }
    }
    #expect(statuses.contains(0))
    try program.expectFacts(try await UndisturbedRun.once().facts)
  }
}
