import ArgumentParser
import Reports

/// `query NAME|FILE|-e SQL`: a query file or SQL of one's own, read-only.
struct QueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Run a query file or SQL of your own; nothing is changed.",
    discussion: """
      Beside the store's tables there is gpu_sample(time, site, cluster, host, gpu_uuid, metric, \
      value), the samples themselves: time in milliseconds UTC, metric by its DCGM name. \
      Conditions on time, GPU and metric decide what is read at all.
      """)

  @OptionGroup var options: GlobalOptions
  @Argument(help: "A name of queries/, or the path of a file.") var name: String?
  @Option(
    name: .customShort("e"), parsing: .unconditional,
    help: ArgumentHelp("SQL to run.", valueName: "sql")) var sql: String?
  @Option(name: .customLong("param"), help: "A parameter as name=value; may be repeated.")
  var parameters: [String] = []
  @OptionGroup var asked: PeriodOption
  @Option(help: "Dimensions, such as day,team.") var by: String?
  @Option(help: "table, csv or json.") var format: ReportFormat = .table
  @Option(help: "The most rows to show.") var limit = QueryRequest.rowLimitDefault
  @OptionGroup var writing: WritingOptions

  func validate() throws {
    guard (name == nil) != (sql == nil) else {
      throw ValidationError("expected a name, a file or -e SQL, and one of them only")
    }
  }

  func run() throws {
    let context = try options.open()
    let catalog = QueryCatalog(folders: context.folders(for: "queries"))
    let subject = sql.map(QueryRequest.Subject.sql) ?? .nameOrFile(name ?? "")
    let request = try QueryRequest(
      subject, period: asked.resolved(in: context), by: ReportOutput.names(by),
      parameters: parameters, rowLimit: limit)
    let report = try WrongUsage.telling { try context.reports(catalog).query(request) }
    try ReportOutput.show(report, format, writing.rendering)
  }
}
