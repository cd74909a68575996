import ArgumentParser
import Reports

/// `export NAME`: an export of exports/ as a file, whose path it prints.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write an export of exports/ and print its path.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The export, such as chargeback.") var name: String
  @OptionGroup var asked: PeriodOption
  @Option(help: "The folder to write into, instead of the configuration's.") var output: String?

  func run() throws {
    let context = try options.open()
    let export: ExportFile
    do {
      export = try ExportCatalog(folders: context.folders(for: "exports")).file(named: name)
    } catch let error as ExportError {
      guard case .unknownExport = error else { throw error }
      throw WrongUsage("\(error)")
    }
    let catalog = QueryCatalog(folders: context.folders(for: "queries"))
    let written = try ExportRunner(runner: context.reports(catalog)).write(
      export, period: asked.resolved(in: context), directory: output ?? context.exportDirectory)
    print(written.path)
    try ReportOutput.tell(written.notices)
  }
}
