import Configuration
import Foundation
import Pipeline
import Store

/// Scraping exporters until somebody ends it.
struct FollowStep {
  let configuration: Configuration
  let options: GlobalOptions
  let console: Console

  /// Follows those of `sources` that are exporters until Ctrl-C or the system ends it.
  ///
  /// - Returns: whether every scrape came.
  func run(_ sources: [Source]) async throws -> Bool {
    let exporters = sources.filter { source in
      if case .dcgmExporter = source.kind { true } else { false }
    }
    guard !exporters.isEmpty else {
      throw Failure(
        "--follow is for sources of type dcgm-exporter, and none is chosen; collect others by "
          + "running 'gputally collect' every hour")
    }
    // What is wrong with the store is told now, not when the first scrapes are to be stored.
    try options.openToWrite(configuration, verb: "collect").close()
    let connecting = Connecting(quiet: console.isQuiet)
    let holder = options.holder(verb: "collect --follow")
    let path = configuration.store
    let following = Following(
      open: { try Store(path: path, access: .write(holder: holder)) },
      client: connecting.client, clock: Clock.now)
    let names = exporters.map(\.name).joined(separator: ", ")
    console.say("following \(names); stop with Ctrl-C")
    let task = Task { try await following.run(exporters) }
    let interruption = Interruption { task.cancel() }
    let outcomes = try await task.value
    interruption.cancel()
    console.tell(outcomes)
    return outcomes.allSatisfy(\.isComplete)
  }
}
