import Quantities
import Testing

@Suite struct TeamPathTests {
  @Test(arguments: [
    ("AI", true), ("AI/Perception/Lane", true), ("AI Lab/로봇", true), ("", false), ("/", false),
    ("AI/", false), ("/AI", false), ("AI//Lane", false), ("AI/ Lane", false), ("AI /Lane", false),
    (" AI", false), ("AI\t", false),
  ])
  func `no level of a path is empty or has blanks around it`(name: String, isWellFormed: Bool) {
    #expect(TeamPath.isWellFormed(name) == isWellFormed)
  }

  @Test(arguments: [
    ("AI/Perception/Lane", ["AI/Perception", "AI"]), ("AI/Lane", ["AI"]), ("AI", []),
  ])
  func `the teams above are the paths before`(name: String, above: [String]) {
    #expect(TeamPath.ancestors(of: name) == above)
    #expect(TeamPath.root(of: name) == "AI")
  }

  @Test(arguments: [("AI/", "AI"), ("AI", "AI"), ("/", "/"), ("AI/Lane/", "AI/Lane")])
  func `a slash at the end of what is asked for says nothing`(name: String, team: String) {
    #expect(TeamPath.withoutEnd(name) == team)
  }
}
