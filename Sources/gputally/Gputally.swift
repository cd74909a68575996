import ArgumentParser
import Foundation
import Records

/// The program: verbs, exit codes, the clock and paths.
@main
struct Gputally: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gputally",
    abstract: "The account book of a GPU fleet: who held which GPU, what it did, what it cost.",
    discussion: """
      Every verb takes --config FILE (gputally.yaml without it) and --quiet, before or after it.

      A first hour: 'gputally init' writes gputally.yaml, 'gputally check' tries it, 'gputally run' \
      collects and prices, 'gputally report chargeback' shows who owes what.

      Exit status: 0 complete; 1 failed, nothing changed; 2 done, but with gaps or refused input, \
      which are listed; 64 wrong usage.
      """,
    version: ProgramVersion.text,
    subcommands: [
      InitCommand.self, CheckCommand.self, InventoryCommand.self, CollectCommand.self,
      RollupCommand.self,
      PostCommand.self, RunCommand.self, ReportCommand.self, QueryCommand.self, ScanCommand.self,
      ExplainCommand.self, ExportCommand.self, BudgetCommand.self, CloseCommand.self,
      StatusCommand.self,
      VerifyCommand.self, SimulateCommand.self,
    ])

  static func main() async {
    let arguments = CommandLineArguments.verbFirst(Array(CommandLine.arguments.dropFirst()))
    do {
      var command = try parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      try StandardOutput.finish()
    } catch let error as Failure {
      Console.error(error.description)
      Foundation.exit(1)
    } catch let error as WrongUsage {
      Console.error(error.description)
      Foundation.exit(ExitCode.validationFailure.rawValue)
    } catch {
      if error is ExitCode || exitCode(for: error).isSuccess { exit(withError: error) }
      if exitCode(for: error) == .validationFailure {
        Console.error(usage(error, of: arguments))
        Foundation.exit(ExitCode.validationFailure.rawValue)
      }
      Console.error("\(error)")
      Foundation.exit(1)
    }
  }

  /// One sentence for what the parser of `arguments` says, and where the usage is told.
  private static func usage(_ error: any Error, of arguments: [String]) -> String {
    let verbs = configuration.subcommands.compactMap { $0.configuration.commandName }
    let verb = arguments.first ?? ""
    if !verbs.contains(verb), !verb.hasPrefix("-") {
      return "there is no verb '\(verb)'; expected one of \(verbs.joined(separator: ", "))"
    }
    let said = message(for: error)
    let sentence = said.hasSuffix(".") ? String(said.dropLast()) : said
    return sentence + "; see 'gputally \(verbs.contains(verb) ? verb + " " : "")--help'"
  }
}

/// An error that ends the program with status 1.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// What was asked for can't be meant; it ends the program with status 64.
struct WrongUsage: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// The order of words on the command line.
enum CommandLineArguments {
  /// Options that stand before the verb, moved behind it, where the verb's parser reads them.
  static func verbFirst(_ arguments: [String]) -> [String] {
    var leading: [String] = []
    var index = 0
    while index < arguments.count, arguments[index].hasPrefix("-") {
      let option = arguments[index]
      guard option == "--config" || option.hasPrefix("--config=") || option == "--quiet" else {
        return arguments
      }
      leading.append(option)
      index += 1
      if option == "--config", index < arguments.count {
        leading.append(arguments[index])
        index += 1
      }
    }
    guard index < arguments.count else { return arguments }
    return [arguments[index]] + leading + arguments[(index + 1)...]
  }
}
