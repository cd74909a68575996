import Quantities
import Records

/// Sums what reserved GPUs did, by hour, reservations, state and holders.
struct ReservedSums {
  private struct Key: Hashable {
    let hour: Int64
    let reservations: Int32
    let state: State
    let holders: Int32
  }

  private var sums: [Key: Int64] = [:]

  /// Adds milliseconds, times slices of a card or slots.
  mutating func add(
    _ time: Int64, hour: Int64, _ reservations: Int32, _ state: State, _ holders: Int32
  ) {
    // What nobody uses is held by nobody, though its facts are the reservation's.
    let key = Key(
      hour: hour, reservations: reservations, state: state,
      holders: state.isHeld ? holders : Holders.nobody)
    sums[key, default: 0] += time
  }

  /// The times, divided evenly where several reservations cover a GPU, and as the holders have it;
  /// the parts of an hour and state are whole milliseconds of their sum.
  func times(uuid: String?, slices: Int64, holders: Holders) -> [ReservedTime] {
    let groups = Dictionary(grouping: sums) { Group(hour: $0.key.hour, state: $0.key.state) }
    return groups.keys.sorted().flatMap { group in
      let cells = groups[group] ?? []
      let sum = cells.reduce(Int128(0)) { $0 + Int128($1.value) }
      let weights = self.weights(cells.map { ($0.key, $0.value) }, holders)
      let parts = weights.keys.sorted()
      let whole = Rounding.halfEven(sum, dividedBy: Int128(slices))
      guard let shares = Apportionment.split(whole, by: parts.map { weights[$0] ?? 0 }) else {
        preconditionFailure("BUG: \(sum) ms are reserved by nobody")
      }
      return zip(parts, shares).filter { $0.1 > 0 }.map { part, share in
        ReservedTime(
          hour: UTCInstant(milliseconds: group.hour), uuid: uuid, reservation: part.reservation,
          state: group.state, workload: part.holder, gpuMilliseconds: Int64(share))
      }
    }
  }

  private struct Group: Hashable, Comparable {
    let hour: Int64
    let state: State
    static func < (left: Self, right: Self) -> Bool {
      (left.hour, left.state) < (right.hour, right.state)
    }
  }

  private struct Part: Hashable, Comparable {
    let reservation: WorkloadKey
    let holder: WorkloadKey?

    static func < (left: Self, right: Self) -> Bool {
      if left.reservation != right.reservation { return left.reservation < right.reservation }
      guard let one = left.holder, let other = right.holder else {
        return left.holder == nil && right.holder != nil
      }
      return one < other
    }
  }

  /// What each reservation and holder has of cells, over a common denominator.
  private func weights(_ cells: [(key: Key, sum: Int64)], _ holders: Holders) -> [Part: Int128] {
    let counts = cells.map { cell in
      Int128(holders.sets[Int(cell.key.reservations)].count)
        * Int128(max(1, holders.sets[Int(cell.key.holders)].count))
    }
    let denominator = counts.reduce(Int128(1), Divisors.leastCommonMultiple)
    var weights: [Part: Int128] = [:]
    for (cell, count) in zip(cells, counts) {
      let members = holders.sets[Int(cell.key.holders)].map { holders.workloads[Int($0)] }
      for number in holders.sets[Int(cell.key.reservations)] {
        let reservation = holders.workloads[Int(number)]
        for holder in members.isEmpty ? [nil] : members.map(Optional.some) {
          weights[Part(reservation: reservation, holder: holder), default: 0] +=
            Int128(cell.sum) * (denominator / count)
        }
      }
    }
    return weights
  }
}
