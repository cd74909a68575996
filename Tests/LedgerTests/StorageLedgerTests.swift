import Quantities
import Records
import Testing

@testable import Ledger

/// What volumes cost, in an account book.
@Suite struct StorageLedgerTests {
  private static let gibibyte: Int64 = 1_073_741_824
  private static let attributes: [Int64: [String: String]] = [
    1: ["namespace": "alpha"], 2: ["namespace": "beta"],
  ]

  private static func pool(_ name: String) -> PoolKey {
    PoolKey(site: "pangyo", cluster: "train", resource: "storage", gpuModel: name)
  }

  private static func rate(
    _ price: String, _ span: StorageRates.Span, _ storageClass: Pattern? = nil,
    counted: StorageRates.Counted = .provisioned, from: String? = nil
  ) throws -> StorageRates.Rate {
    let won = try #require(Book.won)
    return StorageRates.Rate(
      storageClass: storageClass, perGibibyte: try #require(Money(price, currency: won)),
      span: span, counted: counted, from: from.flatMap { CivilDate($0) })
  }

  private static func ledger(
    _ rates: [StorageRates.Rate], plan: CostPlan = CostPlan()
  ) throws -> MonthLedger {
    MonthLedger(
      month: try #require(BillingMonth("2026-11")), currency: try #require(Book.won),
      rates: RateCard([]), teams: Book.teams, policies: PolicyBook(PolicySet()), plan: plan,
      storageRates: StorageRates(rates))
  }

  /// Posts days of volumes, given as class, workload, byte-hours and replicas.
  private static func post(
    _ ledger: MonthLedger, _ days: [[(String, Int64, Int64, Int64)]]
  ) throws -> (lines: [String], uses: [StorageUse], pools: [PoolTotal]) {
    var book = ledger.open()
    var lines: [String] = []
    var uses: [StorageUse] = []
    for (index, day) in days.enumerated() {
      let volumes = day.map { name, workload, bytes, replicas in
        StoredVolume(
          pool: book.number(of: pool(name)), workload: workload,
          bearer: workload > 2 ? OwnName.unclaimed : nil,
          amount: StorageAmount(
            volumeHours: 24, provisioned: bytes, replicated: bytes * replicas))
      }
      let posted = book.post(
        [], of: ledger.month.firstDay.adding(days: index), workloads: attributes, volumes: volumes)
      uses += posted.storage
      lines += posted.lines.map {
        "\(index + 1) \(book.pools[Int($0.pool)].gpuModel) \($0.kind.rawValue) "
          + "\(book.payers[Int($0.payer)].name) \($0.workload) "
          + Decimals.text(Int128($0.costMicros), places: 6, trimmed: true)
      }
    }
    return (lines, uses, try book.close())
  }

