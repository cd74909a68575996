import Yams

/// A file of exports/: which report to write where, and how.
package struct ExportFile: Hashable, Sendable {
  /// The keys that a file may have.
  static let keys = [
    "name", "title", "report", "format", "file", "nightly", "options", "parameters", "columns",
  ]
  /// The keys that its options may have.
  static let optionKeys = ["by", "excel", "focus_version", "min_stretch", "round", "team"]
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
  package private(set) var rendering: RenderingOptions
  /// Values for parameters of the report's query.
  let parameters: [Parameter]
  /// The columns to write, empty for those of the report.
  let columns: [ExportColumn]
  /// The version of FOCUS that the file follows, nil where it is something else.
  package private(set) var focusVersion: FocusVersion?

  /// A value for a parameter of the report's query.
  struct Parameter: Hashable, Sendable {
    let name: String
    let text: String
    let line: Int
  }

  /// The name of the file to write for `period`; what a file name can't hold is left out of it.
  package func fileName(for period: ReportPeriod) -> String {
    let label = period.label.replacing("/", with: "_").replacing(":", with: "")
    return file.replacing("{period}", with: label).replacing("{name}", with: name)
  }

  /// The request for the report behind it.
  package func request(for period: ReportPeriod) -> ReportRequest {
    var given = parameters.map { (name: $0.name, text: $0.text) }
    if let focusVersion { given.append(("focus_version", focusVersion.rawValue)) }
    return ReportRequest(
      name: report, period: period, team: team, by: by, minStretch: minStretch,
      parameters: given)
  }

  /// The export with what was asked for beside its file.
  ///
  /// - Throws: ``ExportError`` where it can't be written so.
  package func with(
    _ asked: RenderingOptions, focusVersion version: FocusVersion?
  ) throws(ExportError) -> ExportFile {
    guard version == nil || focusVersion != nil else { throw .notFocus(export: name) }
    var file = self
    file.focusVersion = version ?? focusVersion
    file.rendering.isForExcel = rendering.isForExcel || asked.isForExcel
    file.rendering.isRounded = rendering.isRounded || asked.isRounded
    guard file.focusVersion == nil || !file.rendering.isRounded else {
      throw .roundedPrices(path: path)
    }
    return file
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
    let parsed = try ExportFile(
      name: name, path: path, title: top.required("title").text,
      report: top.required("report").text, format: format(top), file: file(top),
      isNightly: top.flag("nightly") ?? false, by: options?.list("by") ?? [],
      team: options?.text("team")?.text,
      minStretch: stretch.map { value throws(ExportError) in try milliseconds(value, path: path) },
      rendering: RenderingOptions(
        isForExcel: options?.flag("excel") ?? false, isRounded: options?.flag("round") ?? false),
      parameters: parameters(top), columns: columns(top),
      focusVersion: options.flatMap { value throws(ExportError) in try version(value) })
    return try parsed.with(RenderingOptions(), focusVersion: nil)
  }

  /// The parameters that have a value.
  private static func parameters(_ top: ExportMapping) throws(ExportError) -> [Parameter] {
    try top.entries("parameters")
      .map { Parameter(name: $0.name, text: $0.value.text, line: $0.value.line) }
      .filter { !$0.text.isEmpty }
  }

  private static func columns(_ top: ExportMapping) throws(ExportError) -> [ExportColumn] {
    try top.entries("columns").map { (name, value) throws(ExportError) in
      guard let template = ColumnTemplate(value.text) else {
        throw .badTemplate(path: top.path, line: value.line, column: name, found: value.text)
      }
      return ExportColumn(name: name, template: template, line: value.line)
    }
  }

  private static func version(_ options: ExportMapping) throws(ExportError) -> FocusVersion? {
    guard let value = try options.text("focus_version") else { return nil }
    guard let version = FocusVersion(rawValue: value.text) else {
      throw .unexpected(
        path: options.path, line: value.line, key: "focus_version", found: value.text,
        expected: FocusVersion.names)
    }
    return version
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
