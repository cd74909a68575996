import Records

/// Who pays for GPU-time that nobody holds, and for hardware that is borrowed, of one site on one
/// billing day.
package struct PolicySet: Hashable, Sendable {
  package var unallocated: Policy
  package var outOfService: Policy
  package var unattributed: Policy
  package var unknown: Policy
  /// What the owner bears of the cost of time that another team holds.
  ///
  /// - Unit: millionths. - Range: 0 to 1,000,000.
  package var ownerMillionths: Int64
  /// The name of the platform's team.
  package var platform: String

  package init(
    unallocated: Policy = .proportional, outOfService: Policy = .platform,
    unattributed: Policy = .owner, unknown: Policy = .keep, ownerMillionths: Int64 = 0,
    platform: String = "platform"
  ) {
    self.unallocated = unallocated
    self.outOfService = outOfService
    self.unattributed = unattributed
    self.unknown = unknown
    self.ownerMillionths = ownerMillionths
    self.platform = platform
  }

  /// The policy of a state; whatever is not shared is kept.
  package func policy(of state: State) -> Policy {
    switch state {
    case .unallocated: unallocated
    case .outOfService: outOfService
    case .unattributed: unattributed
    case .unknown: unknown
    case .busy, .idle, .allocatedUnknown, .reservedUnused: .keep
    }
  }
}
