import ArgumentParser
import Configuration
import Foundation
import Pipeline
import Quantities
import Store

/// Brings sources up to date.
struct CollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect",
    abstract: "Bring each source up to date.",
    discussion: """
      Without --window every complete hour since a source's watermark is collected, and every \
      hour that could not be collected before. A source that was never collected starts with \
      yesterday. A window that is collected again replaces what was stored of it. Bookings and \
      assignments are read as a whole each time.
      """)

  @OptionGroup var options: GlobalOptions

  @Option(help: ArgumentHelp("Only this source; may be given more than once.", valueName: "name"))
  var source: [String] = []

  @Option(
    help: ArgumentHelp(
      "Collect this span again: an ISO 8601 interval, 2026-11-01T00:00Z/2026-11-08T00:00Z; widened "
        + "to whole UTC hours.", valueName: "interval"))
  var window: String?

  @Flag(help: "Keep scraping dcgm-exporter sources at their interval until stopped.")
  var follow = false

  func run() async throws {
    let configuration = try options.configuration()
    let console = Console(quiet: options.quiet)
    let sources = try Self.chosen(source, of: configuration)
    let range = try window.map { try Spans.window($0, configuration) }
    let isWhole =
      follow
      ? try await FollowStep(configuration: configuration, options: options, console: console)
        .run(sources) : try await collect(sources, range, configuration, console)
    if !isWhole { throw ExitCode(2) }
  }

  /// - Returns: whether everything came.
  private func collect(
    _ sources: [Source], _ range: TimeRange?, _ configuration: Configuration, _ console: Console
  ) async throws -> Bool {
    let store = try options.openToWrite(configuration, verb: "collect")
    defer { store.close() }
    let steps = Steps(store: store, configuration: configuration, console: console)
    return try await steps.collect(sources, window: range).allSatisfy(\.isComplete)
  }

  /// The sources of the given names, all without any.
  static func chosen(_ names: [String], of configuration: Configuration) throws -> [Source] {
    if names.isEmpty { return configuration.sources }
    return try names.map { name in
      guard let source = configuration.sources.first(where: { $0.name == name }) else {
        let known = configuration.sources.map { "'\($0.name)'" }.joined(separator: ", ")
        throw WrongUsage("there is no source '\(name)' in \(configuration.file); known: \(known)")
      }
      return source
    }
  }
}

/// Spans of time on the command line.
enum Spans {
  static func window(_ text: String, _ configuration: Configuration) throws -> TimeRange {
    do {
      return try Period.parse(text, calendar: configuration.calendar, now: Clock.now()).range
    } catch {
      throw WrongUsage("--window: \(error)")
    }
  }

  /// - Parameter option: where it was given.
  static func period(
    _ text: String, _ configuration: Configuration, of option: String = "--period"
  ) throws -> Period {
    do {
      return try Period.parse(text, calendar: configuration.calendar, now: Clock.now())
    } catch {
      throw WrongUsage("\(option): \(error)")
    }
  }
}
