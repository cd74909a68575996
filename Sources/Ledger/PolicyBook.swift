import Quantities
import Records

/// The policies of all sites and days.
///
/// Each key is decided by itself, by the most specific rule that gives it: one that names the site,
/// then the one that holds since the latest day, then the later in the file. What no rule gives is
/// as in ``PolicySet``.
package struct PolicyBook: Hashable, Sendable {
  /// What the configuration says of some sites and days; nil is left to other rules.
  package struct Rule: Hashable, Sendable {
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
    /// - Unit: millionths.
    package var ownerMillionths: Int64?
    package var platform: String?

    package init(
      site: Pattern? = nil, from: CivilDate? = nil, to: CivilDate? = nil,
      unallocated: Policy? = nil, outOfService: Policy? = nil, unattributed: Policy? = nil,
      unknown: Policy? = nil, ownerMillionths: Int64? = nil, platform: String? = nil
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

  /// The most specific first.
  fileprivate(set) var rules: [Rule]

  /// - Parameter rules: in the order of the file.
  package init(_ rules: [Rule] = []) {
    self.rules = rules.enumerated().sorted { left, right in
      let order = Self.order(left.element, right.element)
      return order == 0 ? left.offset > right.offset : order > 0
    }.map(\.element)
  }

  /// The same policies of every site on every day.
  package init(_ policies: PolicySet) {
    self.init([
      Rule(
        unallocated: policies.unallocated, outOfService: policies.outOfService,
        unattributed: policies.unattributed, unknown: policies.unknown,
        ownerMillionths: policies.ownerMillionths, platform: policies.platform)
    ])
  }

  /// The policies of a site on a billing day.
  package func policies(of site: String, on day: CivilDate) -> PolicySet {
    let valid = rules.filter { rule in
      (rule.site?.matches(site) ?? true) && day.isWithin(rule.from, rule.to)
    }
    func first<Value>(_ key: KeyPath<Rule, Value?>) -> Value? {
      valid.lazy.compactMap { $0[keyPath: key] }.first
    }
    let standard = PolicySet()
    return PolicySet(
      unallocated: first(\.unallocated) ?? standard.unallocated,
      outOfService: first(\.outOfService) ?? standard.outOfService,
      unattributed: first(\.unattributed) ?? standard.unattributed,
      unknown: first(\.unknown) ?? standard.unknown,
      ownerMillionths: first(\.ownerMillionths) ?? standard.ownerMillionths,
      platform: first(\.platform) ?? standard.platform)
  }

  /// More than 0 where `left` is the more specific, 0 where neither is.
  private static func order(_ left: Rule, _ right: Rule) -> Int {
    let site = (left.site?.literalCount ?? 0) - (right.site?.literalCount ?? 0)
    if site != 0 { return site }
    return CivilDate.order(ofStarts: left.from, right.from)
  }
}
