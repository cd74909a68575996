import Quantities
import Store
import Testing

@testable import Reports

@Suite struct ExportColumnTests {
  private static let columns: [(name: String, unit: ColumnUnit)] = [
    ("month", .text), ("of", .text), ("day", .text), ("debit", .money), ("credit", .money),
    ("currency", .text),
  ]

  private func report() throws -> Report {
    try Report(
      name: "test", title: "Test", question: "",
      period: Fleet.period("2026-11", "2026-11-01", "2026-12-01"), columns: Self.columns,
      rows: [
        [
          .text("2026-11"), .null, .text("2026-11-30"), .integer(1_500_000), .null, .text("KRW"),
        ],
        [
          .text("2026-11"), .text("2026-10"), .text("2026-11-30"), .null, .integer(2_500_000),
          .text("USD"),
        ],
      ], currency: #require(Currency("KRW")))
  }

  private func export(_ template: String, _ format: ReportFormat = .csv) throws -> String {
    let column = try ExportColumn(
      name: "x", template: #require(ColumnTemplate(template)), line: 9)
    return try report().with([column], path: "own.yaml").rendered(format)
  }

  @Test(arguments: [
    ("GPU", "GPU", "GPU"), ("{month}", "2026-11", "2026-11"), ("{of}", "", "2026-10"),
    ("GPU {month}[, of {of}]", "GPU 2026-11", "\"GPU 2026-11, of 2026-10\""),
    ("{day:dd.MM.yyyy}", "30.11.2026", "30.11.2026"), ("{day:yyMMdd}", "261130", "261130"),
    ("{month:dd.MM.yyyy}", "2026-11", "2026-11"), ("{of|month}", "2026-11", "2026-10"),
    ("{debit}", "1.500000", ""), ("{debit|-credit}", "1.500000", "-2.500000"),
    ("{-debit|credit}", "-1.500000", "2.500000"), ("{#}", "1", "2"), ("no {#}", "no 1", "no 2"),
    ("가{month}", "가2026-11", "가2026-11"),
  ])
  func `a column is what its template says`(template: String, first: String, second: String)
    throws
  {
    #expect(try export(template) == "x\n\(first)\n\(second)\n")
  }

  @Test func `a number alone stays a number, what is around it makes it text`() throws {
    #expect(try export("{debit|-credit}", .json).contains("{\"x\":1.500000},\n{\"x\":-2.500000}"))
    #expect(try export("{debit} won", .json).contains("{\"x\":\"1.500000 won\"}"))
    let column = try ExportColumn(
      name: "x", template: #require(ColumnTemplate("{debit|-credit}")), line: 9)
    let rounded = try MoneyRounding.round(report()).with([column], path: "own.yaml")
    #expect(rounded.rendered(.csv, RenderingOptions(isForExcel: true)) == "\u{FEFF}x\n2\n-2.50\n")
  }

  @Test(arguments: [
    "{", "}", "{}", "{a", "a}", "[", "]", "[a", "a]", "[[{a}]]", "{a|}", "{-}", "{a:hh}", "{a{b}}",
    "{a:}",
  ])
  func `a template that can't be read is none`(text: String) {
    #expect(ColumnTemplate(text) == nil)
  }

  @Test func `a column that the report lacks is told with its line`() throws {
    let error = #expect(throws: ExportError.self) { try export("{mont}") }
    #expect(
      error?.description
        == "own.yaml, line 9: report 'test' has no column 'mont'; did you mean 'month'? (known: "
        + "month, of, day, debit, credit, currency)")
  }

  @Test(arguments: [
    (
      "clearing_acount: '1'",
      "the query has no parameter 'clearing_acount'; did you mean 'clearing_account'? (known: "
    ), ("first_day: '1'", nil),
  ])
  func `a parameter that the report lacks is told with its line`(
    parameter: String, message: String?
  ) throws {
    let file = try ExportFile.parse(
      "name: a\ntitle: A\nreport: journal\nformat: csv\nfile: a.csv\nparameters:\n  \(parameter)\n",
      path: "a.yaml", name: "a")
    let runner = try ExportRunner(runner: Fleet.runner(Fleet.store()))
    let period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
    guard let message else {
      #expect(throws: Never.self) { try runner.report(file, period) }
      return
    }
    let error = #expect(throws: ExportError.self) { try runner.report(file, period) }
    #expect(error?.description.hasPrefix("a.yaml, line 7: " + message) == true)
  }
}
