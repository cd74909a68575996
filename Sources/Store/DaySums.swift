import Records

/// Sums hourly facts by host, GPU, state and workload.
///
/// A table of places, probed linearly: SQLite would sort the facts for this, which takes four times
/// as long.
struct DaySums {
  private(set) var totals: [DayTotal] = []
  /// Whether a sum left Int64.
  private(set) var isTooLarge = false
  /// Places in `totals`, -1 where there is none; a power of two, at most half of it taken.
  private var places = [Int32](repeating: -1, count: 1 << 12)

  /// Adds one fact.
  mutating func add(_ fact: DayTotal) {
    var slot = Self.hash(fact) & (places.count - 1)
    while true {
      let place = Int(places[slot])
      guard place >= 0 else { break }
      if Self.isSame(totals[place], fact) {
        merge(fact, into: place)
        return
      }
      slot = (slot + 1) & (places.count - 1)
    }
    places[slot] = Int32(totals.count)
    totals.append(fact)
    if totals.count * 2 > places.count { grow() }
  }

  /// The sums in the order of their keys.
  func sorted() -> [DayTotal] { totals.sorted(by: DayTotal.isBefore) }

  private mutating func merge(_ fact: DayTotal, into place: Int) {
    func sum(_ left: Int64, _ right: Int64) -> Int64 {
      let (sum, overflow) = left.addingReportingOverflow(right)
      if overflow { isTooLarge = true }
      return sum
    }
    let old = totals[place]
    totals[place].gpuMilliseconds = sum(old.gpuMilliseconds, fact.gpuMilliseconds)
    totals[place].firstMilliseconds = min(old.firstMilliseconds, fact.firstMilliseconds)
    totals[place].lastMilliseconds = max(old.lastMilliseconds, fact.lastMilliseconds)
    totals[place].measuredMilliseconds = sum(old.measuredMilliseconds, fact.measuredMilliseconds)
    totals[place].activityPPMMilliseconds = sum(
      old.activityPPMMilliseconds, fact.activityPPMMilliseconds)
    guard let energy = fact.energyMicrojoules else { return }
    totals[place].energyMicrojoules = sum(old.energyMicrojoules ?? 0, energy)
  }

  private mutating func grow() {
    places = [Int32](repeating: -1, count: places.count * 2)
    for (place, total) in totals.enumerated() {
      var slot = Self.hash(total) & (places.count - 1)
      while places[slot] >= 0 { slot = (slot + 1) & (places.count - 1) }
      places[slot] = Int32(place)
    }
  }

  private static func isSame(_ left: DayTotal, _ right: DayTotal) -> Bool {
    left.gpu == right.gpu && left.workload == right.workload && left.host == right.host
      && left.state == right.state
  }

  /// Numbers of hosts, GPUs and workloads are hashes already; slots never seen differ by host.
  private static func hash(_ total: DayTotal) -> Int {
    var mixed = UInt64(bitPattern: total.gpu ^ (total.host &* 31))
    mixed = (mixed &+ UInt64(bitPattern: total.workload)) &* 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ UInt64(total.state.rawValue)) &* 0xbf58_476d_1ce4_e5b9
    return Int(truncatingIfNeeded: mixed >> 32)
  }
}
