import Ledger
import Quantities
import Records
import Testing

@Suite struct PolicyComparisonTests {
  /// What the usage lines of a month sum to by day, pool, team, state and owner.
  private static func comparison(
    of month: PostedMonth, teams: TeamMap, policies: PolicyBook
  ) -> PolicyComparison {
    struct Key: Hashable {
      let team: String
      let state: State?
      let owner: String?
    }
    var comparison = PolicyComparison(teams: teams, policies: policies)
    let usage = month.postings.filter { $0.kind == .usage }
    for (pool, lines) in Dictionary(grouping: usage, by: \.pool) {
      for (day, lines) in Dictionary(grouping: lines, by: \.day).sorted(by: { $0.key < $1.key }) {
        let sums = Dictionary(grouping: lines) {
          Key(team: $0.team, state: $0.state, owner: $0.owner)
        }
        comparison.add(
          sums.map { key, lines in
            PolicyComparison.Usage(
              team: key.team, state: key.state, owner: key.owner,
              gpuMilliseconds: lines.reduce(0) { $0 + ($1.gpuMilliseconds ?? 0) },
              costMicros: lines.reduce(0) { $0 + $1.costMicros })
          }, of: pool, on: day)
      }
    }
    return comparison
  }

  /// What each team owes by the postings themselves.
  private static func owed(_ month: PostedMonth) -> [String: Int64] {
    var owed: [String: Int64] = [:]
    for posting in month.postings { owed[posting.team, default: 0] += posting.costMicros }
    return owed.filter { $0.value != 0 }
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `every policy is what posting under it gives, and all have one total`(seed: UInt64) throws {
    let times = try RandomMonth.times(seed: seed, gpus: 7)
    let configured = PolicySet(
      unallocated: .even, outOfService: .proportional, unattributed: .owner, unknown: .platform,
      ownerMillionths: 271_828, platform: "infra")
    let rates = try Book.rates(RandomMonth.price(seed))
    let posted = try Book.ledger(rates: rates, policies: configured)
      .post(times, workloads: Book.workloads)
    let lines = Self.comparison(of: posted, teams: Book.teams, policies: PolicyBook(configured))
      .lines
    var expected = [PolicyComparison.configuredName: posted]
    for policy in Policy.allCases {
      var all = configured
      (all.unallocated, all.outOfService) = (policy, policy)
      (all.unattributed, all.unknown) = (policy, policy)
      expected[policy.rawValue] = try Book.ledger(rates: rates, policies: all)
        .post(times, workloads: Book.workloads)
    }
    for (name, month) in expected {
      let own = lines.filter { $0.policy == name }
      let owed = Dictionary(
        uniqueKeysWithValues: own.map { ($0.team, $0.ownMicros + $0.sharedMicros) }
      )
      .filter { $0.value != 0 }
      #expect(owed == Self.owed(month), "\(name), seed \(seed)")
      #expect(own.reduce(0) { $0 + $1.ownMicros + $1.sharedMicros } == posted.costMicros)
    }
    #expect(posted.costMicros == 0 || Set(lines.map(\.policy)) == Set(expected.keys))
  }

  @Test func `policies of sites and days are replaced, their platforms kept`() throws {
    let times = try Book.times(
      """
      01 busy        1 1 alpha beta 1
      01 unallocated 1 2 -     -    1
      """)
    let rules = PolicyBook([
      PolicyBook.Rule(ownerMillionths: 500_000),
      PolicyBook.Rule(site: "pangyo", unallocated: .keep, platform: "infra"),
    ])
    let posted = try Book.ledger(rates: Book.rates("10")).post(times, workloads: Book.workloads)
    var comparison = Self.comparison(of: posted, teams: Book.teams, policies: rules)
    let variance = PolicyComparison.Usage(
      team: "variance", state: nil, gpuMilliseconds: 0, costMicros: -7)
    comparison.add([variance], of: Book.h100, on: try #require(CivilDate("2026-11-02")))
    let lines = comparison.lines.filter { ["as configured", "platform"].contains($0.policy) }
    #expect(
      lines.map {
        "\($0.policy) \($0.team) \($0.costCenter ?? "-") \($0.ownMicros) \($0.sharedMicros)"
      }
        == [
          "as configured alpha CC-alpha 10000000 -5000000", "as configured beta CC-beta 0 5000000",
          "as configured unallocated - 0 10000000", "as configured variance - 0 -7",
          "platform alpha CC-alpha 10000000 -5000000", "platform beta CC-beta 0 5000000",
          "platform infra - 0 10000000", "platform variance - 0 -7",
        ])
  }
}
