import ArgumentParser
import Configuration
import Pipeline

/// Samples to the state ledger.
struct RollupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rollup",
    abstract: "Turn samples into the state ledger: where each second of each GPU went.",
    discussion: "Only hours whose samples, inventory or idle rule changed are made again.")

  @OptionGroup var options: GlobalOptions

  @Option(
    help: ArgumentHelp(
      "Make these hours again in any case: an ISO 8601 interval.", valueName: "interval"))
  var window: String?

  func run() throws {
    let configuration = try options.configuration()
    let range = try window.map { try Spans.window($0, configuration) }
    let store = try options.openToWrite(configuration, verb: "rollup", isMade: false)
    defer { store.close() }
    let steps = Steps(
      store: store, configuration: configuration, console: Console(quiet: options.quiet))
    try steps.rollup(window: range)
  }
}

/// The state ledger to money.
struct PostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "post",
    abstract: "Price the state ledger: postings that sum to the cost of the pools.",
    discussion: """
      Without --period every billing month is posted whose facts, rates, teams or policies \
      changed since it was posted last. A closed month is never posted again: what came later is \
      priced with what it was closed with, and the difference is charged in the open month as \
      corrections. With --correct that is gputally.yaml as it is now, from then on: for a wrong \
      rate, or teams that were mapped too late.
      """)

  @OptionGroup var options: GlobalOptions

  @Option(
    help: ArgumentHelp(
      "The billing months of a period: 2026-11, 2026-11-23, yesterday, last-month or an interval.",
      valueName: "period"))
  var period: String?

  @Flag(help: "Price the period's closed months with gputally.yaml as it is now.")
  var correct = false

  func validate() throws {
    if correct, period == nil {
      throw ValidationError("--correct needs --period, the closed month that is to be priced anew")
    }
  }

  func run() throws {
    let configuration = try options.configuration()
    let range = try period.map { try Spans.period($0, configuration).range }
    let kept = correct ? try options.kept() : nil
    let store = try options.openToWrite(configuration, verb: "post", isMade: false)
    defer { store.close() }
    let steps = Steps(
      store: store, configuration: configuration, console: Console(quiet: options.quiet))
    if let range, let kept {
      try steps.correct(range: range, with: kept)
    } else {
      guard try steps.post(range: range).isComplete else { throw ExitCode(2) }
    }
  }
}
