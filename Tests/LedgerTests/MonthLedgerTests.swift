import Ledger
import Quantities
import Records
import Testing

@Suite struct MonthLedgerTests {
  /// One day: two teams hold 30 hours, the rest of 72 hours is held by nobody.
  private static let day = """
    01 busy             1 1 alpha platform 12
    01 idle             1 1 alpha platform 8
    01 allocated_unknown 1 1 alpha platform 4
    01 busy             1 2 beta  platform 6
    01 unallocated      1 2 -     platform 10
    01 out_of_service   1 2 -     platform 8
    01 unattributed     2 3 -     gamma    3
    01 unattributed     2 4 -     -        1
    01 reserved_unused  2 4 -     gamma    5
    01 unknown          2 0 -     gamma    15
    """

  private static let usage = """
    01 usage alpha busy 12000
    01 usage beta busy 6000
    01 usage alpha idle 8000
    01 usage alpha allocated_unknown 4000
    01 usage unassigned reserved_unused 5000
    01 usage unattributed unattributed 3000
    01 usage unattributed unattributed 1000
    01 usage unallocated unallocated 10000
    01 usage out-of-service out_of_service 8000
    01 usage unknown unknown 15000
    """

  static let shares: [(PolicySet, String)] = [
    (PolicySet(unallocated: .keep, outOfService: .keep, unattributed: .keep), ""),
    (
      PolicySet(),
      """
      01 shared unattributed unattributed -4000
      01 shared gamma unattributed 3000
      01 shared platform unattributed 1000
      01 shared unallocated unallocated -10000
      01 shared alpha unallocated 8000
      01 shared beta unallocated 2000
      01 shared out-of-service out_of_service -8000
      01 shared platform out_of_service 8000
      """
    ),
    (
      PolicySet(
        unallocated: .even, outOfService: .owner, unattributed: .platform, platform: "infra"),
      """
      01 shared unattributed unattributed -4000
      01 shared infra unattributed 4000
      01 shared unallocated unallocated -10000
      01 shared alpha unallocated 5000
      01 shared beta unallocated 5000
      01 shared out-of-service out_of_service -8000
      01 shared platform out_of_service 8000
      """
    ),
    (
      PolicySet(unallocated: .platform, outOfService: .proportional, unattributed: .even),
      """
      01 shared unattributed unattributed -4000
      01 shared alpha unattributed 2000
      01 shared beta unattributed 2000
      01 shared unallocated unallocated -10000
      01 shared platform unallocated 10000
      01 shared out-of-service out_of_service -8000
      01 shared alpha out_of_service 6400
      01 shared beta out_of_service 1600
      """
    ),
    (
      PolicySet(
        unallocated: .keep, outOfService: .keep, unattributed: .keep, unknown: .owner,
        ownerMillionths: 300_000),
      """
      01 shared unknown unknown -15000
      01 shared gamma unknown 15000
      01 borrowed alpha busy -3600
      01 borrowed beta busy -1800
      01 borrowed platform busy 5400
      01 borrowed alpha idle -2400
      01 borrowed platform idle 2400
      01 borrowed alpha allocated_unknown -1200
      01 borrowed platform allocated_unknown 1200
      """
    ),
  ]

  @Test(arguments: shares)
  func `a policy moves what nobody holds to those who pay`(
    policies: PolicySet, shared: String
  ) throws {
    let times = try Book.times(Self.day)
    let posted = try Book.ledger(rates: Book.rates("1000"), policies: policies)
      .post(times, workloads: Book.workloads)
    let expected = Self.usage + (shared.isEmpty ? "" : "\n" + shared)
    #expect(Book.text(posted.postings) == expected)
    #expect(posted.costMicros == 72_000_000_000)
    #expect(posted.pools.map(\.gpuMilliseconds) == [72 * 3_600_000])
  }

