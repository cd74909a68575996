import Configuration
import Ledger

extension Configuration {
  /// The configured teams, in the ledger's words.
  var teamMap: TeamMap {
    TeamMap(
      teams.map { team in
        TeamMap.Rule(
          name: team.name, costCenter: team.costCenter,
          matches: team.matches.map(LabelSpelling.matches))
      })
  }
}
