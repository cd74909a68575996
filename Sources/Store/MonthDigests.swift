import GRDB
import Quantities

/// Digests of what a closed month must go on being.
struct MonthDigests {
  let database: Database

  /// A table of charges, and which of its rows are a month's.
  struct ChargeTable {
    let name: String
    /// Named one by one, since a later layout may add others.
    let columns: String
    let condition: String
    let order: String
  }

  /// What a month was charged: its own postings and the corrections that it bears, and what both
  /// were made of.
  static let chargeTables = [
    ChargeTable(
      name: "posting",
      columns: """
        month, day, pool_id, kind, team, cost_center, state, host_id, gpu_id, workload_id, owner,
        gpu_ms, first_ms, last_ms, measured_gpu_ms, activity_ppm_ms, energy_uj, cost_micros,
        currency, charge_class, policy
        """,
      condition: "day >= :first AND day < :end",
      order: "day, pool_id, kind, team, state, host_id, gpu_id, workload_id"),
    ChargeTable(
      name: "pool_cost",
      columns: """
        month, day, pool_id, cost_pool, kind, item, basis, original_micros, original_currency,
        exchange_rate, cost_micros, currency
        """,
      condition: "day >= :first AND day < :end", order: "day, pool_id, cost_pool, kind, item"),
    ChargeTable(
      name: "exchange_rate", columns: "month, original, currency, rate",
      condition: "month = :month", order: "original, currency"),
    ChargeTable(
      name: "correction",
      columns: """
        month, charge_month, charge_day, pool_id, kind, team, cost_center, state, host_id, gpu_id,
        workload_id, line, owner, gpu_ms, measured_gpu_ms, activity_ppm_ms, energy_uj, cost_micros,
        currency
        """,
      condition: "month = :month",
      order: "charge_day, pool_id, kind, team, state, host_id, gpu_id, workload_id, line"),
    ChargeTable(
      name: "cost_correction",
      columns: """
        month, charge_month, charge_day, pool_id, cost_pool, kind, item, cost_micros, currency
        """,
      condition: "month = :month", order: "charge_day, pool_id, cost_pool, kind, item"),
  ]
  /// What came with a later layout: part of the digest of months that have rows of it.
  private static let storageTable = ChargeTable(
    name: "storage_use",
    columns: """
      month, day, pool_id, team, workload_id, volume_hours, byte_hours, replicated_byte_hours,
      used_byte_hours, is_priced
      """,
    condition: "month = :month", order: "day, pool_id, team, workload_id")

  /// A digest of every fact of `range`.
  func facts(in range: TimeRange) throws -> String {
    let rows = try RawStatement(
      """
      SELECT hour_ms, host_id, gpu_id, state, workload_id, gpu_ms, first_ms, last_ms,
        measured_gpu_ms, activity_ppm_ms, energy_uj
      FROM state_hour WHERE hour_ms >= ? AND hour_ms < ?
      ORDER BY hour_ms, host_id, gpu_id, state, workload_id
      """, in: database)
    rows.bind(range.start.milliseconds, at: 1)
    rows.bind(range.end.milliseconds, at: 2)
    defer { rows.reset() }
    var digest = PostingDigest()
    while try rows.step() {
      for column in 0..<Int32(10) { digest.mix(rows.number(column)) }
      digest.mix(rows.optionalNumber(10))
    }
    return digest.text
  }

  /// The digests of the month's charges: `posting=… pool_cost=…`.
  func charges(of month: BillingMonth) throws -> String {
    let hasStorage =
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM storage_use WHERE month = ?)",
        arguments: [month.description]) ?? false
    return try (Self.chargeTables + (hasStorage ? [Self.storageTable] : []))
      .map { "\($0.name)=\(try digest($0, of: month))" }.joined(separator: " ")
  }

  /// The tables whose digests differ between two texts of ``charges(of:)``.
  static func tables(of one: String, thatDifferFrom other: String) -> [String] {
    let words = (one.split(separator: " "), other.split(separator: " "))
    return zip(words.0, words.1).filter { $0 != $1 }.map {
      String($0.0.prefix { $0 != "=" })
    }
  }

  private func digest(_ table: ChargeTable, of month: BillingMonth) throws -> String {
    let all: [String: String] = [
      "month": month.description, "first": month.firstDay.description,
      "end": month.next.firstDay.description,
    ]
    let given = all.filter { table.condition.contains(":" + $0.key) }
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT \(table.columns) FROM \(table.name) WHERE \(table.condition) ORDER BY \(table.order)
        """, arguments: StatementArguments(given))
    var digest = PostingDigest()
    while let row = try rows.next() {
      for value in row.databaseValues {
        switch value.storage {
        case .int64(let number):
          digest.mix(Int64(1))
          digest.mix(number)
        case .string(let text):
          digest.mix(Int64(2))
          digest.mix(String?(text))
        case .null, .double, .blob: digest.mix(Int64(3))
        }
      }
    }
    return digest.text
  }
}
