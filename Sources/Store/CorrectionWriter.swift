import GRDB
import Quantities
import Records

/// Puts what has to be charged besides a closed month in the place of what the open month bears of
/// it, day by day.
package struct CorrectionWriter {
  let database: Database
  /// The month that bears the corrections.
  package let month: BillingMonth
  private let chargedRows: RawStatement
  private let insert: RawStatement
  let chargedCosts: RawStatement
  let insertCost: RawStatement
  let storageWriter: StorageUseWriter
  /// The days that were charged and are still to be compared.
  package private(set) var daysLeft: Set<CivilDate>
  /// How many corrections there are.
  package private(set) var count = 0
  /// What they sum to.
  package private(set) var costMicros: Int64 = 0

  /// - Throws: ``StoreError/closedMonth(_:)`` where the month that is to bear them is closed.
  init(_ database: Database, of closed: ClosedMonth, in month: BillingMonth) throws {
    try ClosedMonths.refuse(month, in: database)
    self.database = database
    self.month = month
    for table in ["correction", "cost_correction"] {
      try database.execute(
        sql: """
          DELETE FROM \(table) WHERE charge_month = ?
            AND month NOT IN (SELECT month FROM closed_month)
          """, arguments: [closed.month.description])
    }
    try database.execute(
      sql: """
        DELETE FROM storage_use
        WHERE day >= ? AND day < ? AND month <> ?
          AND month NOT IN (SELECT month FROM closed_month)
        """,
      arguments: [
        closed.month.firstDay.description, closed.month.next.firstDay.description,
        closed.month.description,
      ])
    let days = try String.fetchAll(
      database,
      sql: """
        SELECT DISTINCT day FROM posting_by_day WHERE day >= ?1 AND day < ?2
        UNION SELECT DISTINCT charge_day FROM correction WHERE charge_month = ?3
        UNION SELECT DISTINCT day FROM storage_use WHERE day >= ?1 AND day < ?2
        """,
      arguments: [
        closed.month.firstDay.description, closed.month.next.firstDay.description,
        closed.month.description,
      ])
    daysLeft = Set(days.compactMap { CivilDate($0) })
    chargedRows = try RawStatement(
      """
      SELECT pool_id, kind, team, cost_center, state, host_id, gpu_id, workload_id, owner,
        gpu_ms, measured_gpu_ms, activity_ppm_ms, energy_uj, cost_micros
      FROM posting WHERE day = ?1
      UNION ALL
      SELECT pool_id, kind, team, cost_center, state, host_id, gpu_id, workload_id, owner,
        gpu_ms, measured_gpu_ms, activity_ppm_ms, energy_uj, cost_micros
      FROM correction WHERE charge_day = ?1 AND month IN (SELECT month FROM closed_month)
      """, in: database)
    insert = try RawStatement(
      "INSERT INTO correction VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", in: database)
    insert.bind(month.description, at: 1)
    insert.bind(closed.month.description, at: 2)
    insert.bind(closed.currency, at: 19)
    chargedCosts = try RawStatement(
      """
      SELECT pool_id, cost_pool, kind, item, cost_micros FROM pool_cost WHERE day = ?1
      UNION ALL
      SELECT pool_id, cost_pool, kind, item, cost_micros FROM cost_correction
      WHERE charge_day = ?1 AND month IN (SELECT month FROM closed_month)
      """, in: database)
    insertCost = try RawStatement(
      "INSERT INTO cost_correction VALUES(?,?,?,?,?,?,?,?,?)", in: database)
    insertCost.bind(month.description, at: 1)
    insertCost.bind(closed.month.description, at: 2)
    insertCost.bind(closed.currency, at: 9)
    storageWriter = try StorageUseWriter(database, month: month)
  }

  /// What was charged for a day: its postings, and corrections that closed months bear.
  package mutating func charged(on day: CivilDate) throws -> [Charge] {
    daysLeft.remove(day)
    chargedRows.bind(day.description, at: 1)
    defer { chargedRows.reset() }
    var charges: [Charge] = []
    while try chargedRows.step() {
      charges.append(
        Charge(
          key: Charge.Key(
            poolID: chargedRows.number(0), kind: chargedRows.text(1), team: chargedRows.text(2),
            costCenter: chargedRows.optionalText(3), state: chargedRows.number(4),
            hostID: chargedRows.number(5), gpuID: chargedRows.number(6),
            workloadID: chargedRows.number(7), owner: chargedRows.optionalText(8)),
          amount: Charge.Amount(
            gpuMilliseconds: chargedRows.optionalNumber(9),
            measuredMilliseconds: chargedRows.optionalNumber(10),
            activityPPMMilliseconds: chargedRows.optionalNumber(11),
            energyMicrojoules: chargedRows.optionalNumber(12),
            costMicros: chargedRows.number(13))))
    }
    return charges
  }

  /// What lines of an account book charge, as the store would keep them.
  package func charges(
    of lines: [PostingLine], totals: [DayTotal], pools: [PoolKey], payers: [Payer]
  ) throws -> [Charge] {
    let order = PostingOrder(pools: pools, payers: payers)
    try order.register(from: 0, in: database)
    return lines.map { line in
      let total = line.total.map { totals[Int($0)] }
      let payer = payers[Int(line.payer)]
      return Charge(
        key: Charge.Key(
          poolID: order.poolIDs[Int(line.pool)], kind: line.kind.rawValue, team: payer.name,
          costCenter: payer.costCenter, state: Int64(line.state?.rawValue ?? 0),
          hostID: total?.host ?? 0, gpuID: total?.gpu ?? 0,
          workloadID: total?.workload ?? line.workload,
          owner: (total?.owner).map { payers[Int($0)].name }),
        amount: Charge.Amount(
          gpuMilliseconds: total?.gpuMilliseconds,
          measuredMilliseconds: total?.measuredMilliseconds,
          activityPPMMilliseconds: total?.activityPPMMilliseconds,
          energyMicrojoules: total.flatMap(\.energyMicrojoules), costMicros: line.costMicros))
    }
  }

  /// Writes a day's corrections.
  ///
  /// - Parameter corrections: those of one key up to cost center and owner side by side.
  package mutating func write(_ corrections: [Charge], on day: CivilDate) throws {
    insert.bind(day.description, at: 3)
    var last: Charge.Key?
    var line: Int64 = 0
    for correction in corrections {
      var place = correction.key
      place.costCenter = nil
      place.owner = nil
      line = place == last ? line + 1 : 0
      last = place
      let (key, amount) = (correction.key, correction.amount)
      insert.bind(key.poolID, at: 4)
      insert.bind(key.kind, at: 5)
      insert.bind(key.team, at: 6)
      insert.bind(key.costCenter, at: 7)
      insert.bind(key.state, at: 8)
      insert.bind(key.hostID, at: 9)
      insert.bind(key.gpuID, at: 10)
      insert.bind(key.workloadID, at: 11)
      insert.bind(line, at: 12)
      insert.bind(key.owner, at: 13)
      insert.bind(amount.gpuMilliseconds, at: 14)
      insert.bind(amount.measuredMilliseconds, at: 15)
      insert.bind(amount.activityPPMMilliseconds, at: 16)
      insert.bind(amount.energyMicrojoules, at: 17)
      insert.bind(amount.costMicros, at: 18)
      try insert.run()
      costMicros += amount.costMicros
    }
    count += corrections.count
  }
}
