import Engine
import Quantities
import Records

/// A ledger as both engines give it, made to be compared.
struct ComparableLedger: Equatable {
  struct Key: Hashable {
    /// Hours since 1970.
    let hour: Int64
    let uuid: String?
    let state: State
    let workload: WorkloadKey?
  }

  struct Amounts: Equatable {
    var milliseconds: Int128
    var range: Range<Int64>
    var measured: Int128 = 0
    var activity: Int128 = 0
    /// Microjoules; nil where none was measured.
    var energy: Int128?
  }

  /// A stretch of idle time with one share of the card, inside one hour.
  struct Piece: Hashable {
    let uuid: String
    let instance: Int
    let workload: WorkloadKey
    let share: Fraction
    var range: Range<Int64>
  }

  var facts: [Key: Amounts] = [:]
  var pieces: Set<Piece> = []
  var findings: Set<Finding> = []

  mutating func add(_ key: Key, _ amounts: Amounts) {
    guard var sum = facts[key] else {
      facts[key] = amounts
      return
    }
    sum.milliseconds += amounts.milliseconds
    sum.measured += amounts.measured
    sum.activity += amounts.activity
    if let energy = amounts.energy { sum.energy = (sum.energy ?? 0) + energy }
    sum.range =
      min(
        sum.range.lowerBound, amounts.range.lowerBound)..<max(
        sum.range.upperBound, amounts.range.upperBound)
    facts[key] = sum
  }
}

/// From moments to whole milliseconds.
enum ReferenceSums {
  private typealias Moment = ReferenceEngine.Moment

  private struct Cell: Hashable, Comparable {
    let instance: Int
    let state: State
    static func < (left: Self, right: Self) -> Bool {
      (left.instance, left.state) < (right.instance, right.state)
    }
  }

  static func add(
    _ moments: [ReferenceEngine.Moment], uuid: String, to result: inout ComparableLedger
  ) {
    for (hour, inHour) in Dictionary(grouping: moments, by: { $0.range.lowerBound / 3_600_000 }) {
      add(inHour, hour: hour, uuid: uuid, to: &result)
    }
  }

  private static func add(
    _ moments: [Moment], hour: Int64, uuid: String, to result: inout ComparableLedger
  ) {
    let byCell = Dictionary(grouping: moments) { Cell(instance: $0.instance, state: $0.state) }
    let cells = byCell.keys.sorted()
    let milliseconds = split(cells.map { byCell[$0] ?? [] }) { $0.milliseconds }
    let measured = split(cells.map { byCell[$0] ?? [] }) { $0.measured }
    let activity = split(cells.map { byCell[$0] ?? [] }) { $0.activitySum }
    let energy = split(cells.map { byCell[$0] ?? [] }) { $0.energy }
    for (index, cell) in cells.enumerated() {
      let members = byCell[cell] ?? []
      let workloads = Set(members.flatMap(\.workloads)).sorted()
      let holders: [WorkloadKey?] = workloads.isEmpty ? [nil] : workloads
      let split = { (total: Int128, quantity: @escaping (Moment) -> Int128) in
        Fraction.parts(of: total, by: holders.map { weight(of: $0, in: members, quantity) })
      }
      let milliseconds = split(milliseconds[index]) { $0.milliseconds }
      let measured = split(measured[index]) { $0.measured }
      let activity = split(activity[index]) { $0.activitySum }
      let energy = split(energy[index]) { $0.energy }
      for (number, workload) in holders.enumerated() {
        let mine = members.filter { moment in workload.map(moment.workloads.contains) ?? true }
        guard let first = mine.map(\.range.lowerBound).min(),
          let last = mine.map(\.range.upperBound).max()
        else { continue }
        let isMeasured = mine.contains { $0.counted != nil || $0.milliwatts != nil }
        result.add(
          ComparableLedger.Key(hour: hour, uuid: uuid, state: cell.state, workload: workload),
          ComparableLedger.Amounts(
            milliseconds: milliseconds[number], range: first..<last, measured: measured[number],
            activity: activity[number], energy: isMeasured ? energy[number] : nil))
      }
    }
    // What rounds to no millisecond at all is no fact.
    result.facts = result.facts.filter { $0.value.milliseconds > 0 }
  }

