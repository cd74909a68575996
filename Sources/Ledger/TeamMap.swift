import Quantities
import Records

/// Names that the ledger charges by itself, none of which a team may bear.
package enum OwnName {
  /// Held, but no rule of a team matches.
  package static let unassigned = "unassigned"
  package static let unattributed = "unattributed"
  package static let unallocated = "unallocated"
  package static let outOfService = "out-of-service"
  package static let unknown = "unknown"
  /// What pools cost beyond what is charged for their time.
  package static let variance = "variance"

  /// The name that bears a state nobody holds, nil where a holder does.
  static func bearing(_ state: State) -> String? {
    switch state {
    case .busy, .idle, .allocatedUnknown: nil
    // The reservation's team, as soon as reservations are collected.
    case .reservedUnused: unassigned
    case .unattributed: unattributed
    case .unallocated: unallocated
    case .outOfService: outOfService
    case .unknown: unknown
    }
  }
}

/// Which workloads are whose.
package struct TeamMap: Sendable {
  /// A team, and the workloads that are its own.
  package struct Rule: Hashable, Sendable {
    package var name: String
    package var costCenter: String?
    /// The team's if any matches: every key of a match must match its pattern.
    package var matches: [[String: Pattern]]

    package init(name: String, costCenter: String? = nil, matches: [[String: Pattern]] = []) {
      self.name = name
      self.costCenter = costCenter
      self.matches = matches
    }
  }

  private let rules: [Rule]
  private let costCenters: [String: String]
  /// The attributes that rules name, in order: workloads that are alike in these are of one team.
  let keys: [String]

  /// - Parameter rules: in the order in which they are tried. A team may have several; its cost
  ///   center is the first that is given.
  package init(_ rules: [Rule]) {
    self.rules = rules
    keys = Set(rules.flatMap(\.matches).flatMap(\.keys)).sorted()
    var costCenters: [String: String] = [:]
    for rule in rules where costCenters[rule.name] == nil {
      costCenters[rule.name] = rule.costCenter
    }
    self.costCenters = costCenters
  }

  /// The team of the first rule that matches, else `unassigned`.
  ///
  /// - Parameter attributes: keys `namespace`, `workload`, `site`, `cluster`, `project`, `owner`,
  ///   `account`, `user`, `label:NAME`, `namespace_label:NAME`. A key that is absent matches
  ///   nothing, not even `*`.
  package func team(for attributes: [String: String]) -> String {
    for rule in rules {
      for match in rule.matches
      where match.allSatisfy({ key, pattern in
        attributes[key].map(pattern.matches) ?? false
      }) {
        return rule.name
      }
    }
    return OwnName.unassigned
  }

  /// The cost center of a team, nil where none is known.
  package func costCenter(of team: String) -> String? { costCenters[team] }
}
