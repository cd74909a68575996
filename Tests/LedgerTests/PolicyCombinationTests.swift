import Ledger
import Quantities
import Records
import Testing

/// Random months under every combination of policies, checked by another way: what a share must be
/// follows from the usage lines alone.
@Suite struct PolicyCombinationTests {
  /// The lines of one day and pool.
  private struct PoolDay {
    let usage: [Posting]
    let moved: [Posting]

    func cost(of state: State) -> Int128 { Self.sum(usage.filter { $0.state == state }) }

    /// What each team gets of a state, without what is taken from our own name.
    func given(_ state: State, _ kind: PostingLine.Kind) -> [String: Int128] {
      let lines = moved.filter { $0.state == state && $0.kind == kind }
      return Dictionary(grouping: lines, by: \.team).mapValues(Self.sum)
    }

    /// By team, the time held.
    var held: [String: Int128] {
      Dictionary(grouping: usage.filter { $0.state?.isHeld == true }, by: \.team).mapValues {
        lines in
        lines.reduce(0) { $0 + Int128($1.gpuMilliseconds ?? 0) }
      }.filter { $0.value > 0 }
    }

    static func sum(_ lines: [Posting]) -> Int128 {
      lines.reduce(0) { $0 + Int128($1.costMicros) }
    }
  }

  private static let ownNames: [State: String] = [
    .unattributed: "unattributed", .unallocated: "unallocated", .outOfService: "out-of-service",
    .unknown: "unknown",
  ]

  /// - Parameter first: the policy of what is unallocated; the others are tried one by one.
  @Test(arguments: Policy.allCases)
  func `every combination of policies gives each its share, to the micro`(first: Policy) throws {
    var seed = UInt64(Policy.allCases.firstIndex(of: first) ?? 0) * 1_000
    for second in Policy.allCases {
      for third in Policy.allCases {
        for fourth in Policy.allCases {
          seed += 1
          let policies = PolicySet(
            unallocated: first, outOfService: second, unattributed: third, unknown: fourth,
            ownerMillionths: Int64(seed) * 7_919 % 1_000_001, platform: "infra")
          try Self.check(policies, seed: seed)
        }
      }
    }
  }

  private static func check(_ policies: PolicySet, seed: UInt64) throws {
    let times = try RandomMonth.times(seed: seed, gpus: 2, days: 4)
    let posted = try Book.ledger(
      rates: Book.rates(RandomMonth.price(seed)), policies: policies
    ).post(times, workloads: Book.workloads)
    #expect(PoolDay.sum(posted.postings) == Int128(posted.costMicros))
    for lines in Dictionary(grouping: posted.postings, by: \.pool).values {
      for lines in Dictionary(grouping: lines, by: \.day).values {
        let day = PoolDay(
          usage: lines.filter { $0.kind == .usage }, moved: lines.filter { $0.kind != .usage })
        for (state, own) in ownNames {
          let isRight = isShared(day, state, own: own, by: policies.policy(of: state), policies)
          #expect(isRight, "\(state), seed \(seed), \(policies)")
        }
        for state in State.allCases where state.isHeld {
          #expect(isBorrowed(day, state, policies), "\(state), seed \(seed), \(policies)")
        }
      }
    }
  }

  /// Whether the cost of a state went where its policy says, by the usage lines alone.
  private static func isShared(
    _ day: PoolDay, _ state: State, own: String, by policy: Policy, _ policies: PolicySet
  ) -> Bool {
    let whole = day.cost(of: state)
    var given = day.given(state, .shared)
    let taken = given.removeValue(forKey: own)
    let held = day.held
    let needsHolders = policy == .proportional || policy == .even
    if policy == .keep || whole == 0 || (needsHolders && held.isEmpty) {
      return given.isEmpty && taken == nil
    }
    guard taken == -whole, given.values.reduce(0, +) == whole else { return false }
    switch policy {
    case .keep: return false
    case .platform: return given == ["infra": whole]
    case .owner:
      let owners = Dictionary(grouping: day.usage.filter { $0.state == state }) {
        $0.owner ?? "infra"
      }
      return given == owners.mapValues(PoolDay.sum).filter { $0.value != 0 }
    case .proportional:
      let all = held.values.reduce(0, +)
      return held.allSatisfy { team, time in
        ((given[team] ?? 0) * all - whole * time).magnitude < all.magnitude
      }
    case .even:
      let parts = held.keys.map { given[$0] ?? 0 }
      return (parts.max() ?? 0) - (parts.min() ?? 0) <= 1
    }
  }

  /// Whether owners bear their share of what others hold, each pair rounded by half a micro.
  private static func isBorrowed(
    _ day: PoolDay, _ state: State, _ policies: PolicySet
  ) -> Bool {
    let moved = day.given(state, .borrowed)
    guard moved.values.reduce(0, +) == 0 else { return false }
    var exact: [String: Int128] = [:]
    var pairs: Set<[String]> = []
    for line in day.usage where line.state == state {
      guard let owner = line.owner, owner != line.team else { continue }
      let share = Int128(line.costMicros) * Int128(policies.ownerMillionths)
      exact[owner, default: 0] += share
      exact[line.team, default: 0] -= share
      pairs.insert([line.team, owner])
    }
    let names = Set(exact.keys).union(moved.keys)
    return names.allSatisfy { name in
      let rounded = pairs.count { $0.contains(name) }
      let difference = (moved[name] ?? 0) * 1_000_000 - (exact[name] ?? 0)
      return difference.magnitude * 2 <= UInt128(rounded) * 1_000_000
    }
  }
}
