import Quantities

/// Who pays for GPU-time that nobody holds, and for borrowed hardware, at some sites on some days.
///
/// What is nil is left to other rules; each key is decided by the most specific rule that gives it.
package struct PolicyRule: Hashable, Sendable {
  /// Where the cost of a state goes.
  package enum Policy: String, CaseIterable, Sendable {
    /// To the teams that hold GPUs of the pool that day, by the time they hold.
    case proportional
    /// To the same teams, each the same.
    case even
    /// To the team that owns the hardware.
    case owner
    /// To the platform's team.
    case platform
    /// Nowhere: it stays visible by itself.
    case keep
  }
  /// The sites it is for, nil for all.
  package var site: Pattern?
  /// The first billing day it holds, nil for ever.
  package var from: CivilDate?
  /// The first billing day it no longer holds, nil for never.
  package var to: CivilDate?
  package var unallocated: Policy?
  package var outOfService: Policy?
  package var unattributed: Policy?
  package var unknown: Policy?
  /// What the owner bears of the cost of time that another team holds.
  ///
  /// - Unit: millionths; `owner_percent: 30` is 300,000.
  package var ownerMillionths: Int64?
  /// The name of the platform's team.
  package var platform: String?

  package init(
    site: Pattern? = nil, from: CivilDate? = nil, to: CivilDate? = nil, unallocated: Policy? = nil,
    outOfService: Policy? = nil, unattributed: Policy? = nil, unknown: Policy? = nil,
    ownerMillionths: Int64? = nil, platform: String? = nil
  ) {
    self.site = site
    self.from = from
    self.to = to
    self.unallocated = unallocated
    self.outOfService = outOfService
    self.unattributed = unattributed
    self.unknown = unknown
    self.ownerMillionths = ownerMillionths
    self.platform = platform
  }
}
