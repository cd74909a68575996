import Quantities
import Records

/// State time in the order in which it is posted, cut into pools and days.
struct TimeSheet {
  /// A row of the sheet: a key to sort by, and the place of its time in the list given.
  struct Row {
    let pool: Int32
    let dayOfMonth: Int32
    let state: Int32
    let index: Int32
    let hostID: Int64
    let gpuID: Int64
    let workloadID: Int64

    /// Whether `left` is posted before `right`.
    static func isBefore(_ left: Row, _ right: Row) -> Bool {
      if left.pool != right.pool { return left.pool < right.pool }
      if left.dayOfMonth != right.dayOfMonth { return left.dayOfMonth < right.dayOfMonth }
      if left.state != right.state { return left.state < right.state }
      if left.hostID != right.hostID { return left.hostID < right.hostID }
      if left.gpuID != right.gpuID { return left.gpuID < right.gpuID }
      return left.workloadID < right.workloadID
    }
  }

  /// The rows of one billing day of one pool.
  struct PoolDay {
    let pool: PoolKey
    let day: CivilDate
    let rows: Range<Int>
    let gpuMilliseconds: Int64
  }

  let rows: [Row]
  /// In the order of pools, then days.
  let poolDays: [PoolDay]

  /// - Precondition: all days are in `month`, no time is negative, and no key is given twice.
  /// - Complexity: O(n log n), O(n) where `times` is in order already.
  init(_ times: [StateTime], month: BillingMonth) {
    let (pools, places) = Self.pools(of: times)
    var rows: [Row] = []
    rows.reserveCapacity(times.count)
    var isInOrder = true
    for (index, time) in times.enumerated() {
      let isInMonth =
        time.day.year == month.firstDay.year && time.day.month == month.firstDay.month
      precondition(isInMonth, "BUG: time of \(time.day) posted in \(month)")
      precondition(time.gpuMilliseconds >= 0, "BUG: negative time, got \(time.gpuMilliseconds)")
      let row = Row(
        pool: places[index], dayOfMonth: Int32(time.day.day), state: Int32(time.state.rawValue),
        index: Int32(index), hostID: time.hostID, gpuID: time.gpuID, workloadID: time.workloadID)
      if let last = rows.last, !Row.isBefore(last, row) { isInOrder = false }
      rows.append(row)
    }
    if !isInOrder { rows.sort(by: Row.isBefore) }
    self.rows = rows
    poolDays = Self.cut(rows, times: times, pools: pools)
  }

  /// The pools in order, and for each time the place of its pool among them.
  private static func pools(of times: [StateTime]) -> ([PoolKey], [Int32]) {
    var found: [PoolKey: Int32] = [:]
    var places: [Int32] = []
    places.reserveCapacity(times.count)
    var last: (pool: PoolKey, place: Int32)?
    for time in times {
      if let last, last.pool == time.pool {
        places.append(last.place)
        continue
      }
      let place = found[time.pool] ?? Int32(found.count)
      found[time.pool] = place
      last = (time.pool, place)
      places.append(place)
    }
    let inOrder = found.sorted { $0.key < $1.key }
    var ranks = [Int32](repeating: 0, count: inOrder.count)
    for (rank, pool) in inOrder.enumerated() { ranks[Int(pool.value)] = Int32(rank) }
    return (inOrder.map(\.key), places.map { ranks[Int($0)] })
  }

  private static func cut(_ rows: [Row], times: [StateTime], pools: [PoolKey]) -> [PoolDay] {
    var poolDays: [PoolDay] = []
    var start = 0
    while start < rows.count {
      let first = rows[start]
      var end = start
      var milliseconds: Int64 = 0
      while end < rows.count, rows[end].pool == first.pool,
        rows[end].dayOfMonth == first.dayOfMonth
      {
        let isNew = end == start || Row.isBefore(rows[end - 1], rows[end])
        precondition(isNew, "BUG: time given twice, \(times[Int(rows[end].index)])")
        milliseconds += times[Int(rows[end].index)].gpuMilliseconds
        end += 1
      }
      poolDays.append(
        PoolDay(
          pool: pools[Int(first.pool)], day: times[Int(first.index)].day, rows: start..<end,
          gpuMilliseconds: milliseconds))
      start = end
    }
    return poolDays
  }
}
