import GRDB
import Quantities
import Records

/// What the pools of a month cost, by item: the rows of `pool_cost` and `exchange_rate`.
struct PoolCostWriter {
  private let currency: Currency
  private let insert: RawStatement

  init(_ database: Database, month: BillingMonth, currency: Currency) throws {
    self.currency = currency
    insert = try RawStatement(
      "INSERT INTO pool_cost VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", in: database)
    insert.bind(month.description, at: 1)
    insert.bind(currency.code, at: 12)
  }

  /// The costs in the order in which they are stored.
  ///
  /// - Parameter poolIDs: by the number of the pool.
  static func sorted(_ costs: [PoolCost], poolIDs: [Int64]) -> [PoolCost] {
    costs.sorted { left, right in
      let (one, other) = (poolIDs[Int(left.pool)], poolIDs[Int(right.pool)])
      return one == other ? left.item < right.item : one < other
    }
  }

  /// Makes a digest depend on all that is stored of `costs`.
  static func mix(_ costs: [PoolCost], poolIDs: [Int64], to digest: inout PostingDigest) {
    for cost in costs {
      digest.mix(poolIDs[Int(cost.pool)])
      for text in [
        cost.item.costPool, cost.item.kind.rawValue, cost.item.name, cost.item.currency.code,
        cost.basis, cost.exchangeRate,
      ] {
        digest.mix(text)
      }
      digest.mix(cost.originalMicros)
      digest.mix(cost.costMicros)
    }
  }

  func write(_ costs: [PoolCost], poolIDs: [Int64], day: String) throws {
    insert.bind(day, at: 2)
    for cost in costs {
      insert.bind(poolIDs[Int(cost.pool)], at: 3)
      insert.bind(cost.item.costPool, at: 4)
      insert.bind(cost.item.kind.rawValue, at: 5)
      insert.bind(cost.item.name, at: 6)
      insert.bind(cost.basis, at: 7)
      insert.bind(cost.originalMicros, at: 8)
      insert.bind(cost.item.currency.code, at: 9)
      insert.bind(cost.exchangeRate, at: 10)
      insert.bind(cost.costMicros, at: 11)
      try insert.run()
    }
  }

  /// Puts the month's rates of exchange in the place of those that the store has.
  static func write(
    _ rates: [Currency: String], of month: BillingMonth, to currency: Currency,
    in database: Database
  ) throws {
    try database.execute(
      sql: "DELETE FROM exchange_rate WHERE month = ?", arguments: [month.description])
    for (original, rate) in rates.sorted(by: { $0.key.code < $1.key.code }) {
      try database.execute(
        sql: "INSERT INTO exchange_rate VALUES(?, ?, ?, ?)",
        arguments: [month.description, original.code, currency.code, rate])
    }
  }
}

/// Checks that what pools cost is what was posted of them.
struct PoolCostCheck {
  let store: Store
  let problemsMax: Int

  func run() throws(StoreError) -> [StoreProblem] {
    let remedies = try PostingRemedy(store)
    return try store.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT
            day, coalesce(
              pool.site || '/' || pool.cluster || '/' || pool.gpu_model, CAST(pool_id AS TEXT)),
            sum(cost), sum(posted)
          FROM (
            SELECT day, pool_id, sum(cost_micros) AS cost, 0 AS posted
            FROM pool_cost GROUP BY day, pool_id
            UNION ALL
            SELECT day, pool_id, 0, sum(cost_micros) FROM posting GROUP BY day, pool_id
          ) LEFT JOIN pool ON pool.id = pool_id
          GROUP BY day, pool_id HAVING sum(cost) <> sum(posted)
          ORDER BY day, 2 LIMIT \(problemsMax)
          """
      ).map { row in
        let day: String = row[0]
        return StoreProblem(
          what: "day \(day), pool \(row[1] as String): its items cost \(row[2] as Int64) micros, "
            + "its postings sum to \(row[3] as Int64) micros",
          remedy: remedies.text(for: String(day.prefix(7))))
      }
    }
  }
}
