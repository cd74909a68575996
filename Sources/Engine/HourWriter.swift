import Quantities
import Records

/// Sums one GPU's time hour by hour, and splits each hour into whole milliseconds.
struct HourWriter {
  /// The time of one entity in one state with one set of holders; all sums are times its slices.
  fileprivate struct Cell {
    let entity: Int
    let state: State
    let holders: Int32
    var milliseconds: Int64 = 0
    var measured: Int64 = 0
    var activity: Int64 = 0
    var energy: Int64 = 0
    var isEnergyMeasured = false
    var shared: Int64 = 0
    var first: Int64
    var last: Int64
  }

  private let uuid: String
  private let slices: Int64
  private let instances: [Int?]
  private var hour: Int64 = .min
  private var cells: [Cell] = []
  private var finished: [(hour: Int64, cells: [Cell])] = []
  private var idle: IdleRuns
  private var reserved = ReservedSums()

  init(stream: GPUStream, input: HostInput) {
    uuid = stream.uuid
    slices = Int64(stream.slices)
    // The card's own rest may have no entity of its own: it counts as the card.
    instances = stream.entities.map(\.instance)
    idle = IdleRuns(uuid: stream.uuid, slices: Int64(stream.slices))
  }

  /// Adds the time `start` to `end` of a part of the card.
  mutating func add(
    _ start: Int64, _ end: Int64, _ share: EntityShare, _ state: State, _ holders: Int32,
    _ reading: Reading
  ) {
    let entity = share.isRest ? -1 : share.entity
    if state == .idle {
      idle.add(
        start, end, instance: share.isRest ? nil : instances[share.entity], holders: holders,
        slices: Int64(share.slices))
    }
    var from = start
    while from < end {
      let itsHour = from - from % UTCInstant.millisecondsPerHour
      if itsHour != hour { begin(itsHour) }
      let to = min(end, itsHour + UTCInstant.millisecondsPerHour)
      let cell = cellIndex(entity, state, holders, from)
      let time = (to - from) * Int64(share.slices)
      cells[cell].milliseconds += time
      if reading.isShared { cells[cell].shared += time }
      if reading.reserved != Holders.nobody {
        reserved.add(time, hour: itsHour, reading.reserved, state, holders)
      }
      cells[cell].first = min(cells[cell].first, from)
      cells[cell].last = max(cells[cell].last, to)
      if reading.activity >= 0 {
        cells[cell].measured += time
        cells[cell].activity += time * Int64(reading.activity)
      }
      if let counted = reading.counted {
        cells[cell].energy += counted.part(from, to) * Int64(share.slices)
        cells[cell].isEnergyMeasured = true
      } else if reading.power >= 0 {
        cells[cell].energy += time * reading.power
        cells[cell].isEnergyMeasured = true
      }
      from = to
    }
  }

  private mutating func begin(_ next: Int64) {
    // Entities of one sample that reaches over the hour's end take turns between two hours.
    if let known = finished.lastIndex(where: { $0.hour == next }) {
      swap(&finished[known].cells, &cells)
      finished[known].hour = hour
      hour = next
      return
    }
    if !cells.isEmpty { finished.append((hour, cells)) }
    hour = next
    cells = []
  }

  private mutating func cellIndex(_ entity: Int, _ state: State, _ holders: Int32, _ from: Int64)
    -> Int
  {
    for index in cells.indices
    where cells[index].entity == entity && cells[index].state == state
      && cells[index].holders == holders
    {
      return index
    }
    cells.append(Cell(entity: entity, state: state, holders: holders, first: from, last: from))
    return cells.count - 1
  }

  /// Writes the hours' facts and idle pieces into `ledger`.
  mutating func finish(holders: Holders, into ledger: inout HostLedger) {
    if !cells.isEmpty { finished.append((hour, cells)) }
    for (hour, cells) in finished.sorted(by: { $0.hour < $1.hour }) {
      ledger.facts += facts(hour: hour, cells: cells, holders: holders)
    }
    ledger.idlePieces += idle.pieces(holders: holders)
    ledger.reserved += reserved.times(uuid: uuid, slices: slices, holders: holders)
  }

