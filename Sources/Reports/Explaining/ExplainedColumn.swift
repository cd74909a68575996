/// A column of the chargeback whose cells can be explained: which lines it sums, and of what.
package enum ExplainedColumn: String, CaseIterable, Sendable {
  case allocatedGPUHours = "allocated_gpu_hours"
  case busyGPUHours = "busy_gpu_hours"
  case idleGPUHours = "idle_gpu_hours"
  case unknownGPUHours = "unknown_gpu_hours"
  case reservedUnusedGPUHours = "reserved_unused_gpu_hours"
  case energy = "energy_kwh"
  case directCost = "direct_cost"
  case idleCost = "idle_cost"
  case reservedUnusedCost = "reserved_unused_cost"
  case sharedCost = "shared_cost"
  case totalCost = "total_cost"
  case idleCostLow = "idle_cost_low"
  case idleCostHigh = "idle_cost_high"

  /// - Throws: ``ExplainError/unknownColumn(_:known:)``.
  package init(named name: String) throws(ExplainError) {
    guard let column = Self(rawValue: name) else {
      throw .unknownColumn(name, known: Self.allCases.map(\.rawValue))
    }
    self = column
  }

  /// The states whose time counts, by their numbers: 1 busy, 2 idle, 3 allocated_unknown,
  /// 4 reserved_unused, 5 unattributed, 6 unallocated, 7 out_of_service, 8 unknown.
  private var states: [Int] {
    switch self {
    case .allocatedGPUHours, .energy: [1, 2, 3]
    case .busyGPUHours: [1]
    case .idleGPUHours, .idleCost, .idleCostLow: [2]
    case .unknownGPUHours: [3, 8]
    case .reservedUnusedGPUHours, .reservedUnusedCost: [4]
    case .directCost: [1, 3]
    case .sharedCost: [5, 6, 7, 8]
    case .totalCost: Array(1...8)
    case .idleCostHigh: [2, 3]
    }
  }

  /// The states as the query files take them.
  var statesText: String { "." + states.map(String.init).joined(separator: ".") + "." }

  /// Whether lines count that move cost.
  var countsMoves: Bool { self == .sharedCost || self == .totalCost }

  var unit: ColumnUnit {
    switch self {
    case .allocatedGPUHours, .busyGPUHours, .idleGPUHours, .unknownGPUHours,
      .reservedUnusedGPUHours:
      .hours
    case .energy: .kilowattHours
    default: .money
    }
  }

  /// The column of the postings that it sums.
  var amountColumn: String {
    switch unit {
    case .hours: "gpu_hours"
    case .kilowattHours: "energy_kwh"
    default: "cost"
    }
  }

  /// The smallest part that amounts are counted in.
  var smallestPart: String {
    switch unit {
    case .hours: "millisecond"
    case .kilowattHours: "microjoule"
    default: "micro"
    }
  }
}
