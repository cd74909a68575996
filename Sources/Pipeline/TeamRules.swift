import Configuration
import Ledger

extension Configuration {
  /// The team that goes by `name`, which may be an alias.
  package func team(named name: String) -> String { teamMap.team(named: name) }

  /// The configured teams, in the ledger's words.
  var teamMap: TeamMap {
    TeamMap(
      teams.map { team in
        TeamMap.Rule(
          name: team.name, costCenter: team.costCenter, aliases: team.aliases, from: team.from,
          to: team.to,
          matches: team.matches.map(LabelSpelling.matches))
      })
  }
}
