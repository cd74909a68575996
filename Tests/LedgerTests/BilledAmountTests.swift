import Quantities
import Records
import Testing

@testable import Ledger

/// What bills charge, in an account book.
@Suite struct BilledAmountTests {
  private static let attributes: [Int64: [String: String]] = [
    1: ["namespace": "alpha"], 2: ["namespace": "beta"], 3: [:],
  ]

  private func item(_ name: String = "usage", _ currency: String = "KRW") throws -> CostItem {
    CostItem(
      costPool: "bill", kind: .bill, name: name, currency: try #require(Currency(currency)))
  }

  /// Posts days of amounts in picos, by pool number, item, bearer and whether they pay for time.
  private func post(
    _ ledger: MonthLedger, _ days: [(times: String, amounts: [BilledAmount])],
    pools: [PoolKey]
  ) throws -> (lines: [String], pools: [PoolTotal]) {
    var book = ledger.open()
    for pool in pools { _ = book.number(of: pool) }
    var lines: [String] = []
    for (index, day) in days.enumerated() {
      let date = ledger.month.firstDay.adding(days: index)
      let totals = try Book.times(day.times).map {
        var time = $0
        time.day = date
        return DayTotal(time, pool: book.number(of: time.pool), owner: nil)
      }
      let posted = book.post(
        totals, of: date,
        workloads: Book.workloads.merging(Self.attributes) { own, _ in own },
        billed: day.amounts)
      lines += posted.lines.map {
        "\(index + 1) \(book.pools[Int($0.pool)].resource) \($0.kind.rawValue) "
          + "\(book.payers[Int($0.payer)].name) \(Decimals.text(Int128($0.costMicros), places: 6, trimmed: true))"
      }
    }
    return (lines, try book.close())
  }

  private static let storage = PoolKey(
    site: "aws", provider: "AWS", cluster: "", resource: "AmazonS3", gpuModel: "")

  @Test func `a service's charges are their bearers', credits included, to the micro`() throws {
    let third: Int128 = 333_333_333_333
    let item = try item()
    let day = [
      BilledAmount(pool: 0, item: item, picos: third, bearer: 1, isOfTime: false),
      BilledAmount(pool: 0, item: item, picos: third, bearer: 2, isOfTime: false),
      BilledAmount(pool: 0, item: item, picos: third + 1, bearer: 3, isOfTime: false),
      BilledAmount(
        pool: 0, item: try self.item("credit"), picos: -250_000_000_000, bearer: 2, isOfTime: false),
    ]
    let (lines, pools) = try post(
      Book.ledger(rates: RateCard([])), [("", day)], pools: [Self.storage])
    #expect(
      lines == [
        "1 AmazonS3 charge alpha 0.333333", "1 AmazonS3 charge beta 0.083333",
        "1 AmazonS3 charge unassigned 0.333334",
      ])
    #expect(pools.map(\.costMicros) == [750_000])
  }

  @Test func `an instance's bill is the price of its pool's time, without any rate`() throws {
    let amounts = [
      BilledAmount(
        pool: 0, item: try item(), picos: 40_000_000_000_000, bearer: 1, isOfTime: true),
      BilledAmount(
        pool: 0, item: try item("credit"), picos: -10_000_000_000_000, bearer: 1, isOfTime: true),
    ]
    let (lines, _) = try post(
      Book.ledger(rates: RateCard([])),
      [("01 busy 1 1 alpha - 20\n01 allocated_unknown 1 2 beta - 10", amounts)],
      pools: [Book.h100])
    #expect(lines == ["1 gpu usage alpha 20", "1 gpu usage beta 10"])
  }

  @Test func `what would pay for time that isn't there is its bearer's`() throws {
    let amount = BilledAmount(
      pool: 0, item: try item(), picos: 5_000_000_000_000, bearer: 2, isOfTime: true)
    let (lines, _) = try post(
      Book.ledger(rates: RateCard([])), [("", [amount])], pools: [Book.h100])
    #expect(lines == ["1 gpu charge beta 5"])
  }

  @Test func `an exchanged bill costs the exchanged sum, whatever its days`() throws {
    let ledger = try Book.ledger(
      rates: RateCard([]),
      plan: CostPlan(
        exchange: ExchangeRates([
          (
            try #require(BillingMonth("2026-11")), try #require(Currency("USD")),
            ExchangeRates.Rate(picos: 1_391_070_000_000_000)
          )
        ])))
    let item = try item("usage", "USD")
    // 0.0000001 USD are 0.000139107 KRW.
    let days = (0..<30).map { day in
      (
        times: "",
        amounts: [
          BilledAmount(pool: 0, item: item, picos: 100_000, bearer: 1, isOfTime: false),
          BilledAmount(
            pool: 0, item: item, picos: day % 2 == 0 ? 100_000 : -100_000, bearer: 2,
            isOfTime: false),
        ]
      )
    }
    let (_, pools) = try post(ledger, days, pools: [Self.storage])
    #expect(pools.map(\.costMicros) == [4_173])  // 30 x 0.000139107, half to even
  }

  @Test func `a bill in a currency without a rate of exchange is refused`() throws {
    let amount = BilledAmount(
      pool: 0, item: try item("usage", "USD"), picos: 1, bearer: 1, isOfTime: false)
    #expect(throws: LedgerError.self) {
      try post(Book.ledger(rates: RateCard([])), [("", [amount])], pools: [Self.storage])
    }
  }

  @Test func `parts of charges and credits sum to the whole, each near its exact amount`() throws {
    var random = SystemSeed(state: 20_261_128)
    for round in 0..<2_000 {
      let amounts = (0...random.below(6)).map { _ in
        Int128(random.below(4_000_000)) * 1_000 - 2_000_000_000
      }
      let rate = ExchangeRates.Rate(picos: Int128(1 + random.below(2_000_000)) * 1_000_000)
      let exact = amounts.map { $0 * rate.picos }  // 1e-24
      let whole = try #require(CostUnit.picos.micros(amounts.reduce(0, +), at: rate))
      let parts = BilledDay.parts(of: whole, by: amounts, at: rate)
      #expect(parts.reduce(0, +) == whole, "round \(round)")
      let micro = Money.picosPerUnit * Money.picosPerMicro
      for (part, amount) in zip(parts, exact) {
        #expect(
          (Int128(part) * micro - amount).magnitude < 2 * micro.magnitude,
          "round \(round): \(amounts) at \(rate): \(parts)")
      }
    }
  }
}

/// Numbers that look random, the same in every run.
private struct SystemSeed {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}
