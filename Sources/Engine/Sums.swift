import Quantities
import Records

/// The quantities that are split together.
struct Sums {
  var milliseconds: Int64 = 0
  var measured: Int64 = 0
  var activity: Int64 = 0
  var energy: Int64 = 0
  var isEnergyMeasured = false
  var shared: Int64 = 0

  init(
    milliseconds: Int64, measured: Int64, activity: Int64, energy: Int64, isEnergyMeasured: Bool,
    shared: Int64 = 0
  ) {
    self.shared = shared
    self.milliseconds = milliseconds
    self.measured = measured
    self.activity = activity
    self.energy = energy
    self.isEnergyMeasured = isEnergyMeasured
  }

  /// The sum of `parts`.
  init(_ parts: [Sums]) {
    for part in parts {
      milliseconds += part.milliseconds
      measured += part.measured
      activity += part.activity
      energy += part.energy
      shared += part.shared
      isEnergyMeasured = isEnergyMeasured || part.isEnergyMeasured
    }
  }

  private static var quantities: [WritableKeyPath<Sums, Int64>] {
    [
      \.milliseconds, \.measured, \.activity, \.energy, \.shared,
    ]
  }

  /// Turns sums over `slices`-ths of a card into whole units of the card.
  ///
  /// The time is whole for the card, so its parts sum to it; the other quantities are rounded
  /// once, half to even.
  static func split(_ groups: [Sums], slices: Int64) -> [Sums] {
    guard slices > 1 else { return groups }
    var result = groups
    for quantity in quantities {
      let weights = groups.map { Int128($0[keyPath: quantity]) }
      let whole = Rounding.halfEven(weights.reduce(0, +), dividedBy: Int128(slices))
      guard let parts = Apportionment.split(whole, by: weights) else {
        preconditionFailure("BUG: \(whole) can't be split by \(weights)")
      }
      for index in result.indices { result[index][keyPath: quantity] = Int64(parts[index]) }
    }
    return result
  }

  /// Splits the whole among holders by exact weights: `weights[i][q]` for quantity q.
  static func split(_ whole: Sums, by weights: [[Int128]]) -> [Sums] {
    var result = weights.map { _ in
      Sums(
        milliseconds: 0, measured: 0, activity: 0, energy: 0,
        isEnergyMeasured: whole.isEnergyMeasured)
    }
    for (number, quantity) in quantities.enumerated() {
      let parts =
        Apportionment.split(Int128(whole[keyPath: quantity]), by: weights.map { $0[number] })
        ?? Apportionment.split(Int128(whole[keyPath: quantity]), by: weights.map { _ in 1 })
      guard let parts else { preconditionFailure("BUG: \(whole) has no holders") }
      for index in result.indices { result[index][keyPath: quantity] = Int64(parts[index]) }
    }
    return result
  }

  fileprivate var all: [Int64] { [milliseconds, measured, activity, energy, shared] }
}

/// Splits what several workloads held together: n of them at once held 1/n each.
struct HolderSplit {
  private let workloads: [WorkloadKey?]
  /// By workload and quantity, over a common denominator.
  private let weights: [[Int128]]
  /// By workload: whether energy was measured while it held.
  private let isEnergyMeasured: [Bool]

  init(cells: [(holders: Int32, sums: Sums)], _ holders: Holders) {
    let denominator = cells.reduce(Int128(1)) { product, cell in
      Divisors.leastCommonMultiple(product, Int128(max(1, holders.sets[Int(cell.holders)].count)))
    }
    var shares: [WorkloadKey: [Int128]] = [:]
    var nobody: [Int128]?
    var metered: Set<WorkloadKey?> = []
    for cell in cells {
      let members = holders.sets[Int(cell.holders)]
      let factor = denominator / Int128(max(1, members.count))
      let weighted = cell.sums.all.map { Int128($0) * factor }
      if members.isEmpty { nobody = Self.sum(nobody, weighted) }
      if members.isEmpty, cell.sums.isEnergyMeasured { metered.insert(nil) }
      for member in members {
        let key = holders.workloads[Int(member)]
        shares[key] = Self.sum(shares[key], weighted)
        if cell.sums.isEnergyMeasured { metered.insert(key) }
      }
    }
    let named = shares.keys.sorted()
    workloads = (nobody == nil ? [] : [nil]) + named
    weights = (nobody.map { [$0] } ?? []) + named.map { shares[$0] ?? [] }
    isEnergyMeasured = workloads.map { metered.contains($0) }
  }

  func split(_ whole: Sums) -> [(WorkloadKey?, Sums)] {
    if workloads.count == 1 { return [(workloads[0], whole)] }
    var parts = Sums.split(whole, by: weights)
    for index in parts.indices { parts[index].isEnergyMeasured = isEnergyMeasured[index] }
    return Array(zip(workloads, parts))
  }

  private static func sum(_ left: [Int128]?, _ right: [Int128]) -> [Int128] {
    guard let left else { return right }
    return zip(left, right).map { $0 + $1 }
  }
}
