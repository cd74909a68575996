import ArgumentParser
import Configuration
import Foundation
import Pipeline
import Quantities
import Store

/// Everything that has to happen at night.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Collect, roll up, post and write the nightly exports: the cron entry.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let started = Clock.now()
    let configuration = try options.configuration()
    let console = Console(quiet: options.quiet)
    let store = try options.openToWrite(configuration, verb: "run")
    let steps = Steps(store: store, configuration: configuration, console: console)
    let isWhole = try await steps.collect(configuration.sources, window: nil)
    try steps.rollup()
    try steps.post()
    if !isWhole { throw ExitCode(2) }
    _ = started
  }
}

/// Tries the configuration and every source.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read the configuration and reach every source; say what each one has.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    throw Failure("not yet")
  }
}
