import ArgumentParser
import Configuration
import Foundation
import Pipeline
import Quantities
import Reports
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
    defer { store.close() }
    let steps = Steps(store: store, configuration: configuration, console: console)
    let collected = try await steps.collect(configuration.sources, window: nil)
    try steps.rollup()
    let posted = try steps.post()
    let months = posted.months
    try steps.dropOldSamples()
    try NightlyExports(configuration: configuration, console: console).write(months: months)
    try BudgetWatch(configuration: configuration, console: console).tell(months: months)
    if let file = configuration.metricsFile {
      try RunMetrics(started: started, ended: Clock.now(), collected: collected).write(to: file)
    }
    if !collected.allSatisfy(\.isComplete) || !posted.isComplete { throw ExitCode(2) }
  }
}

/// Who spent more of a budget than is to be told.
private struct BudgetWatch {
  let configuration: Configuration
  let console: Console

  /// Lists thresholds that were reached in the month of the last complete billing day, and in the
  /// one before where that was posted again.
  func tell(months: [BillingMonth]) throws {
    guard !configuration.budgets.isEmpty else { return }
    let context = try ProgramContext(configuration: configuration)
    let current = context.currentMonth
    let recent = Set(months.filter { $0 == current.previous } + [current]).sorted()
    for sentence in try context.passedBudgets(in: recent) { console.warn(sentence) }
  }
}

/// The exports marked `nightly`.
private struct NightlyExports {
  let configuration: Configuration
  let console: Console

  /// Writes them for the month of the last complete billing day, and for the months that were
  /// posted again.
  func write(months: [BillingMonth]) throws {
    let context = try ProgramContext(configuration: configuration)
    let exports = try ExportCatalog(folders: context.folders(for: "exports")).nightly()
    let yesterday = context.calendar.day(of: context.now).adding(days: -1)
    let runner = ExportRunner(
      runner: context.reports(QueryCatalog(folders: context.folders(for: "queries"))))
    for month in Set(months + [BillingMonth(containing: yesterday)]).sorted() {
      let period = ReportPeriod(
        label: month.description, range: context.calendar.range(of: month))
      for export in exports {
        let written = try runner.write(
          export, period: period, directory: context.exportDirectory)
        console.say("wrote \(written.path): \(written.lines) lines")
      }
    }
  }
}
