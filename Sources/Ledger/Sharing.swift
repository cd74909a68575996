import Quantities
import Records

/// Moves the cost of states that nobody holds to those who pay for them.
struct Sharing {
  let policies: PolicySet

  /// The states whose cost may be moved.
  private static let states = State.allCases.filter {
    OwnName.bearing($0) != nil && $0 != .reservedUnused && $0 != .unknown
  }

  /// What the usage lines of one day of one pool sum to.
  private struct Usage {
    /// By state: the cost, nil where it has no line.
    var costs: [State: Int64] = [:]
    /// By state and the number of the owner: the cost.
    var owners: [State: [Int32?: Int64]] = [:]
    /// By payer: the time held.
    var held: [Int32: Int128] = [:]
  }

  /// The shared lines that follow from the usage lines of one day of one pool.
  ///
  /// What is taken from our own name and what the payers get sum to zero. Where nobody could pay,
  /// nothing is moved and the cost stays visible.
  func lines(
    for lines: ArraySlice<PostingLine>, totals: [DayTotal], payers: inout Payers
  ) -> [PostingLine] {
    guard let pool = lines.first?.pool else { return [] }
    let usage = usage(of: lines, totals: totals)
    var shared: [PostingLine] = []
    for state in Self.states {
      let policy = policies.policy(of: state)
      guard policy != .keep, let from = OwnName.bearing(state),
        let whole = usage.costs[state], whole != 0,
        let parts = parts(of: whole, by: policy, state: state, usage: usage, payers: &payers)
      else { continue }
      for part in [(payers.number(of: from), -whole)] + parts where part.1 != 0 {
        shared.append(
          PostingLine(
            kind: .shared, pool: pool, payer: part.0, state: state, costMicros: part.1))
      }
    }
    return shared
  }

  private func usage(of lines: ArraySlice<PostingLine>, totals: [DayTotal]) -> Usage {
    var usage = Usage()
    var index = lines.startIndex
    while index < lines.endIndex {
      // Lines come state by state, and a holder's often one after the other.
      let (state, payer) = (lines[index].state, lines[index].payer)
      let byOwner = policies.policy(of: state) == .owner
      var cost: Int64 = 0
      var held: Int128 = 0
      while index < lines.endIndex, lines[index].state == state, lines[index].payer == payer {
        let line = lines[index]
        cost += line.costMicros
        held += Int128(line.gpuMilliseconds ?? 0)
        if byOwner, let total = line.total {
          usage.owners[state, default: [:]][totals[Int(total)].owner, default: 0] +=
            line.costMicros
        }
        index += 1
      }
      usage.costs[state, default: 0] += cost
      if state.isHeld { usage.held[payer, default: 0] += held }
    }
    return usage
  }

  /// What each payer gets of `whole`, in the order of their names, or nil where there is no payer.
  private func parts(
    of whole: Int64, by policy: Policy, state: State, usage: Usage, payers: inout Payers
  ) -> [(Int32, Int64)]? {
    switch policy {
    case .keep: return nil
    case .platform: return [(payers.number(of: policies.platform), whole)]
    case .owner:
      let platform = payers.number(of: policies.platform)
      var sums: [Int32: Int64] = [:]
      for (owner, cost) in usage.owners[state] ?? [:] {
        sums[owner ?? platform, default: 0] += cost
      }
      let all = payers.all
      return sums.sorted { all[Int($0.key)].name < all[Int($1.key)].name }
        .map { ($0.key, $0.value) }
    case .proportional, .even:
      let all = payers.all
      let holders = usage.held.filter { $0.value > 0 }
        .sorted { all[Int($0.key)].name < all[Int($1.key)].name }
      let weights = holders.map { policy == .even ? 1 : $0.value }
      guard let parts = Apportionment.split(Int128(whole), by: weights) else { return nil }
      return zip(holders, parts).map { ($0.key, Int64($1)) }
    }
  }
}
