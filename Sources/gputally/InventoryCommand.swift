import ArgumentParser
import Configuration
import Pipeline

/// Prints what a source knows of hosts with GPUs.
struct InventoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inventory",
    abstract:
      "Print the hosts with GPUs that a source of type 'uyuni' knows, as an inventory file.",
    discussion: """
      The output is CSV as 'inventory_file' reads it. Review it before you use it: owners and models \
      decide who pays and what. Exit status 2 where a host had to be left out, or its owner, which \
      is told.
      """)

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The name of the source.") var source: String

  func run() async throws {
    let configuration = try options.configuration()
    let names = configuration.sources.compactMap { source in
      if case .uyuni = source.kind { source.name } else { nil }
    }
    guard let found = configuration.sources.first(where: { $0.name == source }),
      case .uyuni(let uyuni) = found.kind
    else {
      throw WrongUsage(
        "there is no source '\(source)' of type 'uyuni' in \(configuration.file); "
          + (names.isEmpty
            ? "add one to 'sources'" : "expected one of \(names.joined(separator: ", "))"))
    }
    let inventory = try await UyuniInventory(
      of: found, uyuni, client: Connecting(quiet: options.quiet).client)
    let (entries, warnings) = inventory.entries
    print(InventoryText.csv(entries), terminator: "")
    for warning in warnings { Console.error(warning) }
    if !warnings.isEmpty { throw ExitCode(2) }
  }
}
