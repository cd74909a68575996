import Records

/// Where the cost of a state that nobody holds goes.
package enum Policy: String, CaseIterable, Sendable {
  /// To the teams that hold GPUs of the pool that day, by the time they hold.
  case proportional
  /// To the same teams, each the same.
  case even
  /// To the team that owns the hardware; where none is named, to the platform.
  case owner
  /// To the platform's team.
  case platform
  /// Nowhere: it stays visible by itself.
  case keep
}

/// Who pays for GPU-time that nobody holds.
package struct PolicySet: Hashable, Sendable {
  package var unallocated: Policy
  package var outOfService: Policy
  package var unattributed: Policy
  /// The name of the platform's team.
  package var platform: String

  package init(
    unallocated: Policy = .proportional, outOfService: Policy = .platform,
    unattributed: Policy = .owner, platform: String = "platform"
  ) {
    self.unallocated = unallocated
    self.outOfService = outOfService
    self.unattributed = unattributed
    self.platform = platform
  }

  /// The policy of a state; whatever is not shared is kept.
  package func policy(of state: State) -> Policy {
    switch state {
    case .unallocated: unallocated
    case .outOfService: outOfService
    case .unattributed: unattributed
    case .busy, .idle, .allocatedUnknown, .reservedUnused, .unknown: .keep
    }
  }
}
