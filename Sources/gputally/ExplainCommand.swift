import ArgumentParser
import Quantities
import Reports

/// `explain`: from a cell of the chargeback back to its GPUs, hours, rates and samples.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Walk from a cell of the chargeback back to its GPUs, hours, rates and samples.",
    discussion: """
      Name the cell by what its line of 'report chargeback' says:
        gputally explain --period 2026-11 --team perception --cluster train --column idle_cost

      What is shown: the cell; the postings that it is the sum of, with the check that it is; what the \
      pools cost on those days, by which rates or cost items, and the price of a GPU-hour that \
      follows; what policies moved, from whom and by which weight; the scrape targets of the samples; \
      and what the months were posted with. With --day or --gpu also every GPU with its hours and \
      workloads. At the end stands the query that shows the samples themselves.

      csv and --section give one part: cell, postings, prices, costs, moves, gpus, samples, months.
      Each part is a file of queries/ too: explain-postings.sql and so on.
      """)

  @OptionGroup var options: GlobalOptions
  @OptionGroup var asked: PeriodOption
  @Option(help: "The line's team; teams under it count too.") var team: String
  @Option(help: "The line's site; all without it.") var site: String?
  @Option(help: "The line's cluster.") var cluster: String?
  @Option(help: "The line's gpu_model.") var gpuModel: String?
  @Option(help: "The cell's column, such as idle_cost or busy_gpu_hours.")
  var column = ExplainedColumn.totalCost.rawValue
  @Option(help: "One billing day of it, GPU by GPU.") var day: String?
  @Option(help: "One GPU of it.") var gpu: String?
  @Option(help: "One part only; csv gives one part in any case.") var section: String?
  @Option(help: "table, csv or json.") var format: ReportFormat = .table
  @Flag(help: "CSV as Excel wants it.") var excel = false

  func run() throws {
    let context = try options.open()
    let catalog = QueryCatalog(folders: context.folders(for: "queries"))
    let explanation = try Self.telling {
      let request = try CellRequest(
        period: asked.resolved(in: context), team: team, site: site, cluster: cluster,
        gpuModel: gpuModel, column: ExplainedColumn(named: column), day: day, gpu: gpu)
      return try Explainer(context.reports(catalog)).explanation(of: request)
    }
    try StandardOutput.write(try Self.telling { try text(of: explanation) })
    try ReportOutput.tell(explanation.checks.filter { !$0.isSound }.map(\.text))
  }

  private func text(of explanation: Explanation) throws -> String {
    if format == .csv || section != nil {
      return try explanation.section(section).report
        .rendered(format, RenderingOptions(isForExcel: excel))
    }
    let file = options.config
    let program = file == "gputally.yaml" ? "gputally" : "gputally --config \(file)"
    return format == .json ? explanation.json : explanation.table(program: program)
  }

  /// Does `work`, for what was named on the command line.
  private static func telling<Result>(_ work: () throws -> Result) throws -> Result {
    do {
      return try WrongUsage.telling(work)
    } catch let error as ExplainError {
      if error.isOfRequest { throw WrongUsage("\(error)") }
      throw Failure("\(error)")
    }
  }
}
