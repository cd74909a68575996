import Ledger
import Quantities
import Records
import Testing

@Suite struct CostPoolTests {
  private static let lab = PoolKey(site: "pangyo", cluster: "lab", gpuModel: "NVIDIA A100")

  /// A cost pool of `pangyo` that costs an amount each month.
  private static func pool(
    _ amount: String, _ currency: String = "KRW", name: String = "p", cluster: Pattern? = nil,
    recovery: CostPool.Recovery = .full, from: String? = nil, power: PowerCost? = nil
  ) throws -> CostPool {
    let cost = PlannedCost(
      name: "colo", kind: .hosting, currency: try #require(Currency(currency)),
      schedule: .recurring(
        RecurringCost(amount: try #require(Decimals.parse(amount, places: 12)), span: .month)))
    return CostPool(
      name: name, site: "pangyo", cluster: cluster, recovery: recovery,
      from: from.flatMap { CivilDate($0) }, costs: amount == "0" ? [] : [cost], power: power)
  }

  private static func plan(_ pools: [CostPool], dollar: String? = "1385.5") throws -> CostPlan {
    let rates = try dollar.map {
      let rate = ExchangeRates.Rate(picos: try #require(Decimals.parse($0, places: 12)))
      return (try #require(BillingMonth("2026-11")), try #require(Currency("USD")), rate)
    }
    return CostPlan(
      pools: pools, exchange: ExchangeRates(rates.map { [$0] } ?? [], place: "fx.csv"),
      calendar: try BillingCalendar(zone: "Asia/Seoul"))
  }

  private static func post(
    _ times: [StateTime], _ pools: [CostPool], rate: String = "100", otherDays: [String] = [],
    energy: [CivilDate: [(pool: PoolKey, energy: PoolEnergy)]] = [:]
  ) throws -> PostedMonth {
    let ledger = try Book.ledger(
      rates: Book.rates(rate), policies: PolicySet(unallocated: .keep), plan: plan(pools))
    let posted = try ledger.post(
      times, workloads: Book.workloads, otherDays: otherDays.compactMap { CivilDate($0) },
      energy: energy)
    #expect(Balance.check(posted, of: times, by: ledger) == [])
    return posted
  }

  @Test func `a cost pool is split by GPU-time and charged to who used it`() throws {
    let times =
      try Book.times("01 busy 1 1 alpha - 20\n01 unallocated 1 2 - - 10")
      + Book.times("01 idle 2 3 beta - 10", pool: Self.lab)
    let posted = try Self.post(times, [Self.pool("30000000"), Self.pool("30", "USD", name: "q")])
    #expect(
      Book.costs(posted) == """
        01 lab p hosting colo 250000 KRW - 250000
        01 lab q hosting colo 0.25 USD 1385.5 346.375
        01 train p hosting colo 750000 KRW - 750000
        01 train q hosting colo 0.75 USD 1385.5 1039.125
        """)
    #expect(
      Book.text(posted.postings) == """
        01 usage beta idle 250346.375
        01 usage alpha busy 500692.75
        01 usage unallocated unallocated 250346.375
        """)
  }

  @Test func `a day without GPU-time leaves the cost visible`() throws {
    let times = try Book.times("02 busy 1 1 alpha - 24\n03 busy 1 1 alpha - 0")
    let posted = try Self.post(
      times, [Self.pool("30", cluster: "train")], otherDays: ["2026-11-01"])
    #expect(
      Book.text(posted.postings) == """
        01 variance variance - 1
        03 variance variance - 1
        02 usage alpha busy 1
        03 usage alpha busy 0
        """)
    #expect(
      posted.costs.map(\.pool) == [
        PoolKey(site: "pangyo", cluster: "", gpuModel: ""), Book.h100,
        PoolKey(site: "pangyo", cluster: "", gpuModel: ""),
      ])
  }

  @Test(arguments: [
    ("100", "01 usage alpha busy 2400\n01 variance variance - 7600"),
    ("500", "01 usage alpha busy 12000\n01 variance variance - -2000"),
    ("416.666666666667", "01 usage alpha busy 10000"),
  ])
  func `at a rate card the rest is a variance`(rate: String, expected: String) throws {
    let times = try Book.times("01 busy 1 1 alpha - 24")
    let posted = try Self.post(times, [Self.pool("300000", recovery: .rateCard)], rate: rate)
    #expect(Book.text(posted.postings) == expected)
    #expect(Book.costs(posted) == "01 train p hosting colo 10000 KRW - 10000")
  }

  @Test func `full recovery and a rate card add up, and rates are for what no pool covers`() throws
  {
    let times =
      try Book.times("01 busy 1 1 alpha - 24\n02 busy 1 1 alpha - 24")
      + Book.times("01 busy 2 3 beta - 10", pool: Self.lab)
    let pools = try [
      Self.pool("300000", cluster: "train", recovery: .rateCard),
      Self.pool("3000", name: "q", cluster: "tr*", from: "2026-11-02"),
    ]
    let posted = try Self.post(times, pools)
    #expect(
      Book.text(posted.postings) == """
        01 usage beta busy 1000
        01 usage alpha busy 2400
        01 variance variance - 7600
        02 usage alpha busy 2500
        02 variance variance - 7600
        """)
    #expect(
      Book.costs(posted) == """
        01 lab - rate 100 KRW per GPU-hour 1000 KRW - 1000
        01 train p hosting colo 10000 KRW - 10000
        02 train p hosting colo 10000 KRW - 10000
        02 train q hosting colo 100 KRW - 100
        """)
    #expect(posted.costs[0].cost.basis == "100 KRW per GPU-hour x 10.000000 GPU-hours")
  }

  @Test func `a rate in another currency is exchanged once a month`() throws {
    let dollar = try #require(Currency("USD"))
    let rates = RateCard([
      RateCard.Rate(perGPUHour: try #require(Money("0.0000001", currency: dollar)))
    ])
    let times = try Book.times("01 busy 1 1 alpha - 4\n02 busy 1 1 alpha - 4")
    let ledger = try Book.ledger(rates: rates, plan: Self.plan([], dollar: "1.25"))
    let posted = try ledger.post(times, workloads: Book.workloads)
    // 0.4 and 0.8 micros of dollars are 0.5 and 1 micros of won.
    #expect(posted.costs.map(\.cost.originalMicros) == [0, 1])
    #expect(posted.costs.map(\.cost.costMicros) == [0, 1])
    #expect(posted.costs.map(\.cost.exchangeRate) == ["1.25", "1.25"])
  }

  @Test func `a missing rate of exchange is told, never taken for 1`() throws {
    let times = try Book.times("01 busy 1 1 alpha - 4")
    let pools = [try Self.pool("30", "USD")]
    let ledger = try Book.ledger(rates: Book.rates("1"), plan: Self.plan(pools, dollar: nil))
    let error = #expect(throws: LedgerError.self) { try ledger.post(times) }
    #expect(
      error?.description
        == "2026-11: no rate of exchange from USD to KRW, which 'colo' of cost pool 'p' needs; add "
        + "to fx.csv: month 2026-11, currency USD, rate: the KRW for 1 USD")
  }

  /// An hour of the first of November in Seoul.
  private static func energy(
    _ hour: Int64, measured: Int64, unmeasuredHours: Int64, pool: PoolKey = Book.h100
  ) throws -> (pool: PoolKey, energy: PoolEnergy) {
    let midnight = try BillingCalendar(zone: "Asia/Seoul").start(
      of: #require(CivilDate("2026-11-01")))
    return (
      pool,
      PoolEnergy(
        pool: 0, hour: midnight + hour * 3_600_000, measuredMicrojoules: measured,
        unmeasuredMilliseconds: unmeasuredHours * 3_600_000)
    )
  }

  private static func power(_ tariffs: [PowerCost.Tariff]) throws -> PowerCost {
    PowerCost(
      nameplateWatts: 700, pueMillionths: 1_350_000, currency: try #require(Book.won),
      tariffs: tariffs)
  }

  @Test func `power costs the energy of each hour at its tariff times the PUE`() throws {
    let first = try #require(CivilDate("2026-11-01"))
    let unit = Money.picosPerUnit
    // 2026-11-01 is a Sunday.
    let power = try Self.power([
      PowerCost.Tariff(perKilowattHour: 1_000 * unit, weekdays: [.monday]),
      PowerCost.Tariff(perKilowattHour: 2_000 * unit, to: first),
      PowerCost.Tariff(perKilowattHour: 200 * unit, weekdays: [.sunday], hours: [9, 10]),
      PowerCost.Tariff(perKilowattHour: 100 * unit),
    ])
    let kilowattHour: Int64 = 3_600_000_000_000
    let energy = try [
      Self.energy(0, measured: kilowattHour, unmeasuredHours: 0),
      Self.energy(9, measured: kilowattHour, unmeasuredHours: 1),
      Self.energy(9, measured: 1, unmeasuredHours: 0, pool: Self.lab),
      Self.energy(11, measured: 0, unmeasuredHours: 2),
    ]
    let times =
      try Book.times("01 busy 1 1 alpha - 5") + Book.times("01 busy 2 2 beta - 1", pool: Self.lab)
    let posted = try Self.post(times, [Self.pool("0", power: power)], energy: [first: energy])
    // (1 x 100 + 1.7 x 200 + 1.4 x 100) x 1.35
    #expect(
      Book.costs(posted) == """
        01 lab p power electricity 0 KRW - 0
        01 train p power electricity 783 KRW - 783
        """)
    #expect(
      posted.costs.last?.cost.basis == "2.000000 kWh measured and 2.100000 kWh by nameplate x PUE "
        + "1.35 x tariff")
  }

  @Test func `an hour without a tariff is told`() throws {
    let first = try #require(CivilDate("2026-11-01"))
    let power = try Self.power([PowerCost.Tariff(perKilowattHour: 1, hours: [9])])
    let ledger = try Book.ledger(
      rates: Book.rates("1"), plan: Self.plan([Self.pool("0", power: power)]))
    let times = try Book.times("01 busy 1 1 alpha - 5")
    let energy = try Self.energy(7, measured: 1, unmeasuredHours: 0)
    let error = #expect(throws: LedgerError.self) {
      try ledger.post(times, energy: [first: [energy]])
    }
    #expect(
      error?.description
        == "cost pool 'p': no tariff holds on 2026-11-01 at 07:00; add to its 'power.tariffs' in "
        + "gputally.yaml a last one without weekdays and hours, from 2026-11-01 on or earlier")
  }
}
