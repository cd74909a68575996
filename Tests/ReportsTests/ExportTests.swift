import Foundation
import Quantities
import Testing

@testable import Reports

@Suite struct ExportTests {
  static let good = """
    name: good
    title: Good
    report: states
    format: csv
    file: "{name}-{period}.csv"
    nightly: true
    options:
      excel: true
      round: true
      by: [day, team]
      min_stretch: 45m
      team: perception
    """

  @Test func `an export file says what to write where and how`() throws {
    let export = try ExportFile.parse(Self.good, path: "good.yaml", name: "good")
    #expect(export.title == "Good")
    #expect(export.isNightly)
    #expect(export.format == .csv)
    #expect(export.rendering == RenderingOptions(isForExcel: true, isRounded: true))
    let period = try Fleet.period("2026-11-01T00:00Z/2026-11-08T00:00Z", "2026-11-01", "2026-11-08")
    #expect(export.fileName(for: period) == "good-2026-11-01T0000Z_2026-11-08T0000Z.csv")
    let request = export.request(for: period)
    #expect(request.name == "states")
    #expect(request.by == ["day", "team"])
    #expect(request.team == "perception")
    #expect(request.minStretch == 2_700_000)
  }

  @Test(
    arguments: [
      (
        "report:", "repot:",
        "good.yaml, line 3: there is no key 'repot'; did you mean 'report'? (known: name, title, "
          + "report, format, file, nightly, options, parameters, columns)"
      ),
      (
        "  round:", "  rond:",
        "good.yaml, line 9: there is no key 'rond'; did you mean 'round'? (known: by, excel, "
          + "focus_version, min_stretch, round, team)"
      ),
      ("title: Good\n", "", "good.yaml: the key 'title' is missing; add one"),
      (
        "name: good", "name: goods",
        "good.yaml, line 1: 'name' is 'goods', expected 'good', as the file is called"
      ),
      (
        "format: csv", "format: xlsx",
        "good.yaml, line 4: 'format' is 'xlsx', expected table, csv, json"
      ),
      (
        "{name}-", "../",
        "good.yaml, line 5: 'file' is '../{period}.csv', expected a file name "
          + "without folder, with {name} or {period} at most"
      ),
      (
        "{name}", "{team}",
        "good.yaml, line 5: 'file' is '{team}-{period}.csv', expected a file "
          + "name without folder, with {name} or {period} at most"
      ),
      (
        "nightly: true", "nightly: maybe",
        "good.yaml, line 6: 'nightly' is 'maybe', expected true or false"
      ),
      (
        "options:\n", "options:\n  focus_version: '1.1'\n",
        "good.yaml, line 8: 'focus_version' is '1.1', expected 1.2, 1.3"
      ),
      (
        "options:\n", "options:\n  focus_version: '1.2'\n",
        "good.yaml: amounts of FOCUS aren't rounded, since prices times quantities must give them; "
          + "leave --round, and 'round' in the file, out"
      ),
      (
        "options:\n", "parameters: [a]\noptions:\n",
        "good.yaml, line 7: 'parameters' is 'a list', expected names with values"
      ),
      (
        "options:\n", "columns:\n  day: '{day'\noptions:\n",
        "good.yaml, line 8: 'day' is '{day', expected text with {column}, {a|b}, {-column} or "
          + "{column:dd.MM.yyyy}, and [...] around what may be left out"
      ),
      (
        "[day, team]", "day", "good.yaml, line 10: 'by' is 'day', expected a list"
      ),
      (
        "[day, team]", "[[a]]", "good.yaml, line 10: 'by' is 'a list', expected text"
      ),
      (
        "title: Good", "title: { a: b }", "good.yaml, line 2: 'title' is 'a mapping', expected text"
      ),
      (
        "45m", "soon",
        "good.yaml, line 11: 'min_stretch' is 'soon', expected a length of time such "
          + "as 30m"
      ),
    ])
  func `a wrong export file is refused with its line`(old: String, new: String, message: String) {
    let text = Self.good.replacing(old, with: new)
    let error = #expect(throws: ExportError.self) {
      try ExportFile.parse(text, path: "good.yaml", name: "good")
    }
    #expect(error?.description == message)
  }

  @Test func `what is no mapping, no YAML or nothing is refused`() {
    func message(_ text: String) -> String {
      do throws(ExportError) {
        return try ExportFile.parse(text, path: "a.yaml", name: "a").name
      } catch {
        return error.description
      }
    }
    #expect(
      message("- a") == "a.yaml, line 1: expected keys and values such as 'name: chargeback'")
    #expect(message("") == "a.yaml: the key 'name' is missing; add one")
    #expect(message("a: [").hasPrefix("a.yaml: is not YAML: "))
  }

  @Test func `the project's own exports are written, one after the other`() throws {
    let catalog = ExportCatalog(folders: [Place.root + "/exports"])
    #expect(
      try catalog.nightly().map(\.name) == [
        "chargeback", "idle-allocations", "idle-reservations", "states",
      ])
    let folder = try Place.folder() + "/out"
    let runner = try ExportRunner(runner: Fleet.runner(Fleet.store()))
    let period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
    for export in try catalog.nightly() {
      let written = try runner.write(export, period: period, directory: folder)
      #expect(written.path == "\(folder)/\(export.name)-2026-11.csv")
      #expect(written.notices == [])
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
        "chargeback-2026-11.csv", "idle-allocations-2026-11.csv",
        "idle-reservations-2026-11.csv", "states-2026-11.csv",
      ])
    let text = try String(contentsOfFile: folder + "/chargeback-2026-11.csv", encoding: .utf8)
    try Place.expect(text, in: "chargeback.csv")
  }

  @Test func `an export that is not there names its neighbour`() {
    let catalog = ExportCatalog(folders: [Place.root + "/exports"])
    let unknown = #expect(throws: ExportError.self) { try catalog.file(named: "chargebacks") }
    #expect(
      unknown?.description
        == "there is no export 'chargebacks'; did you mean 'chargeback'? (known: "
        + "chargeback, focus, idle-allocations, idle-reservations, journal, states)")
    let none = #expect(throws: ExportError.self) {
      try ExportCatalog(folders: ["/a"]).file(named: "x")
    }
    #expect(
      none?.description
        == "no export file found; looked in /a; set GPUTALLY_HOME to the folder that "
        + "holds exports/")
  }

  @Test func `a file is replaced whole and readable by others`() throws {
    let path = try Place.folder() + "/a.csv"
    for size in [3, 200_000, 0] {
      try AtomicFile.write([UInt8](repeating: 65, count: size), to: path)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == size)
    }
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    #expect(attributes[.posixPermissions] as? Int == 0o644)
  }

  @Test func `a file that can't take its place leaves nothing behind`() throws {
    let folder = try Place.folder()
    let path = folder + "/taken"
    try FileManager.default.createDirectory(
      atPath: path + "/full", withIntermediateDirectories: true)
    let error = #expect(throws: ExportError.self) { try AtomicFile.write([65], to: path) }
    #expect(
      error?.description
        == "\(path): can't be written, renaming failed: Is a directory; nothing was changed")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
    let nowhere = #expect(throws: ExportError.self) {
      try AtomicFile.write([65], to: folder + "/none/a.csv")
    }
    #expect(
      nowhere?.description == "\(folder)/none/a.csv: can't be written, making a temporary file "
        + "failed: No such file or directory; nothing was changed")
  }
}
