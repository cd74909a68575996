import Quantities
import Records

/// One card's time in one UTC hour, by part, state and workload, before it is rounded.
struct HourCells {
  /// Every number up to this many holders divides it, so that shares stay whole.
  private static let sharesPerUnit: Int128 = 840
  private static let holdersMax = 8

  private struct Place: Hashable, Comparable {
    /// 0 for the card itself, then the parts in the order of their ids.
    let part: Int
    let state: State

    static func < (left: Self, right: Self) -> Bool {
      (left.part, left.state) < (right.part, right.state)
    }
  }

  /// Exact weights: time or energy, times slices or shares.
  private struct Weight {
    var time: Int128 = 0
    var energy: Int128 = 0
  }

  private struct Cell {
    var whole = Weight()
    var byHolder: [WorkloadKey: Weight] = [:]
  }

  private var cells: [Place: Cell] = [:]
  /// - Unit: microjoules times slices, all parts together.
  private var energySlices: Int128 = 0

  /// Adds `milliseconds` of a part in one state, shared evenly by `holders`.
  ///
  /// - Parameter energy: of the whole card in that time, in microjoules.
  mutating func add(
    _ milliseconds: Int128, microjoules energy: Int128, slices: Int128, part: Int, state: State,
    holders: [WorkloadKey]
  ) {
    precondition(
      holders.count <= Self.holdersMax, "BUG: too many holders, got \(holders.count)")
    energySlices += energy * slices
    var cell = cells[Place(part: part, state: state)] ?? Cell()
    cell.whole.time += milliseconds * slices
    cell.whole.energy += energy * slices
    let shares = holders.isEmpty ? 0 : Self.sharesPerUnit / Int128(holders.count)
    for holder in holders {
      cell.byHolder[holder, default: Weight()].time += milliseconds * shares
      cell.byHolder[holder, default: Weight()].energy += energy * shares
    }
    cells[Place(part: part, state: state)] = cell
  }

  /// Splits the hour into whole milliseconds and microjoules and adds them to `truth`.
  ///
  /// - Parameter milliseconds: how long the card existed in the hour.
  func post(
    _ milliseconds: Int64, model: String, to truth: inout Truth,
    teamOf: (WorkloadKey) -> String
  ) {
    let places = cells.keys.sorted()
    let weights = places.map { cells[$0]?.whole ?? Weight() }
    let times = Self.split(Int128(milliseconds), weights.map(\.time))
    let energies = Self.split(energySlices / Int128(Card.slices), weights.map(\.energy))
    for (index, place) in places.enumerated() {
      let holders = cells[place]?.byHolder ?? [:]
      if holders.isEmpty {
        truth.add(
          times[index], energies[index],
          to: Truth.Key(team: "", model: model, state: place.state))
        continue
      }
      let ordered = holders.sorted { $0.key < $1.key }
      let heldTimes = Self.split(times[index], ordered.map(\.value.time))
      let heldEnergies = Self.split(energies[index], ordered.map(\.value.energy))
      for (number, holder) in ordered.enumerated() {
        truth.add(
          heldTimes[number], heldEnergies[number],
          to: Truth.Key(team: teamOf(holder.key), model: model, state: place.state))
      }
    }
  }

  private static func split(_ total: Int128, _ weights: [Int128]) -> [Int128] {
    guard let parts = Apportionment.split(total, by: weights) else {
      preconditionFailure("BUG: \(total) to split and no weight")
    }
    return parts
  }
}
