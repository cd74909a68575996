import Foundation
import Store
import TestSupport
import Testing

/// What a run of the small site gives where nothing goes wrong: the measure of all that do.
struct UndisturbedRun: Sendable {
  let site: SimulatedSite
  let facts: Facts
  /// The nightly exports by name.
  let exports: [String: String]
  /// How long the run took.
  let duration: Duration

  private static let task = Task { try await UndisturbedRun(adjust: { $0 }) }

  /// The run with the site's own configuration, made once.
  static func once() async throws -> UndisturbedRun { try await task.value }

  /// - Parameter adjust: a change of the configuration's text.
  init(adjust: @Sendable (String) -> String) async throws {
    site = try await SimulatedSite.small.site()
    let program = try site.program(adjust: adjust)
    var result: Program.Result?
    duration = try await ContinuousClock().measure { result = try await program.run("run") }
    guard let result, result.status == 0 else {
      throw SupportError(text: "an undisturbed run failed: \(result?.errors ?? "")")
    }
    facts = try program.facts()
    exports = try program.exports()
  }
}

extension Program {
  /// The files of the folder of exports, those left out that were not finished.
  func exports() throws -> [String: String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out")
    var exports: [String: String] = [:]
    for name in names where name.hasSuffix(".csv") { exports[name] = try read("out/" + name) }
    return exports
  }

  /// The store's file alone, without the log beside it, written into another program's folder.
  func copyStore(to other: Program) throws {
    try FileManager.default.copyItem(
      atPath: folder.path + "/gputally.sqlite", toPath: other.folder.path + "/gputally.sqlite")
  }
}
