import GRDB
import Quantities
import Records
import Testing

@testable import Store

/// Months that never change again, and what the months after them bear.
@Suite struct ClosedMonthTests {
  private let fixture: StoreFixture
  private let month: BillingMonth
  private let currency: Currency
  private let range: TimeRange
  private let pools = [PoolKey(site: "fra", cluster: "c1", gpuModel: "H100")]
  private let payers = [Payer(name: "alpha", costCenter: nil)]

  init() throws {
    fixture = try StoreFixture()
    month = try #require(BillingMonth("2026-11"))
    currency = try #require(Currency("KRW"))
    range = try BillingCalendar(zone: "UTC").range(of: month)
  }

  /// The lines of a day on which one GPU cost `costs` in turn.
  private func day(_ costs: [Int64]) -> (lines: [PostingLine], totals: [DayTotal]) {
    let totals = costs.indices.map { index in
      DayTotal(
        host: 1, gpu: Int64(index + 1), workload: 0, state: .unallocated,
        gpuMilliseconds: costs[index], measuredMilliseconds: costs[index])
    }
    let lines = costs.enumerated().map { index, cost in
      PostingLine(
        kind: .usage, pool: 0, payer: 0, state: .unallocated, total: Int32(index),
        gpuMilliseconds: cost, costMicros: cost)
    }
    return (lines, totals)
  }

  /// What the pool costs on such a day.
  private func cost(_ costs: [Int64]) -> PoolCost {
    let sum = costs.reduce(0, +)
    return PoolCost(
      pool: 0, item: CostItem(kind: .rate, name: "", currency: currency), basis: "",
      originalMicros: sum, costMicros: sum)
  }

  @discardableResult
  private func post(_ month: BillingMonth, _ costs: [Int64]) throws -> PostedBook {
    try fixture.store.replacePostings(
      of: month, range: range, currency: currency, fingerprint: "f", isRenewing: true
    ) { writer in
      let (lines, totals) = day(costs)
      try writer.add(
        lines, costs: [cost(costs)], totals: totals, of: month.firstDay, pools: pools,
        payers: payers)
      return PostedBook(costMicros: costs.reduce(0, +), pools: pools, payers: payers)
    }
  }

  @discardableResult
  private func close(_ month: BillingMonth, gaps: [ClosedGap] = []) throws -> ClosedMonth {
    try fixture.store.close(
      month, range: range, currency: currency, gaps: gaps, now: StoreFixture.day,
      configuration: "configuration: {}")
  }

  /// Books in the open month that the first day of `month` should have cost `costs`.
  private func correct(_ closed: ClosedMonth, _ costs: [Int64]) throws -> BookedCorrections {
    try fixture.store.replaceCorrections(
      of: closed, range: range, fingerprint: "f", configuration: nil
    ) { writer in
      let (lines, totals) = day(costs)
      let due = try writer.charges(of: lines, totals: totals, pools: pools, payers: payers)
      var amounts: [Charge.Key: Charge.Amount] = [:]
      for charge in due { amounts[charge.key] = charge.amount }
      for charge in try writer.charged(on: closed.month.firstDay) {
        amounts[charge.key] =
          amounts[charge.key].map { $0 + -charge.amount } ?? -charge.amount
      }
      let left = amounts.filter { !$0.value.isNothing }.map {
        Charge(key: $0.key, amount: $0.value)
      }
      try writer.write(left, on: closed.month.firstDay)
      let before = try writer.chargedCosts(on: closed.month.firstDay)
      let now = writer.charges(of: [cost(costs)], pools: pools)
      let sum = now.map(\.costMicros).reduce(0, +) - before.map(\.costMicros).reduce(0, +)
      guard let key = now.first?.key, sum != 0 else { return }
      try writer.write([CostCharge(key: key, costMicros: sum)], on: closed.month.firstDay)
    }
  }

