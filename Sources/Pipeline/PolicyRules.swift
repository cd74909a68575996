import Configuration
import Ledger
import Records

extension Configuration {
  /// The configured policies, in the ledger's words.
  var policyBook: PolicyBook {
    PolicyBook(
      policies.map { rule in
        PolicyBook.Rule(
          site: rule.site, from: rule.from, to: rule.to,
          unallocated: Policy(rule.unallocated), outOfService: Policy(rule.outOfService),
          unattributed: Policy(rule.unattributed), unknown: Policy(rule.unknown),
          ownerMillionths: rule.ownerMillionths, platform: rule.platform)
      })
  }
}

extension Policy {
  fileprivate init?(_ configured: PolicyRule.Policy?) {
    switch configured {
    case nil: return nil
    case .proportional: self = .proportional
    case .even: self = .even
    case .owner: self = .owner
    case .platform: self = .platform
    case .keep: self = .keep
    }
  }
}
