import ArgumentParser
import Foundation

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