  private func problems() throws -> [String] {
    let months = try fixture.store.closedMonths().map { ($0, range) }
    return try ClosedMonthCheck(store: fixture.store, months: months).problems()
      .map(\.description)
  }

  private static let tables = [
    "posting", "pool_cost", "exchange_rate", "posting_by_day", "posting_by_month", "posted_month",
    "posted_day", "closed_month", "closed_gap", "correction", "cost_correction", "corrected_month",
  ]

  private func contents() throws -> [String] {
    try Self.tables.flatMap { try fixture.rows("SELECT '\($0)', * FROM \($0)") }
  }

  @Test func `a month that is closed is posted no more`() throws {
    try post(month, [5, 7])
    let closed = try close(month)
    #expect(closed.costMicros == 12 && closed.month == month)
    #expect(try fixture.store.closedMonths() == [closed])
    #expect(try fixture.store.openMonth() == month.next)
    let before = try contents()
    let sentence =
      "month 2026-11 is closed, and nothing of it was written; run 'gputally post', which charges "
      + "what changed in the open month"
    var error = #expect(throws: StoreError.self) { try post(month, [5, 8]) }
    #expect(error?.description == sentence)
    error = #expect(throws: StoreError.self) { try close(month) }
    #expect(error?.description == sentence)
    #expect(try contents() == before)
    #expect(try post(month.next, [1]).count == 1)
    #expect(try problems() == [])
  }

