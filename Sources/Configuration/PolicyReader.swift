import Quantities

/// Reading `policies`.
extension ConfigurationReader {
  private static let policyKeys = [
    "site", "from", "to", "unallocated", "out_of_service", "unattributed", "unknown", "borrowed",
    "platform",
  ]

  /// The rules in the order of the file: a mapping alone is one for all sites and days.
  func readPolicies(sites: [String]) -> [PolicyRule] {
    root.sectionsOrOne("policies", valid: Self.policyKeys).map { section in
      let site = section.text("site", expected: "a site, or a pattern such as pangyo-*")
        .map { Pattern($0) }
      if let site, !sites.contains(where: site.matches) {
        checkName(site.text, what: "site", known: sites, at: section.place(of: "site"))
      }
      let from = readDay("from", in: section)
      let to = readDay("to", in: section)
      checkSpan(from, to, key: "to", in: section)
      let platform = section.text("platform", expected: "the name of a team")
      checkTeamName(platform, of: "platform", in: section)
      let choice = { section.choice($0, PolicyRule.Policy.self) }
      return PolicyRule(
        site: site, from: from, to: to, unallocated: choice("unallocated"),
        outOfService: choice("out_of_service"), unattributed: choice("unattributed"),
        unknown: choice("unknown"), ownerMillionths: readBorrowed(section), platform: platform)
    }
  }

  private func readBorrowed(_ section: Section) -> Int64? {
    let borrowed = section.section("borrowed", valid: ["owner_percent"])
    return borrowed?.required(
      "owner_percent",
      expected: "what the owner bears of the cost, as a percentage from 0 to 100, such as 30",
      parse: IdleRule.millionths)
  }
}
