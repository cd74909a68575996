import Quantities
import Records

/// Moves the cost of states that nobody holds to those who pay for them.
struct Sharing {
  let policies: PolicySet
  let teams: TeamMap

  /// The states whose cost may be moved.
  private static let states = State.allCases.filter {
    OwnName.bearing($0) != nil && $0 != .reservedUnused && $0 != .unknown
  }

  /// The shared lines that follow from the usage lines of one day of one pool.
  ///
  /// What is taken from our own name and what the payers get sum to zero. Where nobody could pay,
  /// nothing is moved and the cost stays visible.
  func postings(for usage: [Posting]) -> [Posting] {
    Self.states.flatMap { state -> [Posting] in
      let policy = policies.policy(of: state)
      guard policy != .keep, let from = OwnName.bearing(state) else { return [] }
      let taken = usage.filter { $0.state == state }
      let whole = taken.reduce(0) { $0 + $1.costMicros }
      guard let first = taken.first, whole != 0,
        let parts = parts(of: whole, by: policy, taken: taken, usage: usage)
      else { return [] }
      return ([(team: from, micros: -whole)] + parts).filter { $0.micros != 0 }.map { part in
        Posting(
          day: first.day, pool: first.pool, kind: .shared, team: part.team,
          costCenter: teams.costCenter(of: part.team), state: state, costMicros: part.micros)
      }
    }
  }

  /// What each payer gets of `whole`, in the order of their names, or nil where there is no payer.
  private func parts(
    of whole: Int64, by policy: Policy, taken: [Posting], usage: [Posting]
  ) -> [(team: String, micros: Int64)]? {
    switch policy {
    case .keep: return nil
    case .platform: return [(policies.platform, whole)]
    case .owner:
      var sums: [String: Int64] = [:]
      for posting in taken {
        sums[posting.owner ?? policies.platform, default: 0] += posting.costMicros
      }
      return sums.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    case .proportional, .even:
      var held: [String: Int128] = [:]
      for posting in usage where posting.state.isHeld {
        held[posting.team, default: 0] += Int128(posting.gpuMilliseconds ?? 0)
      }
      let holders = held.filter { $0.value > 0 }.sorted { $0.key < $1.key }
      let weights = holders.map { policy == .even ? 1 : $0.value }
      guard let parts = Apportionment.split(Int128(whole), by: weights) else { return nil }
      return zip(holders, parts).map { ($0.key, Int64($1)) }
    }
  }
}
