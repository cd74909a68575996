import GRDB
import Quantities
import Records

/// What bills charge in a time.
package struct BilledCharges: Sendable {
  /// What charges are of.
  package struct Item: Sendable {
    package let source: String
    package let currency: Currency
    package let category: BillCharge.Category
    package let isCorrection: Bool
    package let provider: String?
    package let service: String?
    /// The instance with GPUs, as a host; nil for what is no GPU's.
    package let host: String?
    /// Of the instance's GPUs, empty where only their number is known.
    package let gpuModel: String
    /// What rules of teams can match.
    package let attributes: [String: String]
  }

  package struct Charge: Sendable {
    package let item: Int64
    package let range: TimeRange
    /// nil where the bill doesn't tell it.
    ///
    /// - Unit: 1e-12 of the item's currency, as are effective ones.
    package let billedPicos: Int128?
    package let effectivePicos: Int128?
  }

  package fileprivate(set) var items: [Int64: Item] = [:]
  package fileprivate(set) var charges: [Charge] = []

  package init() {}
}

extension Store {
  /// The charges that count in any part of `range`, in a fixed order.
  package func billedCharges(in range: TimeRange) throws(StoreError) -> BilledCharges {
    try read { database in
      var result = BilledCharges()
      let rows = try RawStatement(
        """
        SELECT item_id, start_ms, end_ms, sum(billed_micros), sum(billed_rest),
          sum(effective_micros), sum(effective_rest), cost <> 'effective', cost <> 'billed'
        FROM bill_charge JOIN bill_file ON bill_file.id = file_id
        WHERE end_ms > ? AND start_ms < ?
        GROUP BY item_id, start_ms, end_ms, cost ORDER BY start_ms, end_ms, item_id, cost
        """, in: database)
      rows.bind(range.start.milliseconds, at: 1)
      rows.bind(range.end.milliseconds, at: 2)
      var known: Set<Int64> = []
      while try rows.step() {
        known.insert(rows.number(0))
        result.charges.append(
          BilledCharges.Charge(
            item: rows.number(0),
            range: TimeRange(milliseconds: rows.number(1)..<rows.number(2)),
            billedPicos: rows.number(7) == 0
              ? nil : Int128(rows.number(3)) * Money.picosPerMicro + Int128(rows.number(4)),
            effectivePicos: rows.number(8) == 0
              ? nil : Int128(rows.number(5)) * Money.picosPerMicro + Int128(rows.number(6))))
      }
      if known.isEmpty { return result }
      let items = try Row.fetchCursor(
        database,
        sql: """
          SELECT \(BillItemRow.columns), source, gpus IS NOT NULL AS has_gpu, gpu_model
          FROM bill_item AS item
          """)
      while let row = try items.next() {
        let id: Int64 = row["item_id"]
        guard known.contains(id), let currency = Currency(row["currency"]),
          let category = BillCharge.Category(rawValue: row["category"])
        else { continue }
        let item = BillItemRow(row)
        result.items[id] = BilledCharges.Item(
          source: row["source"], currency: currency, category: category,
          isCorrection: row["is_correction"], provider: row["provider"], service: row["service"],
          host: row["has_gpu"] ? item.host : nil, gpuModel: row["gpu_model"] ?? "",
          attributes: item.attributes)
      }
      return result
    }
  }

  /// From the first to the end of the last charge of any bill.
  package func billedSpan() throws(StoreError) -> TimeRange? {
    try read { database in
      let row = try Row.fetchOne(
        database, sql: "SELECT min(start_ms), max(end_ms) FROM bill_charge")
      guard let start: Int64 = row?[0], let end: Int64 = row?[1] else { return nil }
      return TimeRange(milliseconds: start..<end)
    }
  }
}
