import Configuration
import Ledger
import Quantities
import Records
import Store

/// What was posted of a period, under several policies.
package struct PolicyComparing {
  private let store: Store
  private let configuration: Configuration

  /// What a team owes under a policy.
  package struct Line: Hashable, Sendable {
    package let policy: String
    package let team: String
    package let costCenter: String?
    /// - Unit: micros of the currency.
    package let ownMicros: Int64
    package let sharedMicros: Int64
    package let currency: String
  }

  package init(store: Store, configuration: Configuration) {
    self.store = store
    self.configuration = configuration
  }

  /// Shares out what was posted of the billing days of `range`: first as the configuration says
  /// now, then all that nobody holds by each policy in turn.
  ///
  /// - Returns: policy by policy, in the order of teams; empty where nothing is posted.
  package func run(range: TimeRange) throws -> [Line] {
    let days = configuration.calendar.days(in: range)
    guard let first = days.first, let last = days.last else { return [] }
    var comparisons: [String: PolicyComparison] = [:]
    let standard = PolicyComparison(
      teams: configuration.teamMap, policies: configuration.policyBook)
    try store.forEachPostedUsage(from: first, to: last.adding(days: 1)) { usage in
      comparisons[usage.currency, default: standard].add(
        usage.rows.map {
          PolicyComparison.Usage(
            team: $0.team, state: $0.state, owner: $0.owner, gpuMilliseconds: $0.gpuMilliseconds,
            costMicros: $0.costMicros)
        }, of: usage.pool, on: usage.day)
    }
    let lines = comparisons.sorted { $0.key < $1.key }.flatMap { currency, comparison in
      comparison.lines.map {
        Line(
          policy: $0.policy, team: $0.team, costCenter: $0.costCenter, ownMicros: $0.ownMicros,
          sharedMicros: $0.sharedMicros, currency: currency)
      }
    }
    return lines
  }
}
