import Quantities
import Records

/// The same usage shared out under several policies, each time to the same total.
///
/// What policies look at are sums of a day and pool by state, payer and owner, so that a month is
/// compared without any of its GPUs' lines.
package struct PolicyComparison {
  /// Usage of one day and pool, summed by state, payer and owner.
  package struct Usage: Hashable, Sendable {
    package var team: String
    /// The state of the time; nil of cost that belongs to no time and that no policy moves.
    package var state: State?
    package var owner: String?
    package var gpuMilliseconds: Int64
    package var costMicros: Int64

    package init(
      team: String, state: State?, owner: String? = nil, gpuMilliseconds: Int64, costMicros: Int64
    ) {
      self.team = team
      self.state = state
      self.owner = owner
      self.gpuMilliseconds = gpuMilliseconds
      self.costMicros = costMicros
    }
  }

  /// What a team owes under a policy.
  package struct Line: Hashable, Sendable {
    package var policy: String
    package var team: String
    package var costCenter: String?
    /// Of time that the team held or reserved.
    ///
    /// - Unit: micros of the currency.
    package var ownMicros: Int64
    /// Of everything else: what policies move, what stays visible by itself.
    package var sharedMicros: Int64
  }

  /// The name of the policies as they are configured.
  package static let configuredName = "as configured"

  private struct Variant {
    let name: String
    let policies: PolicyBook
    var lines: [Payer: (own: Int64, shared: Int64)] = [:]
  }

  private var payers: Payers
  private var variants: [Variant]

  /// - Parameter policies: as configured; the others take the platform and the owner's share of
  ///   borrowed hardware from them.
  package init(teams: TeamMap, policies: PolicyBook) {
    payers = Payers(teams: teams)
    variants =
      [Variant(name: Self.configuredName, policies: policies)]
      + Policy.allCases.map { Variant(name: $0.rawValue, policies: policies.sharing(by: $0)) }
  }

  /// Adds the usage of one pool on one billing day.
  package mutating func add(_ usage: [Usage], of pool: PoolKey, on day: CivilDate) {
    payers.turn(to: day)
    var sums = PoolDaySums()
    var given: [(payer: Int32, state: State?, cost: Int64)] = []
    for part in usage {
      let payer = payers.number(of: part.team)
      given.append((payer, part.state, part.costMicros))
      guard let state = part.state else { continue }
      sums.add(
        state: state, payer: payer, owner: part.owner.map { payers.number(of: $0) },
        costMicros: part.costMicros, gpuMilliseconds: Int128(part.gpuMilliseconds))
    }
    for index in variants.indices {
      let policies = variants[index].policies.policies(of: pool.site, on: day)
      let moved = Sharing(policies: policies).lines(for: sums, pool: 0, payers: &payers)
      for (payer, state, cost) in given {
        let isOwn = state.map { $0.isHeld || $0 == .reservedUnused } ?? false
        add(isOwn ? cost : 0, isOwn ? 0 : cost, to: payer, in: index)
      }
      for line in moved { add(0, line.costMicros, to: line.payer, in: index) }
    }
  }

  private mutating func add(_ own: Int64, _ shared: Int64, to payer: Int32, in variant: Int) {
    let payer = payers.all[Int(payer)]
    variants[variant].lines[payer, default: (0, 0)].own += own
    variants[variant].lines[payer, default: (0, 0)].shared += shared
  }

  /// Variant by variant, in the order of teams; teams that owe nothing are left out.
  package var lines: [Line] {
    variants.flatMap { variant in
      variant.lines.filter { $0.value.own != 0 || $0.value.shared != 0 }.map { payer, cost in
        Line(
          policy: variant.name, team: payer.name, costCenter: payer.costCenter,
          ownMicros: cost.own, sharedMicros: cost.shared)
      }.sorted { ($0.team, $0.costCenter ?? "") < ($1.team, $1.costCenter ?? "") }
    }
  }
}

extension PolicyBook {
  /// The same rules with one policy for the cost of everything that nobody holds.
  fileprivate func sharing(by policy: Policy) -> PolicyBook {
    PolicyBook(
      rules.reversed().map { rule in
        var rule = rule
        rule.unallocated = nil
        rule.outOfService = nil
        rule.unattributed = nil
        rule.unknown = nil
        return rule
      } + [
        Rule(
          unallocated: policy, outOfService: policy, unattributed: policy, unknown: policy)
      ])
  }
}
