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
  /// Volumes that nobody claims.
  package static let unclaimed = "unclaimed"

  /// The name that bears a state, nil where a holder's or a reservation's team does.
  static func bearing(_ state: State) -> String? {
    switch state {
    case .busy, .idle, .allocatedUnknown, .reservedUnused: nil
    case .unattributed: unattributed
    case .unallocated: unallocated
    case .outOfService: outOfService
    case .unknown: unknown
    }
  }
}

/// Which workloads are whose on which billing day, and which cost center bears them.
package struct TeamMap: Sendable {
  /// A team, and the workloads that are its own.
  package struct Rule: Hashable, Sendable {
    /// A path of teams, as in ``TeamPath``.
    package var name: String
    package var costCenter: String?
    /// Other names of the team, on every day.
    package var aliases: [String]
    /// The first billing day it holds, nil for ever.
    package var from: CivilDate?
    /// The first billing day it no longer holds, nil for never.
    package var to: CivilDate?
    /// The team's if any matches: every key of a match must match its pattern.
    package var matches: [[String: Pattern]]

    package init(
      name: String, costCenter: String? = nil, aliases: [String] = [], from: CivilDate? = nil,
      to: CivilDate? = nil, matches: [[String: Pattern]] = []
    ) {
      self.name = name
      self.costCenter = costCenter
      self.aliases = aliases
      self.from = from
      self.to = to
      self.matches = matches
    }

    func holds(on day: CivilDate) -> Bool {
      day.isWithin(from, to)
    }
  }

  /// Days in a row on which the same rules hold.
  private struct Span {
    let rules: [Rule]
    let costCenters: [String: String]
  }

  /// The first days of the spans but the first, in order.
  private let changes: [CivilDate]
  private let spans: [Span]
  private let names: [String: String]
  /// The attributes that rules name, in order: workloads that are alike in these are of one team.
  let keys: [String]

  /// - Parameter rules: in the order in which they are tried. A team may have several; its cost
  ///   center is the first that is given.
  package init(_ rules: [Rule]) {
    let named = Set(rules.flatMap(\.matches).flatMap(\.keys)).union(["team"])
    keys = named.union(named.contains("project") ? Self.projectKeys : []).sorted()
    changes = Set(rules.flatMap { [$0.from, $0.to].compactMap { $0 } }).sorted()
    // Before the first change none has begun that begins.
    spans = ([nil] + changes).map { first in
      let valid = rules.filter { rule in
        first.map { rule.holds(on: $0) } ?? (rule.from == nil)
      }
      var costCenters: [String: String] = [:]
      for rule in valid where costCenters[rule.name] == nil {
        costCenters[rule.name] = rule.costCenter
      }
      return Span(rules: valid, costCenters: costCenters)
    }
    var names: [String: String] = [:]
    for rule in rules { for alias in rule.aliases { names[alias] = rule.name } }
    self.names = names
  }

  /// What else a project may be matched by.
  private static let projectKeys = ["project_id", "project_name"]

  /// The number of the span of days with the same rules that `day` is of.
  package func span(of day: CivilDate) -> Int {
    changes.firstIndex { day < $0 } ?? changes.count
  }

  /// The name of the team that `name` is an alias of, else `name` itself.
  package func team(named name: String) -> String { names[name] ?? name }

  /// The team that the workload's source named, else that of the first rule that holds on `day` and
  /// matches, else `unassigned`.
  ///
  /// - Parameter attributes: `team` where the source named one; keys `namespace`, `workload`, `site`, `cluster`, `project`, `owner`,
  ///   `account`, `user`, `partition`, `qos`, `reservation`, `job_name`, `label:NAME`, `namespace_label:NAME`. A key that is absent matches
  ///   nothing, not even `*`. An owner that is an alias of a team matches by either name, a project by
  ///   what its namespace says, its whole `project_id` or its `project_name`.
  package func team(for attributes: [String: String], on day: CivilDate) -> String {
    if let named = attributes["team"], !named.isEmpty { return team(named: named) }
    for rule in spans[span(of: day)].rules {
      for match in rule.matches
      where match.allSatisfy({ key, pattern in
        guard let value = attributes[key] else { return false }
        return pattern.matches(value)
          || (key == "owner" && names[value].map(pattern.matches) ?? false)
          || (key == "project"
            && Self.projectKeys.contains { attributes[$0].map(pattern.matches) ?? false })
      }) {
        return rule.name
      }
    }
    return OwnName.unassigned
  }

  /// The cost center of a team on `day`: its own, else that of the nearest team above it, nil
  /// where none is known.
  package func costCenter(of team: String, on day: CivilDate) -> String? {
    let known = spans[span(of: day)].costCenters
    return known[team] ?? TeamPath.ancestors(of: team).lazy.compactMap { known[$0] }.first
  }
}