  @Test func `a close that fails leaves the month open as it was`() throws {
    try post(month, [5, 7])
    let before = try contents()
    let hour = TimeRange(range.start, range.start + 3_600_000)
    let gap = ClosedGap(source: "p", range: hour, detail: "missing: no answer")
    #expect(throws: StoreError.self) { try close(month, gaps: [gap, gap]) }
    #expect(try contents() == before)
    #expect(try fixture.store.closedMonths() == [])
    try close(month, gaps: [gap])
    #expect(try fixture.store.closedGaps() == [month: [gap]])
    #expect(
      gap.description == "source 'p', \(hour), 1 hour: missing: no answer")
  }

  @Test func `what changes after a close is borne by the month that is open then`() throws {
    try post(month, [5, 7])
    let closed = try close(month)
    #expect(try correct(closed, [5, 7]).count == 0)
    for _ in 0..<2 {
      let booked = try correct(closed, [5, 9])
      #expect(booked.month == month.next && booked.count == 1 && booked.costMicros == 2)
    }
    #expect(try correct(closed, [0, 9, 1]).costMicros == -2)
    try post(month.next, [100])
    let next = try close(month.next)
    #expect(next.costMicros == 98)
    // What that month bears is charged, too: only what came since is left.
    let booked = try correct(closed, [0, 9, 4])
    #expect(booked.month == month.next.next && booked.costMicros == 3)
    #expect(
      try fixture.rows(
        "SELECT month, gpu_id, gpu_ms, cost_micros FROM correction ORDER BY 1, 2") == [
          "\"2026-12\"|1|-5|-5", "\"2026-12\"|2|2|2", "\"2026-12\"|3|1|1", "\"2027-01\"|3|3|3",
        ])
    #expect(
      try fixture.rows("SELECT month, charge_day, kind, cost_micros FROM cost_correction") == [
        "\"2026-12\"|\"2026-11-01\"|\"rate\"|-2", "\"2027-01\"|\"2026-11-01\"|\"rate\"|3",
      ])
    #expect(try problems() == [])
  }

  /// A deliberate fault, and what is told of it.
  private static let faults: [(sql: String, problems: [String])] = [
    (
      "UPDATE posting SET cost_micros = 6 WHERE gpu_id = 1 AND month = '2026-11'",
      [
        "2026-11: the table 'posting' is not what it was when the month was closed",
        "2026-11: postings and corrections sum to 13 micros, it was closed with 12",
      ]
    ),
    (
      "UPDATE posting SET team = 'beta' WHERE gpu_id = 1 AND month = '2026-11'",
      ["2026-11: the table 'posting' is not what it was when the month was closed"]
    ),
    (
      "UPDATE posting SET policy = 'even' WHERE gpu_id = 2 AND month = '2026-11'",
      ["2026-11: the table 'posting' is not what it was when the month was closed"]
    ),
    (
      "INSERT INTO exchange_rate VALUES('2026-12', 'USD', 'KRW', '1385.5')",
      ["2026-12: the table 'exchange_rate' is not what it was when the month was closed"]
    ),
    (
      """
      INSERT INTO pool_cost VALUES('2026-11', '2026-11-30', 1, '', 'rate', '', '', 1, 'KRW', NULL,
        1, 'KRW')
      """, ["2026-11: the table 'pool_cost' is not what it was when the month was closed"]
    ),
    (
      "DELETE FROM correction WHERE gpu_id = 3",
      [
        "2026-12: the table 'correction' is not what it was when the month was closed",
        "2026-12: postings and corrections sum to 102 micros, it was closed with 103",
      ]
    ),
    (
      "UPDATE cost_correction SET kind = 'power'",
      ["2026-12: the table 'cost_correction' is not what it was when the month was closed"]
    ),
    (
      "UPDATE closed_month SET cost_micros = 11 WHERE month = '2026-11'",
      ["2026-11: postings and corrections sum to 12 micros, it was closed with 11"]
    ),
    (
      "UPDATE closed_month SET postings_digest = '' WHERE month = '2026-11'",
      ["2026-11: its digest in 'closed_month' was changed"]
    ),
  ]

  @Test(arguments: faults.indices)
  func `whatever is changed in a closed month is told`(row: Int) throws {
    try post(month, [5, 7])
    let closed = try close(month)
    _ = try correct(closed, [5, 9, 1])
    try post(month.next, [100])
    try close(month.next)
    #expect(try problems() == [])
    let (sql, problems) = Self.faults[row]
    try fixture.store.write { try $0.execute(sql: sql) }
    #expect(
      try self.problems()
        == problems.map {
          "closed month \($0) (2026-11-23T00:00:00Z); restore the store from a backup: a closed "
            + "month is never posted again"
        })
  }

  @Test func `facts that differ from what was charged are told until they are charged`() throws {
    try post(month, [5, 7])
    let closed = try close(month)
    let hour = range.start.milliseconds
    try fixture.store.write {
      try $0.execute(
        sql: "INSERT INTO state_hour VALUES(?, 1, 1, 6, 0, 5, 0, 5, 0, 0, NULL, 0)",
        arguments: [hour])
    }
    #expect(
      try problems() == [
        "closed month 2026-11: its facts are other ones than its charges and corrections were made "
          + "of; restore the store from a backup, or run 'gputally post --period 2026-11' to charge "
          + "the difference in the open month"
      ])
    // Hours that are known to be unposted are no fault.
    try fixture.store.write {
      try $0.execute(sql: "INSERT INTO unposted_hour VALUES(?)", arguments: [hour])
    }
    #expect(try problems() == [])
    _ = try correct(closed, [5, 7])
    #expect(try fixture.store.unpostedHours() == [])
    #expect(try problems() == [])
    try fixture.store.write { try $0.execute(sql: "DELETE FROM state_hour") }
    #expect(try problems().count == 1)
    _ = try correct(closed, [5, 7])
    #expect(try fixture.rows("SELECT count(*) FROM corrected_month") == ["0"])
    #expect(try fixture.store.correctedBy(month).fingerprint == "f")
    #expect(try problems() == [])
  }

  @Test func `sums of a closed month that are off are not mended by posting`() throws {
    try post(month, [5, 7])
    try close(month)
    try fixture.store.write { try $0.execute(sql: "DELETE FROM posting_by_month") }
    #expect(
      try PostingSumsCheck(store: fixture.store).run().map(\.description) == [
        "month 2026-11: the sums in 'posting_by_month' are not those of the postings; restore the "
          + "store from a backup: a closed month is never posted again"
      ])
  }
}
