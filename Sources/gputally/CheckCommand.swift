import ArgumentParser
import Configuration
import Foundation
import Pipeline
import Quantities

/// Tries the configuration and every source.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read the configuration and reach every source; say what each one has.")

  @OptionGroup var options: GlobalOptions

  func run() async throws {
    let configuration = try options.configuration()
    let gpus = configuration.inventory.reduce(0) { $0 + $1.hosts.count * $1.gpusPerHost }
    print(
      "\(configuration.file): \(configuration.sources.count) sources, \(gpus) GPUs in the inventory, "
        + "\(Set(configuration.teams.map(\.name)).count) teams, \(configuration.rates.count) rates")
    for note in configuration.inventoryNotes { print(note) }
    let connecting = Connecting(quiet: options.quiet)
    let findings = await SourceProbe(
      client: connecting.client, configuration: configuration, log: connecting.log
    ).run(configuration.sources, now: Clock.now())
    for finding in findings { Self.show(finding) }
    let unusable = findings.filter { !$0.check.isUsable }
    guard unusable.isEmpty else {
      throw Failure(
        "\(unusable.count) of \(findings.count) sources can't be collected from as they are")
    }
  }

  private static func show(_ finding: SourceProbe.Finding) {
    let check = finding.check
    print("\(finding.source.name): \(check.isUsable ? "ok" : "not usable")")
    for line in check.findings { print("  found    \(line)") }
    for line in check.warnings { print("  warning  \(line)") }
    for line in check.problems { print("  problem  \(line)") }
  }
}
