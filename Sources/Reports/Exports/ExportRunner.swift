import Foundation

/// Writes exports.
package struct ExportRunner: Sendable {
  /// What was written.
  package struct Written: Hashable, Sendable {
    package let path: String
    package let lines: Int
    /// What whoever asked ought to know, a sentence each; for standard error.
    package let notices: [String]
  }

  private let runner: ReportRunner

  package init(runner: ReportRunner) {
    self.runner = runner
  }

  /// Writes `export` for `period` into `directory`, which is made where it is missing.
  ///
  /// - Throws: ``ExportError``, or what the report throws; the file is then as it was.
  package func write(
    _ export: ExportFile, period: ReportPeriod, directory: String
  ) throws -> Written {
    let report = try report(export, period)
    let text = report.rendered(export.format, export.rendering)
    let path = directory + "/" + export.fileName(for: period)
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw ExportError.notWritten(
        path: path, step: "making the folder", reason: error.localizedDescription)
    }
    try AtomicFile.write(Array(text.utf8), to: path)
    return Written(path: path, lines: report.rows.count, notices: report.notices)
  }

  /// The report behind `export`, with the columns that its file names.
  func report(_ export: ExportFile, _ period: ReportPeriod) throws -> Report {
    var report: Report
    do {
      report = try runner.report(export.request(for: period))
    } catch let error as ReportError {
      guard let place = export.parameters.first(where: { error.isAbout(parameter: $0.name) })
      else { throw error }
      throw ExportError.badParameter(
        path: export.path, line: place.line, detail: error.description)
    }
    // Columns are made of final numbers: they may no longer say which currency theirs are.
    if export.rendering.isRounded { report = MoneyRounding.round(report).withoutEmptyLines }
    try report.checkBalances()
    if let version = export.focusVersion { report = report.leavingOut(version.laterColumns) }
    guard !export.columns.isEmpty else { return report }
    return try report.with(export.columns, path: export.path)
  }
}
