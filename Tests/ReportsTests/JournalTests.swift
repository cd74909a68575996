import Foundation
import Quantities
import Store
import Testing

@testable import Reports

/// The general ledger's lines over ``Fleet`` with its sites.
@Suite struct JournalTests {
  let store: FakeStore
  let period: ReportPeriod

  init() throws {
    store = try Fleet.storeOfSites()
    period = try Fleet.period("2026-11", "2026-11-01", "2026-12-01")
  }

  private func text(
    _ asked: RenderingOptions = RenderingOptions(), adjust: (String) -> String = { $0 }
  ) throws -> String {
    let path = Place.root + "/exports/journal.yaml"
    let file = try ExportFile.parse(
      adjust(String(contentsOfFile: path, encoding: .utf8)), path: path, name: "journal"
    ).with(asked, focusVersion: nil)
    let folder = try Place.folder()
    let written = try ExportRunner(runner: Fleet.runner(store)).write(
      file, period: period, directory: folder)
    return try String(contentsOfFile: written.path, encoding: .utf8)
  }

  /// The sums of the columns of debits and credits.
  private func totals(_ text: String) throws -> [Int128] {
    let lines = text.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    return [5, 6].map { column in
      lines.reduce(0) { $0 + (Decimals.parse($1[column], places: 6) ?? 0) }
    }
  }

  @Test func `cost centres are debited, pools are credited`() throws {
    let text = try text()
    try Place.expect(text, in: "journal.csv")
    let totals = try totals(text)
    #expect(totals[0] == totals[1] && totals[0] > 0)
  }

  @Test func `rounded to won it balances still`() throws {
    let text = try text(RenderingOptions(isRounded: true))
    try Place.expect(text, in: "journal-rounded.csv")
    let totals = try totals(text)
    #expect(totals[0] == totals[1] && totals[0] > 0)
    #expect(!text.contains(".") && !text.contains(",0,"))
  }

  @Test func `debits less credits of cost centres are the chargeback and the corrections`() throws {
    let runner = try Fleet.runner(store)
    let journal = try runner.report(ReportRequest(name: "journal", period: period))
    let chargeback = try runner.report(ReportRequest(name: "chargeback", period: period))
    func sum(_ report: Report, _ column: String, _ isCounted: ([Cell]) -> Bool) throws -> Int64 {
      let column = try #require(report.index(of: column))
      return report.rows.filter(isCounted).reduce(0) { sum, row in
        guard case .integer(let micros) = row[column] else { return sum }
        return sum + micros
      }
    }
    let pool = try #require(journal.index(of: "pool"))
    let debits = try sum(journal, "debit") { $0[pool] == .null }
    let credits = try sum(journal, "credit") { $0[pool] == .null }
    #expect(try debits - credits == sum(chargeback, "total_cost") { _ in true })
  }

  @Test func `a copy has its own accounts, marks, columns and dates`() throws {
    let text = try text {
      let head = $0.split(separator: "columns:\n").first ?? ""
      return head.replacing("expense_account: \"640000\"", with: "expense_account: \"510\"")
        .replacing("idle_account:\n", with: "idle_account: \"511\"\n")
        .replacing("shared_account:\n", with: "shared_account: \"512\"\n")
        .replacing("variance_account:\n", with: "variance_account: \"513\"\n")
        .replacing("clearing_cost_center:\n", with: "clearing_cost_center: GPU\n")
        .replacing("debit_mark: debit", with: "debit_mark: S")
        .replacing("credit_mark: credit", with: "credit_mark: H")
        .replacing("no_cost_center: NO-COST-CENTER", with: "no_cost_center: 미지정")
        + "columns:\n  일자: \"{posting_date:dd.MM.yyyy}\"\n  S/H: \"{side}\"\n"
        + "  계정: \"{account}\"\n  부서: \"{cost_center}\"\n  금액: \"{debit|-credit}\"\n"
        + "  적요: \"[{charge_month} 정정: ]{teams|pool}\"\n"
    }
    try Place.expect(text, in: "journal-own.csv")
  }

  @Test func `each month is a document that balances, rounded too`() throws {
    try store.write(
      """
      INSERT INTO posting VALUES ('2026-12', '2026-12-01', ?, 'usage', 'perception', 'CC-100', 1, 1,
        1, 1, 'platform', 1, 0, 0, 0, 0, NULL, 500000, 'KRW', NULL, NULL)
      """, [1])
    try store.write("UPDATE posting SET cost_micros = cost_micros + 500000 WHERE kind = 'variance'")
    let both = try Fleet.period("2026", "2026-11-01", "2027-01-01")
    let report = try Fleet.runner(store).report(ReportRequest(name: "journal", period: both))
    let rounded = MoneyRounding.round(report).withoutEmptyLines
    try rounded.checkBalances()
    // Half a won is none, to the even number: December's document has no line at all.
    #expect(report.rows.filter { $0[0] == .text("2026-12") }.count == 2)
    #expect(rounded.rows.allSatisfy { $0[0] == .text("2026-11") })
  }

  @Test func `what doesn't balance is refused with its amounts`() throws {
    let folder = try Place.folder()
    let path = folder + "/odd.sql"
    try """
    -- title: Odd
    -- question: Does it balance?
    -- column debit: money
    -- column credit: money
    -- column currency: text
    -- balance debit: credit
    SELECT 1500000 AS debit, NULL AS credit, 'KRW' AS currency
    UNION ALL SELECT NULL, 1500001, 'KRW' UNION ALL SELECT 7, 7, 'USD'
    """.write(toFile: path, atomically: true, encoding: .utf8)
    let runner = try ReportRunner(
      catalog: QueryCatalog(folders: [folder]), source: store, calendar: Fleet.calendar(),
      currency: #require(Currency("KRW")))
    let error = #expect(throws: ReportError.self) {
      try runner.report(ReportRequest(name: "odd", period: period))
    }
    #expect(
      error?.description
        == "'odd' doesn't balance: debit and credit are 1.500000 and 1.500001 KRW; run 'gputally "
        + "verify', which names what is wrong with the postings")
  }

  @Test(arguments: [
    (
      "debit: credits",
      "odd.sql, line 4: 'credits' is not a money column of this query; did you mean 'credit'? "
        + "(known: debit, credit)"
    ),
    (
      "debit: credit, month",
      "odd.sql, line 4: '-- balance debit: ..., month' is not a line of the head; expected "
        + "'-- balance debit: credit, COLUMN'"
    ),
  ])
  func `a balance of columns that aren't there is refused`(balance: String, message: String) {
    let text = """
      -- title: Odd
      -- question: Does it balance?
      -- column debit: money
      -- balance \(balance)
      -- column credit: money
      SELECT 1 AS debit, 1 AS credit
      """
    let error = #expect(throws: QueryFileError.self) {
      try QueryHead.parse(text, path: "odd.sql", name: "odd")
    }
    #expect(error?.description == message)
  }
}
