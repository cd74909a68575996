import Foundation
import Ledger
import Quantities
import Records
import Testing

extension LedgerTable {
  /// The account book of the table's events.
  func posted() throws -> PostedMonth {
    try MonthLedger(
      month: month, currency: currency, rates: RateCard(rates), teams: TeamMap(teams),
      policies: PolicyBook(policies), plan: costs.plan
    ).post(times, workloads: workloads, otherDays: costs.days)
  }

  /// What a month's postings sum to by day, team, kind and policy, and the total.
  static func rows(of month: PostedMonth) -> [[String]] {
    var sums: [[String]: Int64] = [:]
    for posting in month.postings {
      let key = [
        String(posting.day.description.suffix(2)), posting.team, posting.costCenter ?? "-",
        posting.kind.rawValue, posting.policy?.description ?? "-",
      ]
      sums[key, default: 0] += posting.costMicros
    }
    func text(_ micros: Int64) -> String { Decimals.text(Int128(micros), places: 6, trimmed: true) }
    let rows = sums.map { $0.key + [text($0.value)] }
    let kinds = ["usage", "shared", "borrowed"]
    func rank(_ row: [String]) -> Int { kinds.firstIndex(of: row[3]) ?? kinds.count }
    return rows.sorted { left, right in
      (left[0], rank(left), left[1], left[2]) < (right[0], rank(right), right[1], right[2])
    } + [["total", text(month.costMicros)]]
  }

  /// The rows that are expected and not posted, with `-`, and those posted and not expected, with
  /// `+`; empty where they agree.
  func difference() throws -> String {
    let posted = Self.rows(of: try posted())
    let missing = expected.filter { !posted.contains($0) }.map { "- " + $0.joined(separator: "  ") }
    let excess = posted.filter { !expected.contains($0) }.map { "+ " + $0.joined(separator: "  ") }
    return (missing + excess).joined(separator: "\n")
  }
}

@Suite struct LedgerTableTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "Tables").path
  static let names =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".txt") }.sorted()

  private func table(_ name: String) throws -> LedgerTable {
    try LedgerTable(String(contentsOfFile: Self.folder + "/" + name, encoding: .utf8))
  }

  @Test(arguments: names)
  func `what is posted is what the table says`(name: String) throws {
    let table = try table(name)
    let difference = try table.difference()
    #expect(difference.isEmpty, "\(name)\n\(difference)")
    #expect(Set(table.expected).count == table.expected.count)
    #expect(table.expected.last?.first == "total")
  }

  @Test func `there is a table for every policy and every case`() {
    #expect(Self.names.count >= 16)
  }

  private static let sound = """
    # One team, one hour.
    team  AI/Vision  cost-center CC-1  match vision-*
    rate  100

    day  pool              host  gpu  namespace  owner  state  hours
    01   seoul/train/H100  n1    1    vision-a   -      busy   1

    day  team       cost center  kind   policy  cost
    01   AI/Vision  CC-1         usage  -       100
    total  100
    """

  @Test func `a table that doesn't agree is told by its difference`() throws {
    #expect(try LedgerTable(Self.sound).difference() == "")
    let wrong = try LedgerTable(Self.sound.replacing("-       100", with: "-       101"))
    #expect(
      try wrong.difference() == """
        - 01  AI/Vision  CC-1  usage  -  101
        + 01  AI/Vision  CC-1  usage  -  100
        """)
    let short = try LedgerTable(Self.sound.replacing("total  100", with: ""))
    #expect(try short.difference() == "+ total  100")
  }

  @Test(arguments: [
    (
      "rate  100", "price  100", 3,
      "'price' is none of team, rate, policies, exchange, pool, cost, hardware, charged and the heads"
    ),
    ("rate  100", "cost  colo  pool p  month 1", 3, "there is no pool 'p' above"),
    ("rate  100", "pool  p  place seoul", 3, "a pool has no 'place'"),
    ("rate  100", "rate  cheap", 3, "found 'cheap', expected a price"),
    ("rate  100", "policies  unallocated odd", 3, "found 'odd', expected a policy"),
    ("match vision-*", "match", 2, "'match' is no key and value"),
    ("busy   1", "busy", 6, "found 7 fields, expected 8"),
    ("01   seoul", "31   seoul", 6, "found '31', expected a day of the month"),
    ("  busy", "  bussy", 6, "found 'bussy', expected a state such as busy or out-of-service"),
    ("total  100", "total", 10, "found 1 fields, expected 6, or the total"),
  ])
  func `a table that can't be read is told with its line`(
    old: String, new: String, line: Int, reason: String
  ) {
    #expect(throws: LedgerTable.Fault(line: line, reason: reason)) {
      try LedgerTable(Self.sound.replacing(old, with: new))
    }
  }
}
