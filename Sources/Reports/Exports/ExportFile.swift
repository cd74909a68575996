import Yams

/// A file of exports/: which report to write where, and how.
package struct ExportFile: Hashable, Sendable {
  /// The keys that a file may have.
  static let keys = ["name", "title", "report", "format", "file", "nightly", "options"]
  /// The keys that its options may have.
  static let optionKeys = ["by", "excel", "min_stretch", "round", "team"]
  /// What may stand in braces in the name of the file to write.
  static let places = ["name", "period"]

  package let name: String
  package let path: String
  package let title: String
  package let report: String
  package let format: ReportFormat
  /// Name of the file to write, with `{name}` and `{period}` not yet filled in.
  package let file: String
  /// Whether `run` writes it every night.
  package let isNightly: Bool
  package let by: [String]
  package let team: String?
  /// - Unit: milliseconds.
  package let minStretch: Int64?
  package let rendering: RenderingOptions

  /// The name of the file to write for `period`; what a file name can't hold is left out of it.
  package func fileName(for period: ReportPeriod) -> String {
    let label = period.label.replacing("/", with: "_").replacing(":", with: "")
    return file.replacing("{period}", with: label).replacing("{name}", with: name)
  }

  /// The request for the report behind it.
  package func request(for period: ReportPeriod) -> ReportRequest {
    ReportRequest(name: report, period: period, team: team, by: by, minStretch: minStretch)
  }

  /// The export that `text` describes.
  static func parse(_ text: String, path: String, name: String) throws(ExportError) -> ExportFile {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      throw .notYAML(path: path, detail: "\(error)".replacing("\n", with: " "))
    }
    guard let root else { throw .missing(path: path, key: "name") }
    let top = try ExportMapping(root, path: path, keys: keys)
    let options = try top.mapping("options", keys: optionKeys)
    let named = try top.required("name")
    guard named.text == name else {
      throw .unexpected(
        path: path, line: named.line, key: "name", found: named.text,
        expected: "'\(name)', as the file is called")
    }
    let stretch = try options?.text("min_stretch")
    return try ExportFile(
      name: name, path: path, title: top.required("title").text,
      report: top.required("report").text, format: format(top), file: file(top),
      isNightly: top.flag("nightly") ?? false, by: options?.list("by") ?? [],
      team: options?.text("team")?.text,
      minStretch: stretch.map { value throws(ExportError) in try milliseconds(value, path: path) },
      rendering: RenderingOptions(
        isForExcel: options?.flag("excel") ?? false, isRounded: options?.flag("round") ?? false))
  }

  private static func format(_ top: ExportMapping) throws(ExportError) -> ReportFormat {
    let value = try top.required("format")
    guard let format = ReportFormat(rawValue: value.text) else {
      throw .unexpected(
        path: top.path, line: value.line, key: "format", found: value.text,
        expected: ReportFormat.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return format
  }

  private static func file(_ top: ExportMapping) throws(ExportError) -> String {
    let value = try top.required("file")
    var rest = value.text
    for place in places { rest = rest.replacing("{\(place)}", with: "") }
    guard !rest.contains(where: { "{}/\0".contains($0) }), !value.text.hasPrefix(".") else {
      throw .unexpected(
        path: top.path, line: value.line, key: "file", found: value.text,
        expected: "a file name without folder, with {name} or {period} at most")
    }
    return value.text
  }

  private static func milliseconds(_ value: ExportMapping.Value, path: String)
    throws(ExportError) -> Int64
  {
    do throws(ReportError) {
      return try DurationText.milliseconds(value.text)
    } catch {
      throw .unexpected(
        path: path, line: value.line, key: "min_stretch", found: value.text,
        expected: "a length of time such as 30m")
    }
  }
}