  @Test(arguments: [Policy.proportional, .even])
  func `where nobody holds, nothing can be shared and the cost stays visible`(
    policy: Policy
  ) throws {
    let times = try Book.times(
      """
      01 unallocated 1 1 - - 10
      01 out_of_service 1 2 - - 2
      01 unattributed 1 3 - - 3
      01 unknown 1 4 - - 4
      01 busy 1 5 alpha - 0
      02 busy 1 1 alpha - 1
      """)
    let policies = PolicySet(
      unallocated: policy, outOfService: policy, unattributed: policy, unknown: policy)
    let posted = try Book.ledger(rates: Book.rates("1"), policies: policies)
      .post(times, workloads: Book.workloads)
    #expect(
      Book.text(posted.postings) == """
        01 usage alpha busy 0
        01 usage unattributed unattributed 3
        01 usage unallocated unallocated 10
        01 usage out-of-service out_of_service 2
        01 usage unknown unknown 4
        02 usage alpha busy 1
        """)
  }

  @Test func `the owner's part is rounded once for each who borrows, and its own time stays`()
    throws
  {
    // A third of a micro, twice: 0.33 and 0.67 of what beta and gamma hold of alpha's.
    let times = try Book.times(
      """
      01 busy 1 1 beta  alpha 0.000001
      01 busy 1 2 gamma alpha 0.000002
      01 idle 1 3 alpha beta  0.000003
      01 busy 1 4 alpha alpha 5
      01 busy 1 5 beta  -     5
      """)
    let posted = try Book.ledger(
      rates: Book.rates("1"), policies: PolicySet(ownerMillionths: 333_333)
    ).post(times, workloads: Book.workloads)
    let borrowed = posted.postings.filter { $0.kind == .borrowed }
    #expect(
      Book.text(borrowed) == """
        01 borrowed alpha busy 0.000001
        01 borrowed gamma busy -0.000001
        01 borrowed alpha idle -0.000001
        01 borrowed beta idle 0.000001
        """)
    #expect(Set(borrowed.compactMap(\.policy?.description)) == ["owner 33.3333 %"])
  }

  @Test func `a holder whom no rule knows shares as unassigned`() throws {
    let times = try Book.times(
      """
      01 busy 1 1 nobody - 1
      01 busy 1 2 stranger - 1
      01 busy 1 3 beta - 2
      01 unallocated 1 4 - - 0.000001
      """)
    let posted = try Book.ledger(rates: Book.rates("1")).post(times, workloads: Book.workloads)
    #expect(
      Book.text(posted.postings.filter { $0.kind == .shared }) == """
        01 shared unallocated unallocated -0.000001
        01 shared beta unallocated 0.000001
        """)
    #expect(posted.postings.filter { $0.kind == .usage }.map(\.team).contains("unassigned"))
    #expect(posted.postings.first { $0.team == "beta" }?.costCenter == "CC-beta")
    #expect(posted.postings.first { $0.team == "unassigned" }?.costCenter == nil)
  }

  @Test func `days sum to the month, which is rounded once`() throws {
    // 0.1 micro an hour: each day's 4 hours are 0.4 micros, five days are 2 micros.
    let lines = (1...5).map { "0\($0) busy 1 1 alpha - 4" }.joined(separator: "\n")
    let posted = try Book.ledger(rates: Book.rates("0.0000001"))
      .post(Book.times(lines), workloads: Book.workloads)
    #expect(posted.pools.first?.days.map(\.costMicros) == [0, 1, 0, 1, 0])
    #expect(posted.costMicros == 2)
  }

  @Test func `a day's cost is split by largest remainder in the order of the lines`() throws {
    // 1 micro an hour: three thirds of an hour are one micro, which the first line gets.
    let times = try Book.times(
      """
      01 busy 3 9 alpha - 0.33333334
      01 busy 1 8 alpha - 0.33333334
      01 busy 2 7 alpha - 0.33333334
      """)
    let posted = try Book.ledger(rates: Book.rates("0.000001"))
      .post(times, workloads: Book.workloads)
    #expect(posted.postings.map(\.hostID) == [1, 2, 3])
    #expect(posted.postings.map(\.costMicros) == [1, 0, 0])
    #expect(posted.postings.map(\.timeIndex) == [1, 2, 0])
    #expect(posted.postings.map(\.gpuMilliseconds) == [1_200_000, 1_200_000, 1_200_000])
  }

  @Test func `pools never pay for each other`() throws {
    let a100 = PoolKey(site: "aws", cluster: "east", gpuModel: "NVIDIA A100")
    let times =
      try Book.times("01 unallocated 1 1 - - 2\n01 busy 1 2 alpha - 2")
      + Book.times("01 unallocated 9 1 - - 3\n01 busy 9 2 beta - 1", pool: a100)
    let posted = try Book.ledger(rates: Book.rates("10")).post(times, workloads: Book.workloads)
    #expect(posted.pools.map(\.pool) == [a100, Book.h100])
    #expect(posted.pools.map(\.costMicros) == [40_000_000, 40_000_000])
    #expect(
      Book.text(posted.postings.filter { $0.kind == .shared && $0.costMicros > 0 }) == """
        01 shared beta unallocated 30
        01 shared alpha unallocated 20
        """)
  }

  @Test func `a price that changes within the month holds from its day on`() throws {
    let won = try #require(Book.won)
    let rates = RateCard([
      RateCard.Rate(
        perGPUHour: try #require(Money("100", currency: won)), to: CivilDate("2026-11-02")),
      RateCard.Rate(
        perGPUHour: try #require(Money("200", currency: won)), from: CivilDate("2026-11-02")),
    ])
    let posted = try Book.ledger(rates: rates)
      .post(Book.times("01 busy 1 1 alpha - 1\n02 busy 1 1 alpha - 1"), workloads: Book.workloads)
    #expect(posted.pools.first?.days.map(\.costMicros) == [100_000_000, 200_000_000])
  }

  @Test func `no time costs nothing`() throws {
    let ledger = try Book.ledger(rates: Book.rates("1"))
    let posted = try ledger.post([])
    #expect(posted.postings.isEmpty && posted.pools.isEmpty && posted.costMicros == 0)
    let still = try ledger.post(Book.times("01 unallocated 1 1 - - 0"))
    #expect(Book.text(still.postings) == "01 usage unallocated unallocated 0")
  }

  @Test func `the order of the times changes nothing but where they stood`() throws {
    let times = try Book.times(Self.day)
    let ledger = try Book.ledger(rates: Book.rates("0.333333333333"))
    let forth = try ledger.post(times, workloads: Book.workloads)
    let back = try ledger.post(times.reversed(), workloads: Book.workloads)
    #expect(Book.text(forth.postings) == Book.text(back.postings))
    #expect(forth.pools == back.pools)
  }
}
