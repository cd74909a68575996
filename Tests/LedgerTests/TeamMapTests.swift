import Ledger
import Testing

@Suite struct TeamMapTests {
  private static let map = TeamMap([
    TeamMap.Rule(
      name: "vision", costCenter: "CC-1",
      matches: [["namespace": "vision-*"], ["label:team": "vision", "cluster": "train"]]),
    TeamMap.Rule(name: "speech", matches: [["account": "sp?ech*"], ["namespace": "*-speech"]]),
    TeamMap.Rule(name: "vision", costCenter: "CC-2", matches: [["user": "kim"]]),
    TeamMap.Rule(name: "platform", costCenter: "CC-9"),
    TeamMap.Rule(name: "rest", matches: [["namespace_label:cost": "*"]]),
  ])

  @Test(arguments: [
    (["namespace": "vision-a"], "vision"), (["namespace": "vision"], "unassigned"),
    (["label:team": "vision", "cluster": "train"], "vision"),
    (["label:team": "vision", "cluster": "lab"], "unassigned"),
    (["label:team": "vision"], "unassigned"), (["account": "speech01"], "speech"),
    (["namespace": "vision-speech"], "vision"), (["namespace": "a-speech"], "speech"),
    (["user": "kim"], "vision"), ([:], "unassigned"), (["namespace_label:cost": ""], "rest"),
    (["namespace": "Vision-a"], "unassigned"),
  ])
  func `the first rule with a match wins`(attributes: [String: String], team: String) {
    #expect(Self.map.team(for: attributes) == team)
  }

  @Test(arguments: [
    ("vision", "CC-1"), ("speech", nil), ("platform", "CC-9"), ("unassigned", nil),
  ])
  func `a team has the first cost center that is given`(team: String, costCenter: String?) {
    #expect(Self.map.costCenter(of: team) == costCenter)
  }
}
