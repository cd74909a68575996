import Quantities
import Records

/// Checks an account book against the time it was made of, by another way than it was made.
package enum Balance {
  /// Every sum that isn't what it must be, in the order of pools and days; empty where all are.
  ///
  /// - Complexity: O(n) in the number of times and postings.
  package static func check(
    _ posted: PostedMonth, of times: [StateTime], rates: RateCard
  ) -> [Imbalance] {
    let given = timeByDay(times)
    let sums = Sums(posted.postings)
    var totals: [PoolDay: Int64] = [:]
    for pool in posted.pools {
      for day in pool.days { totals[PoolDay(pool: pool.pool, day: day.day)] = day.costMicros }
    }
    var imbalances: [Imbalance] = []
    func expect(_ found: Int128, _ expected: Int128, _ pool: PoolKey, _ rule: Imbalance.Rule) {
      guard found != expected else { return }
      imbalances.append(Imbalance(pool: pool, rule: rule, found: found, expected: expected))
    }
    let keys = Set(given.keys).union(sums.cost.keys).union(totals.keys).sorted()
    for key in keys {
      expect(sums.time[key] ?? 0, given[key] ?? 0, key.pool, .time(key.day))
      expect(sums.cost[key] ?? 0, Int128(totals[key] ?? 0), key.pool, .day(key.day))
      for state in State.allCases {
        let moved = sums.shared[Moved(poolDay: key, state: state)] ?? 0
        expect(moved, 0, key.pool, .shared(key.day, state))
      }
    }
    var exact: [PoolKey: Int128] = [:]
    for (key, milliseconds) in given {
      let price = rates.price(of: key.pool, day: key.day)?.picos ?? 0
      exact[key.pool, default: 0] += milliseconds * price
    }
    var found: [PoolKey: Int128] = [:]
    for (key, micros) in totals { found[key.pool, default: 0] += Int128(micros) }
    for pool in Set(exact.keys).union(found.keys).sorted() {
      expect(
        found[pool] ?? 0, ExactCost.micros(exact[pool] ?? 0), pool, .month(posted.month))
    }
    return imbalances
  }

  private static func timeByDay(_ times: [StateTime]) -> [PoolDay: Int128] {
    var sums: [PoolDay: Int128] = [:]
    var runs = Runs<PoolDay>()
    for time in times {
      let key = PoolDay(pool: time.pool, day: time.day)
      if let (ended, sum) = runs.add(Int128(time.gpuMilliseconds), to: key) {
        sums[ended, default: 0] += sum
      }
    }
    if let (ended, sum) = runs.last { sums[ended, default: 0] += sum }
    return sums
  }

  /// What the lines sum to.
  private struct Sums {
    var time: [PoolDay: Int128] = [:]
    var cost: [PoolDay: Int128] = [:]
    var shared: [Moved: Int128] = [:]

    init(_ postings: [Posting]) {
      var times = Runs<PoolDay>()
      var costs = Runs<PoolDay>()
      for posting in postings {
        let key = PoolDay(pool: posting.pool, day: posting.day)
        if let (ended, sum) = costs.add(Int128(posting.costMicros), to: key) {
          cost[ended, default: 0] += sum
        }
        if let (ended, sum) = times.add(Int128(posting.gpuMilliseconds ?? 0), to: key) {
          time[ended, default: 0] += sum
        }
        guard posting.kind == .shared else { continue }
        shared[Moved(poolDay: key, state: posting.state), default: 0] += Int128(posting.costMicros)
      }
      if let (ended, sum) = costs.last { cost[ended, default: 0] += sum }
      if let (ended, sum) = times.last { time[ended, default: 0] += sum }
    }
  }

  /// Sums neighbours of one key, so that a dictionary is asked once a run and not once a line.
  private struct Runs<Key: Equatable> {
    private(set) var last: (key: Key, sum: Int128)?

    /// Adds an amount; returns the run that it ends.
    mutating func add(_ amount: Int128, to key: Key) -> (key: Key, sum: Int128)? {
      guard let current = last, current.key == key else {
        let ended = last
        last = (key, amount)
        return ended
      }
      last = (key, current.sum + amount)
      return nil
    }
  }

  private struct PoolDay: Hashable, Comparable {
    let pool: PoolKey
    let day: CivilDate

    static func < (left: Self, right: Self) -> Bool {
      left.pool == right.pool ? left.day < right.day : left.pool < right.pool
    }
  }

  private struct Moved: Hashable {
    let poolDay: PoolDay
    let state: State
  }
}
