/// The state of a GPU at an instant. The numbers are stored and never reused; 0 is never valid.
package enum State: Int, CaseIterable, Sendable, Comparable, CustomStringConvertible {
  /// A workload holds it and its activity is at or above the idle threshold.
  case busy = 1
  /// A workload holds it, its activity is below the threshold.
  case idle = 2
  /// A workload holds it, no sample tells what it did.
  case allocatedUnknown = 3
  /// No workload holds it, a reservation covers it.
  case reservedUnused = 4
  /// No workload holds it, yet it is active.
  case unattributed = 5
  /// In service, free, reserved by nobody.
  case unallocated = 6
  /// Down, drained or in maintenance, and not held.
  case outOfService = 7
  /// Nothing at all is known of it.
  case unknown = 8

  /// The name that reports and queries use.
  package var description: String {
    switch self {
    case .busy: "busy"
    case .idle: "idle"
    case .allocatedUnknown: "allocated_unknown"
    case .reservedUnused: "reserved_unused"
    case .unattributed: "unattributed"
    case .unallocated: "unallocated"
    case .outOfService: "out_of_service"
    case .unknown: "unknown"
    }
  }

  /// Whether a workload holds the GPU.
  package var isHeld: Bool { self == .busy || self == .idle || self == .allocatedUnknown }

  /// Whether a source told what the GPU was doing.
  package var isObserved: Bool { self != .allocatedUnknown && self != .unknown }

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
