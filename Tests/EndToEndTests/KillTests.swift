import Foundation
import Simulator
import Synchronization
import TestSupport
import Testing

/// The program killed at random moments. `GPUTALLY_KILLS` says how often, `GPUTALLY_SEED` repeats.
@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct KillTests {
  private static let variables = ProcessInfo.processInfo.environment
  private static let seed =
    variables["GPUTALLY_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000)
  private static let kills = variables["GPUTALLY_KILLS"].flatMap { Int($0) } ?? 100
  /// As many at once as keep two cores at work.
  private static let atOnce = 3

  /// How one victim ended.
  private enum End: String { case beforeStore, killed, finished }

  /// Random moments between the start and a little after the usual end.
  private final class Moments: Sendable {
    private let usual: Mutex<Duration>

    /// - Parameter measured: how long the program took.
    init(measured: Duration) { usual = Mutex(measured) }

    /// The delay of one kill.
    func delay(_ number: Int) -> Duration {
      var chance = SplitMix64(seed: KillTests.seed &+ UInt64(number) &* 1_000_003)
      let share = chance.pick(0...999_999)
      return usual.withLock { $0 * 13 * share / 10_000_000 }
    }

    /// Follows the machine, which other tests keep busy by turns: about a quarter is to finish.
    func note(_ end: End) {
      usual.withLock { $0 = end == .finished ? $0 * 7 / 10 : $0 * 9 / 8 }
    }
  }

  /// Starts the program, kills it after `delay`, and sees that what it left is sound.
  private static func strike(_ program: Program, _ verb: String, after delay: Duration)
    async throws -> End
  {
    let running = try program.start([verb])
    try await Task.sleep(for: delay)
    running.process.send(SIGKILL)
    let status = await running.ended()
    #expect(status == 128 + SIGKILL || status == 0, "\(verb) after \(delay): \(status)")
    let check = try await program.run("verify", "--quiet")
    let isMissing =
      check.status == 1
      && check.errors == "gputally: gputally.sqlite: there is no store yet; run 'gputally collect' "
        + "or 'gputally run' to make one\n"
    if isMissing, status != 0 { return .beforeStore }
    #expect(check.status == 0, "seed \(seed), \(verb) killed after \(delay): \(check.errors)")
    return status == 0 ? .finished : .killed
  }

  /// Lets `strike` happen to `count` programs and counts how they ended.
  private static func strikes(
    _ count: Int, measured: Duration,
    _ strike: @escaping @Sendable (Duration) async throws -> End
  ) async throws -> [End: Int] {
    let moments = Moments(measured: measured)
    return try await withThrowingTaskGroup(of: End.self) { group in
      var ends: [End: Int] = [:]
      for number in 0..<count {
        if number >= atOnce, let end = try await group.next() { ends[end, default: 0] += 1 }
        group.addTask {
          let end = try await strike(moments.delay(number))
          moments.note(end)
          return end
        }
      }
      for try await end in group { ends[end, default: 0] += 1 }
      return ends
    }
  }

  private static func tell(_ verb: String, _ ends: [End: Int]) {
    let counts = ends.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
    print("seed \(seed), \(verb): \(counts)")
  }

  @Test func `a run killed at any moment leaves a sound store, which the next run completes`()
    async throws
  {
    let expected = try await UndisturbedRun.once()
    let ends = try await Self.strikes(Self.kills, measured: expected.duration) { delay in
      let program = try expected.site.program()
      let end = try await Self.strike(program, "run", after: delay)
      let comment = "seed \(Self.seed), killed after \(delay)"
      let next = try await program.run("run")
      #expect(next.status == 0, "\(comment): \(next.errors)")
      try program.expectFacts(expected.facts, comment)
      let isSame = try program.exports() == expected.exports
      #expect(isSame, "exports: \(comment)")
      return end
    }
    Self.tell("run", ends)
    #expect(ends[.killed, default: 0] > 0, "none was killed at work: \(ends)")
  }

  @Test(arguments: [
    ("rollup", "below_percent: 5", "below_percent: 60"), ("post", "\"3250\"", "\"3300\""),
  ])
  func `a verb killed while it changes what is stored leaves a sound store`(
    verb: String, words: String, others: String
  ) async throws {
    let change: @Sendable (String) -> String = { $0.replacing(words, with: others) }
    let before = try await UndisturbedRun.once()
    let after = try await UndisturbedRun(adjust: change)
    let table = verb == "post" ? "posting" : "state_hour"
    #expect(before.facts[table] != after.facts[table])
    let source = try before.site.program()
    try await source.expectSuccess("run")
    let trial = try before.site.program(adjust: change)
    try source.copyStore(to: trial)
    let duration = try await ContinuousClock().measure { try await trial.expectSuccess(verb) }
    let ends = try await Self.strikes(max(5, Self.kills / 10), measured: duration) { delay in
      let program = try before.site.program(adjust: change)
      try source.copyStore(to: program)
      let end = try await Self.strike(program, verb, after: delay)
      #expect(end != .beforeStore)
      try await program.expectSuccess("run")
      try program.expectFacts(after.facts, "seed \(Self.seed), \(verb) killed after \(delay)")
      return end
    }
    Self.tell(verb, ends)
  }

  @Test func `a collection killed at any moment leaves a sound store`() async throws {
    let expected = try await UndisturbedRun.once()
    let count = max(5, Self.kills / 10)
    let ends = try await Self.strikes(count, measured: expected.duration) { delay in
      let program = try expected.site.program()
      let end = try await Self.strike(program, "collect", after: delay)
      try await program.expectSuccess("run")
      try program.expectFacts(
        expected.facts, "seed \(Self.seed), collect killed after \(delay)")
      return end
    }
    Self.tell("collect", ends)
  }
}
