import Foundation
import Quantities
import TestSupport
import Testing

/// A simulated fleet that is written straight into a store, rolled up and not yet posted.
struct WrittenFleet {
  let program: Program
  let configuration: String

  /// - Parameters:
  ///   - span: whole UTC hours.
  ///   - adjust: a change of the configuration's text.
  init(
    _ span: TimeRange, seed: UInt64 = 1, hosts: Int = 2, gpusPerHost: Int = 2,
    adjust: (String) -> String = { $0 }
  ) async throws {
    let now = (span.end + 600_000).description
    program = Program(folder: TemporaryFolder(), environment: ["GPUTALLY_NOW": now])
    let hours = span.milliseconds / UTCInstant.millisecondsPerHour
    try await program.expectSuccess(
      "simulate", "--seed", "\(seed)", "--hosts", "\(hosts)", "--gpus-per-host", "\(gpusPerHost)",
      "--hours", "\(hours)", "--start", span.start.description, "--interval", "60s",
      "--store", "gputally.sqlite", "--write-config", "gputally.yaml")
    configuration = adjust(try program.read("gputally.yaml"))
    try program.write("gputally.yaml", configuration)
    try await program.expectSuccess("rollup", "--quiet")
  }

  /// The lines of a CSV report, by column.
  func lines(_ arguments: String...) async throws -> [[String: String]] {
    let result = try await program.run(arguments + ["--format", "csv"])
    #expect(result.status == 0 || result.status == 2, "\(arguments): \(result.errors)")
    return try result.table()
  }
}

extension [[String: String]] {
  /// The millionths that a column of decimals sums to.
  func sum(_ column: String) -> Int128 {
    reduce(0) { $0 + (Decimals.parse($1[column] ?? "", places: 6) ?? 0) }
  }
}