  /// The whole sum of a quantity over a card, split among `cells`.
  private static func split(_ cells: [[Moment]], _ quantity: (Moment) -> Int128) -> [Int128] {
    let exact = cells.map { cell in
      cell.reduce(Fraction.zero) { $0 + $1.part * Fraction(quantity($1)) }
    }
    return Fraction.parts(of: exact.reduce(.zero, +).nearest, by: exact)
  }

  /// What `workload` has of a quantity: n workloads at once have 1/n each.
  private static func weight(
    of workload: WorkloadKey?, in moments: [Moment], _ quantity: (Moment) -> Int128
  ) -> Fraction {
    moments.reduce(.zero) { sum, moment in
      guard let workload else { return sum + moment.part * Fraction(quantity(moment)) }
      guard moment.workloads.contains(workload) else { return sum }
      return sum + moment.part * Fraction(quantity(moment), over: Int128(moment.workloads.count))
    }
  }
}

extension ReferenceEngine.Moment {
  fileprivate var measured: Int128 { activity == nil ? 0 : milliseconds }
  fileprivate var activitySum: Int128 { milliseconds * Int128(activity ?? 0) }
  fileprivate var energy: Int128 {
    if let counted { return counted.until(range.upperBound) - counted.until(range.lowerBound) }
    return milliseconds * Int128(milliwatts ?? 0)
  }
}

/// From moments to pieces of idle time.
enum ReferenceIdle {
  private static let shortest: Int64 = 300_000
  private static let hour: Int64 = 3_600_000

  /// - Parameter keepingShort: whether the pieces that nobody wants are kept, instead of the others.
  static func add(
    _ moments: [ReferenceEngine.Moment], uuid: String, keepingShort: Bool = false,
    to result: inout ComparableLedger
  ) {
    struct Owner: Hashable {
      let workload: WorkloadKey
      let instance: Int
    }
    var idle: [Owner: [ComparableLedger.Piece]] = [:]
    for moment in moments where moment.state == .idle {
      let share = moment.part * Fraction(1, over: Int128(moment.workloads.count))
      for workload in moment.workloads {
        idle[Owner(workload: workload, instance: moment.instance), default: []].append(
          ComparableLedger.Piece(
            uuid: uuid, instance: moment.instance, workload: workload, share: share,
            range: moment.range))
      }
    }
    for pieces in idle.values {
      for stretch in stretches(pieces) where isKept(stretch) != keepingShort {
        result.pieces.formUnion(joined(stretch))
      }
    }
  }

  /// Pieces that meet, in the order of time.
  private static func stretches(_ pieces: [ComparableLedger.Piece]) -> [[ComparableLedger.Piece]] {
    var result: [[ComparableLedger.Piece]] = []
    for piece in pieces.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      if result.last?.last?.range.upperBound == piece.range.lowerBound {
        result[result.count - 1].append(piece)
      } else {
        result.append([piece])
      }
    }
    return result
  }

  /// Short stretches inside an hour are no business of anybody's.
  private static func isKept(_ stretch: [ComparableLedger.Piece]) -> Bool {
    let start = stretch[0].range.lowerBound
    let end = stretch[stretch.count - 1].range.upperBound
    let touchesAnEdge = (start...end).contains((start + hour - 1) / hour * hour)
    return end - start >= shortest || touchesAnEdge
  }

  /// Pieces of one share that meet inside an hour are one.
  static func joined(_ pieces: [ComparableLedger.Piece]) -> [ComparableLedger.Piece] {
    var result: [ComparableLedger.Piece] = []
    for piece in pieces {
      if let last = result.last, last.range.upperBound == piece.range.lowerBound,
        last.share == piece.share, last.instance == piece.instance,
        last.workload == piece.workload, last.uuid == piece.uuid,
        piece.range.lowerBound % hour != 0
      {
        result[result.count - 1].range = last.range.lowerBound..<piece.range.upperBound
      } else {
        result.append(piece)
      }
    }
    return result
  }
}
