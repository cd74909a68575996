import ArgumentParser
import Reports

extension FocusVersion: ExpressibleByArgument {}

/// `export NAME`: an export of exports/ as a file, whose path it prints.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write an export of exports/ and print its path.")

  @OptionGroup var options: GlobalOptions
  @Argument(help: "The export, such as chargeback.") var name: String
  @OptionGroup var asked: PeriodOption
  @Option(help: "The folder to write into, instead of the configuration's.") var output: String?
  @Option(help: "1.2 or 1.3, for exports in the form of FOCUS.") var focusVersion: FocusVersion?
  @OptionGroup var writing: WritingOptions

  func run() throws {
    let context = try options.open()
    let export: ExportFile
    do {
      export = try ExportCatalog(folders: context.folders(for: "exports")).file(named: name)
        .with(writing.rendering, focusVersion: focusVersion)
    } catch let error as ExportError {
      switch error {
      case .unknownExport, .notFocus, .roundedPrices: throw WrongUsage("\(error)")
      default: throw error
      }
    }
    let catalog = QueryCatalog(folders: context.folders(for: "queries"))
    let written = try ExportRunner(runner: context.reports(catalog)).write(
      export, period: asked.resolved(in: context), directory: output ?? context.exportDirectory)
    print(written.path)
    try ReportOutput.tell(written.notices)
  }
}