  @Test func `a month's price is by the hours of the calendar month, and counts replicas`() throws {
    let ledger = try Self.ledger([
      Self.rate("72", .month, "longhorn*", counted: .replicated), Self.rate("0.05", .hour, "nfs"),
    ])
    // 720 hours in November: 0.1 an hour for each replica.
    let (lines, uses, pools) = try Self.post(
      ledger,
      [
        [
          ("longhorn", 1, 240 * Self.gibibyte, 3), ("longhorn", 3, 24 * Self.gibibyte, 2),
          ("nfs", 2, 24 * Self.gibibyte, 1),
        ]
      ])
    #expect(
      lines == [
        "1 longhorn charge alpha 1 72", "1 longhorn charge unclaimed 3 4.8",
        "1 nfs charge beta 2 1.2",
      ])
    #expect(pools.map(\.costMicros) == [76_800_000, 1_200_000])
    #expect(uses.allSatisfy(\.isPriced) && uses.count == 3)
  }

  @Test func `days sum to the month, which is rounded once, and volumes to their day`() throws {
    let ledger = try Self.ledger([Self.rate("0.0100003", .month)])
    let day: [(String, Int64, Int64, Int64)] = (1...7).map { ("x", $0, 999_999_937 * 24, 1) }
    let (_, _, pools) = try Self.post(ledger, Array(repeating: day, count: 30))
    // 7 x 999999937 bytes x 720 hours at 0.0100003 a month.
    let exact = Int128(7 * 999_999_937) * 10_000_300
    let expected = Rounding.halfEven(exact, dividedBy: 1_000 * StorageTime.gibibyte)
    #expect(pools.map(\.costMicros) == [Int64(expected)])
    #expect(Set(pools[0].days.map(\.costMicros)).count == 2, "days differ by what is carried over")
  }

  @Test func `the most specific rate wins, and the latest of two`() throws {
    let rates = StorageRates([
      try Self.rate("1", .hour), try Self.rate("2", .hour, "fast*"),
      try Self.rate("3", .hour, "fast*", from: "2026-11-16"),
    ])
    func price(_ name: String, _ day: String) throws -> String? {
      rates.rate(
        site: "pangyo", cluster: "train", storageClass: name, day: try #require(CivilDate(day))
      )
      .map { "\($0.perGibibyte)" }
    }
    #expect(try price("slow", "2026-11-20") == "1 KRW")
    #expect(try price("fast-ssd", "2026-11-15") == "2 KRW")
    #expect(try price("fast-ssd", "2026-11-16") == "3 KRW")
    #expect(
      try StorageRates().rate(of: Self.pool("x"), day: #require(CivilDate("2026-11-01"))) == nil)
  }

  @Test func `a class without a price charges nobody and stops nothing`() throws {
    let (lines, uses, pools) = try Self.post(
      Self.ledger([Self.rate("1", .hour, "nfs")]),
      [[("other", 1, Self.gibibyte, 1), ("nfs", 2, Self.gibibyte, 1)]])
    #expect(lines == ["1 nfs charge beta 2 1"])
    #expect(uses.map(\.isPriced) == [false, true])
    #expect(pools.map(\.costMicros) == [1_000_000, 0])
  }

  @Test func `a cost pool of storage leaves GPUs alone, and a day without volumes is a variance`()
    throws
  {
    let won = try #require(Book.won)
    let pool = CostPool(
      name: "disks", site: "pangyo", resource: "storage", gpuModel: "longhorn*",
      costs: [
        PlannedCost(
          name: "rack", kind: .hosting, currency: won,
          schedule: .recurring(RecurringCost(amount: 30_000_000_000_000, span: .month)))
      ])
    let volumes: [(String, Int64, Int64, Int64)] = [
      ("longhorn", 1, Self.gibibyte, 3), ("longhorn-fast", 2, Self.gibibyte, 1),
    ]
    let (lines, _, pools) = try Self.post(
      Self.ledger([], plan: CostPlan(pools: [pool])), [volumes, []])
    #expect(
      lines == [
        "1 longhorn charge alpha 1 0.75", "1 longhorn-fast charge beta 2 0.25",
        "2  variance variance 0 1",
      ])
    #expect(pools.map(\.costMicros).reduce(0, +) == 2_000_000)
    #expect(!pool.covers(Book.h100))
  }

  @Test func `more storage than anybody has can still be counted and split`() throws {
    let exabyte: Int64 = 1 << 60
    let won = try #require(Book.won)
    let pool = CostPool(
      name: "disks", site: "*", resource: "storage",
      costs: [
        PlannedCost(
          name: "rack", kind: .hosting, currency: won,
          schedule: .recurring(
            RecurringCost(amount: 90_000_000_000_000 * 1_000_000_000_000, span: .month)))
      ])
    let (lines, _, _) = try Self.post(
      Self.ledger([], plan: CostPlan(pools: [pool])),
      [[("a", 1, exabyte, 3), ("b", 2, exabyte, 3)]])
    #expect(
      lines == [
        "1 a charge alpha 1 1500000000000", "1 b charge beta 2 1500000000000",
      ])
  }
}
