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
    let report = try runner.report(export.request(for: period))
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
}
