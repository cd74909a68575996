import Quantities
import Records

/// Moves the cost of states that nobody holds to those who pay for them, and splits the cost of
/// borrowed hardware between who holds and who owns it.
struct Sharing {
  let policies: PolicySet

  /// The states whose cost may be moved.
  private static let states = State.allCases.filter {
    OwnName.bearing($0) != nil
  }
  private static let heldStates = State.allCases.filter(\.isHeld)
  private static let whole: Int128 = 1_000_000

  /// The lines that follow from the usage lines of one day of one pool.
  ///
  /// What is taken and what is given sums to zero in each state, once for `shared` lines and once
  /// for `borrowed`. Where nobody could pay, nothing is moved and the cost stays visible.
  func lines(for sums: PoolDaySums, pool: Int32, payers: inout Payers) -> [PostingLine] {
    var lines: [PostingLine] = []
    for state in Self.states {
      let policy = policies.policy(of: state)
      guard policy != .keep, let from = OwnName.bearing(state) else { continue }
      let cost = sums.sums.reduce(Int64(0)) { cost, row in
        row.key.state == state ? cost + row.value.costMicros : cost
      }
      guard cost != 0,
        let parts = parts(of: cost, by: policy, state: state, sums: sums, payers: &payers)
      else { continue }
      for part in [(payers.number(of: from), -cost)] + parts where part.1 != 0 {
        lines.append(
          PostingLine(
            kind: .shared, pool: pool, payer: part.0, state: state, costMicros: part.1,
            policy: .shared(policy)))
      }
    }
    guard policies.ownerMillionths > 0 else { return lines }
    for state in Self.heldStates {
      for (payer, cost) in borrowed(sums, in: state, payers: payers) {
        lines.append(
          PostingLine(
            kind: .borrowed, pool: pool, payer: payer, state: state, costMicros: cost,
            policy: .borrowed(ownerMillionths: policies.ownerMillionths)))
      }
    }
    return lines
  }

  /// What each payer gets of `whole`, in the order of their names, or nil where there is no payer.
  private func parts(
    of whole: Int64, by policy: Policy, state: State, sums: PoolDaySums, payers: inout Payers
  ) -> [(Int32, Int64)]? {
    switch policy {
    case .keep: return nil
    case .platform: return [(payers.number(of: policies.platform), whole)]
    case .owner:
      let platform = payers.number(of: policies.platform)
      var costs: [Int32: Int64] = [:]
      for (key, sum) in sums.sums where key.state == state {
        costs[key.owner ?? platform, default: 0] += sum.costMicros
      }
      return Self.sorted(costs, payers)
    case .proportional, .even:
      var held: [Int32: Int128] = [:]
      for (key, sum) in sums.sums where key.state.isHeld && sum.gpuMilliseconds > 0 {
        held[key.payer, default: 0] += sum.gpuMilliseconds
      }
      let holders = Self.sorted(held, payers)
      let weights = holders.map { policy == .even ? 1 : $0.1 }
      guard let parts = Apportionment.split(Int128(whole), by: weights) else { return nil }
      return zip(holders, parts).map { ($0.0, Int64($1)) }
    }
  }

  /// What owners bear of time that others hold, and the holders no longer do, in the order of
  /// names; the owner's part of what one team holds of another is rounded once, half to even.
  private func borrowed(
    _ sums: PoolDaySums, in state: State, payers: Payers
  ) -> [(Int32, Int64)] {
    var moved: [Int32: Int64] = [:]
    for (key, sum) in sums.sums where key.state == state {
      guard let owner = key.owner, owner != key.payer else { continue }
      let part = Rounding.halfEven(
        Int128(sum.costMicros) * Int128(policies.ownerMillionths), dividedBy: Self.whole)
      moved[owner, default: 0] += Int64(part)
      moved[key.payer, default: 0] -= Int64(part)
    }
    return Self.sorted(moved, payers).filter { $0.1 != 0 }
  }

  private static func sorted<Value>(_ values: [Int32: Value], _ payers: Payers) -> [(Int32, Value)]
  {
    let all = payers.all
    return values.sorted { all[Int($0.key)].name < all[Int($1.key)].name }
      .map { ($0.key, $0.value) }
  }
}
