import Records

/// The state time of one billing day in the order in which it is posted, cut into pools.
struct DaySheet {
  /// The rows of one pool.
  struct Pool {
    let pool: Int32
    /// Into `order`.
    let rows: Range<Int>
    let gpuMilliseconds: Int64
  }

  /// Places among the totals: by pool, state, host, GPU and workload.
  let order: [Int32]
  /// In the order of their numbers.
  let pools: [Pool]

  private static let statesMax = 1 + (State.allCases.map(\.rawValue).max() ?? 0)

  /// - Precondition: no time is negative, and no key is given twice.
  /// - Complexity: O(n) where `totals` are in the order of hosts, GPUs and workloads, else
  ///   O(n log n).
  init(_ totals: [DayTotal], poolCount: Int) {
    let places = Self.places(totals, poolCount: poolCount)
    var order = [Int32](repeating: 0, count: totals.count)
    var next = places
    for (index, total) in totals.enumerated() {
      precondition(
        total.gpuMilliseconds >= 0, "BUG: negative time, got \(total.gpuMilliseconds)")
      let bucket = Self.bucket(total)
      order[next[bucket]] = Int32(index)
      next[bucket] += 1
    }
    var pools: [Pool] = []
    for pool in 0..<poolCount {
      for bucket in (pool * Self.statesMax)..<((pool + 1) * Self.statesMax) {
        Self.sort(&order, places[bucket]..<next[bucket], totals)
      }
      let rows = places[pool * Self.statesMax]..<next[(pool + 1) * Self.statesMax - 1]
      guard !rows.isEmpty else { continue }
      var milliseconds: Int64 = 0
      for row in rows { milliseconds += totals[Int(order[row])].gpuMilliseconds }
      pools.append(Pool(pool: Int32(pool), rows: rows, gpuMilliseconds: milliseconds))
    }
    self.order = order
    self.pools = pools
  }

  private static func bucket(_ total: DayTotal) -> Int {
    Int(total.pool) * statesMax + total.state.rawValue
  }

  /// Where each pool and state starts.
  private static func places(_ totals: [DayTotal], poolCount: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: poolCount * statesMax)
    for total in totals { counts[bucket(total)] += 1 }
    var start = 0
    for index in counts.indices {
      let count = counts[index]
      counts[index] = start
      start += count
    }
    return counts
  }

  /// Puts the rows of one pool and state in order.
  private static func sort(_ order: inout [Int32], _ rows: Range<Int>, _ totals: [DayTotal]) {
    func isBefore(_ left: Int32, _ right: Int32) -> Bool {
      DayTotal.isBefore(totals[Int(left)], totals[Int(right)])
    }
    func isInOrder() -> Bool {
      rows.dropFirst().allSatisfy { isBefore(order[$0 - 1], order[$0]) }
    }
    if isInOrder() { return }
    order[rows].sort(by: isBefore)
    precondition(isInOrder(), "BUG: time given twice among \(totals[Int(order[rows.lowerBound])])")
  }
}
