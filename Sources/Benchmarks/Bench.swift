import ArgumentParser

/// The developers' tool behind `make bench`; it isn't installed.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gputally-bench",
    abstract: "Make the fleet that benchmarks measure with, and time small things.",
    subcommands: [
      WorkloadCommand.self, MicroCommand.self, BillCommand.self, MakeBillCommand.self,
    ])
}