  /// One hour's facts: first the entities and states of the card, then the holders of each.
  private func facts(hour: Int64, cells: [Cell], holders: Holders) -> [StateFact] {
    if slices == 1, cells.allSatisfy({ holders.sets[Int($0.holders)].count < 2 }) {
      return plainFacts(hour: hour, cells: cells, holders: holders)
    }
    let groups = Dictionary(grouping: cells) { GroupKey(entity: order($0.entity), state: $0.state) }
    let keys = groups.keys.sorted()
    let parts = Sums.split(
      keys.map { key in Sums((groups[key] ?? []).map(\.sums)) }, slices: slices)
    var facts: [FactKey: StateFact] = [:]
    for (key, part) in zip(keys, parts) {
      let members = HolderSplit(cells: (groups[key] ?? []).map { ($0.holders, $0.sums) }, holders)
      for (workload, sums) in members.split(part) {
        let factKey = FactKey(state: key.state, workload: workload)
        let span = (groups[key] ?? []).span(of: workload, holders)
        var fact =
          facts[factKey]
          ?? StateFact(
            hour: UTCInstant(milliseconds: hour), uuid: uuid, state: key.state,
            workload: workload, gpuMilliseconds: 0, span: span, measuredMilliseconds: 0,
            activityPPMMilliseconds: 0, energyMicrojoules: nil)
        fact.add(sums, span: span)
        facts[factKey] = fact
      }
    }
    return facts.keys.sorted().compactMap { facts[$0] }.filter { $0.gpuMilliseconds > 0 }
  }

  /// The facts of an hour in which nothing is to be split: each cell is one.
  private func plainFacts(hour: Int64, cells: [Cell], holders: Holders) -> [StateFact] {
    let keyed = cells.map { cell in
      (
        FactKey(
          state: cell.state,
          workload: holders.sets[Int(cell.holders)].first.map { holders.workloads[Int($0)] }),
        cell
      )
    }
    return keyed.sorted { $0.0 < $1.0 }.filter { $0.1.milliseconds > 0 }.map { key, cell in
      StateFact(
        hour: UTCInstant(milliseconds: hour), uuid: uuid, state: key.state,
        workload: key.workload, gpuMilliseconds: cell.milliseconds,
        span: TimeRange(milliseconds: cell.first..<cell.last),
        measuredMilliseconds: cell.measured, activityPPMMilliseconds: cell.activity,
        energyMicrojoules: cell.isEnergyMeasured ? cell.energy : nil,
        sharedMilliseconds: cell.shared)
    }
  }

  /// The card itself first, then the instances as the stream has them.
  private func order(_ entity: Int) -> Int {
    entity < 0 || instances[entity] == nil ? -1 : entity
  }

  private struct GroupKey: Hashable, Comparable {
    let entity: Int
    let state: State
    static func < (left: Self, right: Self) -> Bool {
      (left.entity, left.state) < (right.entity, right.state)
    }
  }

  private struct FactKey: Hashable, Comparable {
    let state: State
    let workload: WorkloadKey?
    static func < (left: Self, right: Self) -> Bool {
      if left.state != right.state { return left.state < right.state }
      guard let one = left.workload, let other = right.workload else {
        return left.workload == nil && right.workload != nil
      }
      return one < other
    }
  }
}

extension HourWriter.Cell {
  fileprivate var sums: Sums {
    Sums(
      milliseconds: milliseconds, measured: measured, activity: activity, energy: energy,
      isEnergyMeasured: isEnergyMeasured, shared: shared)
  }
}

extension [HourWriter.Cell] {
  /// From the first to the last instant at which `workload` was among the holders.
  fileprivate func span(of workload: WorkloadKey?, _ holders: Holders) -> TimeRange {
    let mine = filter { cell in
      guard let workload else { return true }
      return holders.sets[Int(cell.holders)].contains { holders.workloads[Int($0)] == workload }
    }
    let first = mine.map(\.first).min() ?? 0
    return TimeRange(milliseconds: first..<(mine.map(\.last).max() ?? first))
  }
}

extension StateFact {
  fileprivate mutating func add(_ sums: Sums, span other: TimeRange) {
    gpuMilliseconds += sums.milliseconds
    measuredMilliseconds += sums.measured
    activityPPMMilliseconds += sums.activity
    sharedMilliseconds += sums.shared
    if sums.isEnergyMeasured { energyMicrojoules = (energyMicrojoules ?? 0) + sums.energy }
    span = TimeRange(min(span.start, other.start), max(span.end, other.end))
  }
}
