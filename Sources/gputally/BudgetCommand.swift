import ArgumentParser
import Configuration
import Foundation
import Quantities
import Reports
import Store

/// `budget`: what of each team's budget is spent; the exit status tells cron.
struct BudgetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "budget",
    abstract: "Show what of each team's budget is spent, and a forecast of the month's end.",
    discussion: """
      Exit status 2 where the spending of a team reached one of the percentages of its \
      'warn_percent', which is listed; 0 where none did. With --quiet only that is told.

      A budget is of whole months and covers the teams below the one that it names. The forecast \
      is what is spent so far, and the mean cost of the last 7 posted days for each day left; its \
      range takes the cheapest and the dearest of these days.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var asked: PeriodOption
  @Option(help: "Show this team only, and those below it.") var team: String?
  @Option(help: "table, csv or json.") var format: ReportFormat = .table
  @OptionGroup var writing: WritingOptions

  func run() throws {
    let context = try options.open()
    let file = context.configuration.file
    guard !context.configuration.budgets.isEmpty else {
      throw Failure(
        "\(file) has no budgets; add such as 'budgets: [{ team: perception, per_month: 5000 }]'")
    }
    let period = try asked.resolved(in: context)
    let report = try context.budgets(in: period, team: team)
    if report.rows.isEmpty, !options.quiet {
      let whose = team.map { " of team '\($0)'" } ?? ""
      Console.error("no budget\(whose) in \(file) is for \(period.label)")
    }
    if !options.quiet { try ReportOutput.show(report, format, writing.rendering) }
    let passed = report.passedBudgets
    for sentence in passed { Console.error(sentence) }
    if !passed.isEmpty { throw ExitCode(2) }
  }
}

extension ProgramContext {
  /// The report `budgets`.
  func budgets(in period: ReportPeriod, team: String? = nil) throws -> Report {
    let catalog = QueryCatalog(folders: folders(for: "queries"))
    return try reports(catalog).report(
      ReportRequest(name: "budgets", period: period, team: team))
  }

  /// A sentence for each budget of the months, by a threshold of which spending went.
  func passedBudgets(in months: [BillingMonth]) throws -> [String] {
    guard !configuration.budgets.isEmpty else { return [] }
    return try months.flatMap { month in
      let period = ReportPeriod(label: month.description, range: calendar.range(of: month))
      return try budgets(in: period).passedBudgets
    }
  }

  /// The month of the last complete billing day.
  var currentMonth: BillingMonth {
    BillingMonth(containing: calendar.day(of: now).adding(days: -1))
  }
}

extension Configuration {
  /// The budgets as queries see them.
  var budgetRows: [BudgetRow] {
    budgets.map { budget in
      BudgetRow(
        team: budget.team, firstMonth: budget.from, endMonth: budget.to,
        amountMicros: Int64(budget.perMonth.micros), currency: budget.perMonth.currency.code,
        warnPercents: budget.warnPercents)
    }
  }
}
