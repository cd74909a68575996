import Quantities
import Records
import Synchronization

@testable import Collectors

/// Reads bills that stand in tests, and sums what comes of them by key.
struct BillHarness {
  /// What came of a bill.
  struct Result {
    var summary: BillSummary
    var charges: [BillCharge.Key: BillCharge.Amounts]
    /// How many charges came in each batch.
    var batches: [Int]

    /// Rejections as one line each, without what was expected.
    var refusals: [String] {
      summary.rejections.map { "\($0.place): \($0.rule): \($0.found) x\($0.count)" }
    }

    /// The only charge.
    var only: BillCharge? {
      charges.count == 1 ? charges.first.map { BillCharge(key: $0, amounts: $1) } : nil
    }

    /// Charges in the order of their SKU and category.
    var sorted: [BillCharge] {
      charges.map { BillCharge(key: $0, amounts: $1) }
        .sorted {
          ($0.key.sku ?? "", $0.key.category.rawValue, $0.key.chargePeriod.start)
            < ($1.key.sku ?? "", $1.key.category.rawValue, $1.key.chargePeriod.start)
        }
    }

    /// `USD 1.5 2`: billed and effective by currency.
    var totals: [String] {
      summary.totals.map { total in
        "\(total.currency) " + BillHarness.text(total.billedPicos) + " "
          + BillHarness.text(total.effectivePicos)
      }
    }
  }

  var format: BillFormat
  var file = "bill.csv"
  var settings: BillSettings

  init(_ format: BillFormat, zone: String = "UTC") throws {
    self.format = format
    settings = BillSettings(calendar: try BillingCalendar(zone: zone))
  }

  /// Reads the bytes in pieces of `piece`.
  func read(_ bytes: [UInt8], piece: Int = .max) throws(BillError) -> Result {
    let taken = Mutex((charges: [BillCharge.Key: BillCharge.Amounts](), batches: [Int]()))
    let reader = BillReader(file: file, format: format, settings: settings) { charges in
      taken.withLock { taken in
        taken.batches.append(charges.count)
        for charge in charges { Self.add(charge, to: &taken.charges) }
      }
    }
    var rest = bytes[...]
    while !rest.isEmpty {
      let next = rest.prefix(piece)
      try reader.take(Array(next))
      rest = rest.dropFirst(next.count)
    }
    let summary = try reader.finish()
    return taken.withLock { Result(summary: summary, charges: $0.charges, batches: $0.batches) }
  }

  func read(_ text: String, piece: Int = .max) throws(BillError) -> Result {
    try read(Array(text.utf8), piece: piece)
  }

  /// Sums two charges of one key, as whoever stores them does.
  private static func add(
    _ charge: BillCharge, to charges: inout [BillCharge.Key: BillCharge.Amounts]
  ) {
    guard var sum = charges[charge.key] else {
      charges[charge.key] = charge.amounts
      return
    }
    sum.billedPicos += charge.amounts.billedPicos
    sum.effectivePicos += charge.amounts.effectivePicos
    sum.listPicos = Self.sum(sum.listPicos, charge.amounts.listPicos)
    sum.quantity = Self.sum(sum.quantity, charge.amounts.quantity)
    sum.rows += charge.amounts.rows
    charges[charge.key] = sum
  }

  private static func sum(_ one: Int128?, _ other: Int128?) -> Int128? {
    one == nil && other == nil ? nil : (one ?? 0) + (other ?? 0)
  }

  /// Units of 1e-12 as decimal text.
  static func text(_ units: Int128) -> String {
    Decimals.text(units, places: 12, trimmed: true)
  }

  /// A row of values under a head, by the names of columns that are not empty.
  static func row(_ head: [String], _ values: [String: String]) -> String {
    let unknown = Set(values.keys).subtracting(head)
    precondition(unknown.isEmpty, "BUG: a test's row has columns that its head lacks: \(unknown)")
    return head.map { quoted(values[$0] ?? "") }.joined(separator: ",") + "\n"
  }

  /// A table of rows under the names of all their columns.
  static func table(_ rows: [[String: String]], beside columns: [String] = []) -> String {
    let head = Set(rows.flatMap(\.keys) + columns).sorted()
    return head.map(quoted).joined(separator: ",") + "\n"
      + rows.map { row(head, $0) }.joined()
  }

  private static func quoted(_ value: String) -> String {
    value.contains { $0 == "," || $0 == "\"" || $0 == "\n" }
      ? "\"" + value.replacing("\"", with: "\"\"") + "\"" : value
  }
}
