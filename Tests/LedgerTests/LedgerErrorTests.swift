import Ledger
import Quantities
import Records
import Testing

@Suite struct LedgerErrorTests {
  @Test func `all time without a rate is told with what to add`() throws {
    let bare = PoolKey(site: "aws", cluster: "east", gpuModel: "")
    let resold = PoolKey(site: "aws", provider: "reseller", cluster: "east", gpuModel: "")
    let times =
      try Book.times("03 busy 1 1 alpha - 1.5\n02 busy 1 1 alpha - 2")
      + Book.times("05 busy 9 2 beta - 0.25", pool: bare)
      + Book.times("06 busy 9 2 beta - 0.75", pool: resold)
    let won = try #require(Book.won)
    let rates = RateCard([
      RateCard.Rate(
        perGPUHour: try #require(Money("1", currency: won)), to: CivilDate("2026-11-02"))
    ])
    let first = try #require(CivilDate("2026-11-05"))
    let second = try #require(CivilDate("2026-11-02"))
    let expected = LedgerError.missingRates([
      MissingRate(
        site: "aws", cluster: "east", gpuModel: "", currency: won, firstDay: first,
        time: GPUTime(milliseconds: 3_600_000)),
      MissingRate(
        site: "pangyo", cluster: "train", gpuModel: "NVIDIA H100", currency: won,
        firstDay: second, time: GPUTime(milliseconds: 12_600_000)),
    ])
    let ledger = try Book.ledger(rates: rates)
    #expect(throws: expected) { try ledger.post(times, workloads: Book.workloads) }
    #expect(
      expected.description == """
        aws/east: no rate for GPUs that tell no model from 2026-11-05 on (1.000000 GPU-hours); \
        add to 'rates' in gputally.yaml: { site: "aws", cluster: "east", per_gpu_hour: "...", \
        currency: KRW, from: 2026-11-05 }
        pangyo/train: no rate for 'NVIDIA H100' from 2026-11-02 on (3.500000 GPU-hours); \
        add to 'rates' in gputally.yaml: { site: "pangyo", cluster: "train", gpu_model: \
        "NVIDIA H100", per_gpu_hour: "...", currency: KRW, from: 2026-11-02 }
        """)
  }

  @Test func `a cost that cannot be stored is refused`() throws {
    let ledger = try Book.ledger(rates: Book.rates("999999999999"))
    let times = try Book.times("01 busy 1 1 alpha - 20")
    #expect(throws: LedgerError.overflow(Book.h100)) { try ledger.post(times) }
    #expect(
      LedgerError.overflow(Book.h100).description
        == "pangyo/train/NVIDIA H100: the cost is more than 9,223,372,036,854 units of the "
        + "currency, which is the most that can be stored; check its rate in gputally.yaml")
  }

  @Test func `an imbalance is told with all figures`() throws {
    let day = try #require(CivilDate("2026-11-01"))
    let month = try #require(BillingMonth("2026-11"))
    let rules: [(Imbalance.Rule, String)] = [
      (.time(day), "milliseconds posted for 2026-11-01"),
      (.day(day), "micros posted for 2026-11-01"),
      (.shared(day, .unallocated), "micros that policies moved of unallocated on 2026-11-01"),
      (
        .borrowed(day, .idle), "micros of borrowed hardware moved of idle on 2026-11-01"
      ),
      (.month(month), "micros of the days of 2026-11"),
    ]
    for (rule, what) in rules {
      let error = LedgerError.unbalanced([
        Imbalance(pool: Book.h100, rule: rule, found: 1, expected: 2)
      ])
      #expect(
        error.description
          == "pangyo/train/NVIDIA H100: \(what) sum to 1, expected 2; nothing was stored; this is "
          + "a fault of gputally, please report it with this line")
    }
  }
}
