import Ledger
import Quantities
import Records
import Testing

@Suite struct BalanceTests {
  @Test(arguments: Policy.allCases, 1...8 as ClosedRange<UInt64>)
  func `random months agree to the micro under every policy`(policy: Policy, seed: UInt64) throws {
    let times = try RandomMonth.times(seed: seed, gpus: 9)
    let perHour = RandomMonth.price(seed)
    let policies = PolicySet(
      unallocated: policy, outOfService: policy, unattributed: policy, unknown: policy,
      ownerMillionths: Int64(seed) * 123_457 % 1_000_001)
    let posted = try Book.ledger(rates: Book.rates(perHour), policies: policies)
      .post(times, workloads: Book.workloads)

    // Another way to every total: pool by pool over the times, and over all lines.
    let picos = try #require(Decimals.parse(perHour, places: 12))
    var exact: [PoolKey: Int128] = [:]
    for time in times { exact[time.pool, default: 0] += Int128(time.gpuMilliseconds) * picos }
    let rounded = exact.mapValues { Rounding.halfEven($0, dividedBy: 3_600_000_000_000) }
    #expect(posted.pools.allSatisfy { rounded[$0.pool] == Int128($0.costMicros) })
    #expect(posted.pools.count == rounded.count)
    let lines = posted.postings.reduce(0) { $0 + $1.costMicros }
    #expect(lines == posted.costMicros, "seed \(seed)")
    for kind in [PostingLine.Kind.shared, .borrowed] {
      let moved = posted.postings.filter { $0.kind == kind }
      #expect(moved.reduce(0) { $0 + $1.costMicros } == 0)
      #expect(moved.allSatisfy { $0.policy != nil && $0.costMicros != 0 })
    }
    #expect(posted.costMicros < 1_000 || posted.postings.contains { $0.kind == .borrowed })
    #expect(posted.postings.count { $0.kind == .usage } == times.count)
    let usage = posted.postings.filter { $0.kind == .usage }
    #expect(usage.allSatisfy { $0.costMicros >= 0 })
    let indexes = Set(usage.compactMap(\.timeIndex))
    #expect(indexes == Set(times.indices))
  }

  @Test(arguments: Policy.allCases)
  func `a policy leaves nothing on our own name, or all of it`(policy: Policy) throws {
    let times = try RandomMonth.times(seed: 77, gpus: 4)
    let policies = PolicySet(
      unallocated: policy, outOfService: policy, unattributed: policy, unknown: policy)
    let posted = try Book.ledger(rates: Book.rates("3250"), policies: policies)
      .post(times, workloads: Book.workloads)
    var left: [String: Int64] = [:]
    for posting in posted.postings { left[posting.team, default: 0] += posting.costMicros }
    let isKept = policy == .keep
    for name in ["unallocated", "out-of-service", "unattributed", "unknown"] {
      #expect((left[name] ?? 0 != 0) == isKept, "\(name)")
    }
  }

  /// What a deliberate fault does to a sound book, and the sum that tells of it.
  enum Damage: CaseIterable {
    case changedAmount, lostLine, lostShare, lostOwner, shiftedDay, changedTime, changedTotal
  }

  @Test(arguments: Damage.allCases)
  func `a deliberate fault is caught`(damage: Damage) throws {
    let times = try Book.times(
      """
      01 busy        1 1 alpha beta 3
      01 unallocated 1 2 -     - 2
      02 busy        1 1 alpha - 1
      """)
    let policies = PolicySet(ownerMillionths: 500_000)
    let ledger = try Book.ledger(rates: Book.rates("1"), policies: policies)
    let sound = try ledger.post(times, workloads: Book.workloads)
    #expect(Balance.check(sound, of: times, by: ledger).isEmpty)
    let first = try #require(CivilDate("2026-11-01"))
    let second = try #require(CivilDate("2026-11-02"))
    func imbalance(_ rule: Imbalance.Rule, _ found: Int128, _ expected: Int128) -> Imbalance {
      Imbalance(pool: Book.h100, rule: rule, found: found, expected: expected)
    }
    var book = sound
    let expected: [Imbalance]
    switch damage {
    case .changedAmount:
      book.postings[0].costMicros += 1
      expected = [imbalance(.day(first), 5_000_001, 5_000_000)]
    case .lostLine:
      book.postings.removeLast()
      expected = [imbalance(.time(second), 0, 3_600_000), imbalance(.day(second), 0, 1_000_000)]
    case .lostShare:
      book.postings.removeAll { $0.kind == .shared && $0.costMicros > 0 }
      expected = [
        imbalance(.day(first), 3_000_000, 5_000_000),
        imbalance(.shared(first, .unallocated), -2_000_000, 0),
      ]
    case .lostOwner:
      book.postings.removeAll { $0.kind == .borrowed && $0.costMicros > 0 }
      expected = [
        imbalance(.day(first), 3_500_000, 5_000_000),
        imbalance(.borrowed(first, .busy), -1_500_000, 0),
      ]
    case .shiftedDay:
      book.postings[0].day = second
      expected = [
        imbalance(.time(first), 7_200_000, 18_000_000),
        imbalance(.day(first), 2_000_000, 5_000_000),
        imbalance(.time(second), 14_400_000, 3_600_000),
        imbalance(.day(second), 4_000_000, 1_000_000),
      ]
    case .changedTime:
      book.postings[0].gpuMilliseconds = 1
      expected = [imbalance(.time(first), 7_200_001, 18_000_000)]
    case .changedTotal:
      book.costs[1].cost.costMicros += 7
      expected = [
        imbalance(.day(second), 1_000_000, 1_000_007),
        imbalance(.month(sound.month), 6_000_007, 6_000_000),
      ]
    }
    #expect(Balance.check(book, of: times, by: ledger) == expected)
  }
}
