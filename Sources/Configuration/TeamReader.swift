import Quantities

/// Reading `teams`.
extension ConfigurationReader {
  /// The teams in the order of the file.
  func readTeams() -> [TeamRule] {
    let valid = ["name", "cost_center", "aliases", "from", "to", "match"]
    var seen: [(team: TeamRule, line: Int)] = []
    var aliases: [(name: Placed<String>, team: String)] = []
    for section in root.sections("teams", valid: valid) {
      let name = section.requiredText("name", expected: TeamPath.expectation)
      if let name, !TeamPath.isWellFormed(name) {
        section.tell(.badValue(found: name, expected: TeamPath.expectation), of: "name")
      }
      checkTeamName(name, of: "name", in: section)
      let costCenter = section.text("cost_center", expected: "the code of a cost center")
      let from = readDay("from", in: section)
      let to = readDay("to", in: section)
      checkSpan(from, to, key: "to", in: section)
      let names = section.texts("aliases", expected: "a list of other names of the team") ?? []
      let matches = section.sections("match", valid: nil).map(readMatch)
      guard let name else { continue }
      let team = TeamRule(
        name: name, costCenter: costCenter, aliases: names.map(\.value), from: from, to: to,
        matches: matches)
      let other = seen.first { other in
        other.team.name == name && other.team.costCenter != nil && other.team.overlaps(team)
      }
      if let other, costCenter != nil, other.team.costCenter != costCenter {
        section.tell(.otherCostCenter(team: name, firstLine: other.line), of: "cost_center")
      }
      seen.append((team, section.place.line))
      aliases += names.map { ($0, name) }
    }
    checkAliases(aliases, teams: seen)
    return seen.map(\.team)
  }

  /// Tells of aliases that are somebody else's name already, or one of our own.
  private func checkAliases(
    _ aliases: [(name: Placed<String>, team: String)], teams: [(team: TeamRule, line: Int)]
  ) {
    var first: [String: (team: String, line: Int)] = [:]
    for (team, line) in teams where first[team.name] == nil {
      first[team.name] = (team.name, line)
    }
    for (alias, team) in aliases {
      if Self.isReserved(alias.value) {
        problems.add(.reservedName(alias.value), at: alias.place)
      } else if let other = first[alias.value], other.team != team || alias.value == team {
        problems.add(.repeatedName(alias.value, firstLine: other.line), at: alias.place)
      } else {
        first[alias.value] = (team, alias.place.line)
      }
    }
  }

  private func readMatch(_ section: Section) -> [String: Pattern] {
    let valid = TeamRule.plainMatchKeys + TeamRule.labelMatchPrefixes.map { $0 + "NAME" }
    var match: [String: Pattern] = [:]
    for key in section.keys {
      let isLabel = TeamRule.labelMatchPrefixes.contains {
        key.hasPrefix($0) && key.count > $0.count
      }
      if isLabel || TeamRule.plainMatchKeys.contains(key) {
        match[key] = section.text(key, expected: "a pattern such as perception-*")
          .map { Pattern($0) }
      } else {
        let nearest = NearestName.find(key, among: TeamRule.plainMatchKeys)
        section.tell(.unknownKey(nearest: nearest, valid: valid), of: key)
      }
    }
    if section.keys.isEmpty {
      problems.add(
        .missingKey(expected: "at least one key, such as namespace: \"*\""), at: section.place)
    }
    return match
  }
}

extension TeamRule {
  /// Whether both hold on some day.
  fileprivate func overlaps(_ other: TeamRule) -> Bool {
    func isBefore(_ end: CivilDate?, _ start: CivilDate?) -> Bool {
      guard let end, let start else { return false }
      return end <= start
    }
    return !isBefore(to, other.from) && !isBefore(other.to, from)
  }
}
