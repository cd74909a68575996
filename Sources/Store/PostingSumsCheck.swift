import GRDB

/// Checks that the sums of postings are what the postings sum to, and the month's what its days do.
struct PostingSumsCheck {
  let store: Store

  func run() throws(StoreError) -> [StoreProblem] {
    let days = try months(
      where: Self.sums(of: "posting", by: "month, day"),
      differFrom: Self.sums(of: "posting_by_day", by: "month, day"))
    let months = try months(
      where: Self.sums(of: "posting_by_day", by: "month"),
      differFrom: Self.sums(of: "posting_by_month", by: "month"))
    let remedies = try PostingRemedy(store)
    func problem(in table: String, of month: String) -> StoreProblem {
      StoreProblem(
        what: "month \(month): the sums in '\(table)' are not those of the postings",
        remedy: remedies.text(for: month))
    }
    return days.map { problem(in: "posting_by_day", of: $0) }
      + months.map { problem(in: "posting_by_month", of: $0) }
  }

  private func months(where left: String, differFrom right: String) throws(StoreError) -> [String] {
    try store.read {
      try String.fetchAll(
        $0,
        sql: """
          SELECT month FROM (SELECT * FROM (\(left)) EXCEPT SELECT * FROM (\(right)))
          UNION
          SELECT month FROM (SELECT * FROM (\(right)) EXCEPT SELECT * FROM (\(left)))
          ORDER BY 1
          """)
    }
  }

  private static func sums(of table: String, by span: String) -> String {
    """
    SELECT \(span), \(Schema2.keys), sum(gpu_ms), sum(measured_gpu_ms), \(wide("activity_ppm_ms")),
      \(wide("energy_uj")), sum(cost_micros)
    FROM \(table) GROUP BY \(span), \(Schema2.keys)
    """
  }

  /// A sum in two parts, since one number may be too small for it.
  private static func wide(_ column: String) -> String {
    let rest = "sum(\(column) % 1000000000)"
    return "sum(\(column) / 1000000000) + \(rest) / 1000000000, \(rest) % 1000000000"
  }
}
