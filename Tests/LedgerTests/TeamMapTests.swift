import Ledger
import Quantities
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
  func `the first rule with a match wins`(attributes: [String: String], team: String) throws {
    let day = try #require(CivilDate("2026-11-01"))
    #expect(Self.map.team(for: attributes, on: day) == team)
  }

  @Test(arguments: [
    ("p-one", true), ("c-m-a:p-one", true), ("Vision*", true), ("c-m-a:*", true),
    ("c-m-b:*", false),
    ("p-*", true), ("p-two", false),
  ])
  func `a project is matched by its id, as a namespace says it or whole, or by its name`(
    pattern: String, isMatch: Bool
  ) throws {
    let map = TeamMap([
      TeamMap.Rule(name: "vision", matches: [["project": Pattern(pattern)]])
    ])
    let day = try #require(CivilDate("2026-11-01"))
    let attributes = [
      "project": "p-one", "project_id": "c-m-a:p-one", "project_name": "Vision Lab",
    ]
    #expect(map.team(for: attributes, on: day) == (isMatch ? "vision" : "unassigned"))
    #expect(map.team(for: ["namespace": "p-one"], on: day) == "unassigned")
  }

  @Test(arguments: [
    ("vision", "CC-1"), ("speech", nil), ("platform", "CC-9"), ("unassigned", nil),
  ])
  func `a team has the first cost center that is given`(
    team: String, costCenter: String?
  ) throws {
    let day = try #require(CivilDate("2026-11-01"))
    #expect(Self.map.costCenter(of: team, on: day) == costCenter)
  }

  private static let dated = TeamMap([
    TeamMap.Rule(name: "AI", costCenter: "CC-1", aliases: ["Research"]),
    TeamMap.Rule(
      name: "AI/Lane", to: CivilDate("2026-11-16"), matches: [["namespace": "lane-*"]]),
    TeamMap.Rule(
      name: "Robots/Lane", costCenter: "CC-2", from: CivilDate("2026-11-16"),
      to: CivilDate("2026-12-01"), matches: [["namespace": "lane-*"]]),
    TeamMap.Rule(name: "AI/Owners", matches: [["owner": "AI"]]),
  ])

  @Test(
    arguments: [
      ("2026-01-01", 0, "AI/Lane", nil), ("2026-11-15", 0, "AI/Lane", nil),
      ("2026-11-16", 1, "Robots/Lane", "CC-2"), ("2026-11-30", 1, "Robots/Lane", "CC-2"),
      ("2026-12-01", 2, "unassigned", nil),
    ] as [(String, Int, String, String?)])
  func `rules hold from their first day until before the day they end`(
    day: String, span: Int, team: String, robots: String?
  ) throws {
    let day = try #require(CivilDate(day))
    #expect(Self.dated.span(of: day) == span)
    #expect(Self.dated.team(for: ["namespace": "lane-a"], on: day) == team)
    #expect(Self.dated.costCenter(of: "AI/Lane", on: day) == "CC-1")
    #expect(Self.dated.costCenter(of: "Robots/Lane", on: day) == robots)
    #expect(Self.dated.costCenter(of: "AI/Lane/Fit", on: day) == "CC-1")
  }

  @Test func `a team goes by its aliases, also as the owner of a workload`() throws {
    let day = try #require(CivilDate("2026-11-01"))
    #expect(Self.dated.team(named: "Research") == "AI")
    #expect(Self.dated.team(named: "AI/Lane") == "AI/Lane")
    for owner in ["AI", "Research"] {
      #expect(Self.dated.team(for: ["owner": owner], on: day) == "AI/Owners")
    }
    #expect(Self.dated.team(for: ["owner": "Researchers"], on: day) == "unassigned")
  }
}
