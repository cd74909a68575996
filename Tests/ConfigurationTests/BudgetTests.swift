import Configuration
import Quantities
import Testing

@Suite struct BudgetTests {
  private static let teams = """
    currency: KRW
    sites: [{ name: pangyo, kind: on-prem }]
    teams: [{ name: AI/Perception/Lane }, { name: robots, aliases: [arms] }]
    inventory: [{ site: pangyo, cluster: c, hosts: h, gpus: 8, gpu_model: m, owner: hpc }]

    """

  private static func budget(_ more: String) -> String {
    teams + "budgets:\n- { per_month: 1, \(more) }\n"
  }

  @Test func `a budget has a team, an amount, months and thresholds`() throws {
    let configuration = try ConfigurationLoader.parse(
      Self.teams + """
        budgets:
          - { team: AI/Perception, per_month: "120000000.000001", currency: KRW }
          - { team: robots, per_month: 5, from: 2026-01, to: 2026-07, warn_percent: [100, 50, 50] }
          - { team: arms, per_month: 6, from: 2026-07, warn_percent: 90 }
          - { team: hpc, per_month: 7, warn_percent: [] }
          - { team: platform, per_month: 8 }
          - { team: unassigned, per_month: 9 }
        """, file: "c.yaml")
    let told = configuration.budgets.map { budget in
      "\(budget.team) \(budget.perMonth) \(budget.from?.description ?? "-") "
        + "\(budget.to?.description ?? "-") \(budget.warnPercents)"
    }
    #expect(
      told == [
        "AI/Perception 120000000.000001 KRW - - [80, 100]",
        "robots 5 KRW 2026-01 2026-07 [50, 100]",
        "robots 6 KRW 2026-07 - [90]", "hpc 7 KRW - - []", "platform 8 KRW - - [80, 100]",
        "unassigned 9 KRW - - [80, 100]",
      ])
  }

  private static let amounts =
    "expected an amount above 0 such as 120000000 or \"1500.50\", with 12 digits and 6 decimals "
    + "at most"

  static let wrong: [WrongText] = [
    WrongText(
      teams + "budgets: [{}]",
      "c.yaml:5: budgets[0].team: missing; expected the name of a team; its budget is for the "
        + "teams below it too",
      "c.yaml:5: budgets[0].per_month: missing; " + amounts),
    WrongText(
      budget("team: AI/Percepton"),
      "c.yaml:6: budgets[0].team: there is no team 'AI/Percepton'; did you mean 'AI/Perception'?"),
    WrongText(
      budget("team: sales"),
      "c.yaml:6: budgets[0].team: there is no team 'sales'; listed are AI, AI/Perception, "
        + "AI/Perception/Lane, robots, hpc, platform, arms"),
    WrongText(
      teams + "budgets: [{ team: AI, per_month: 0 }, { team: AI, per_month: -1 },\n"
        + "{ team: AI, per_month: 0.0000001 }, { team: AI, per_month: 1e6 }]",
      "c.yaml:5: budgets[0].per_month: found '0'; " + amounts,
      "c.yaml:5: budgets[1].per_month: found '-1'; " + amounts,
      "c.yaml:6: budgets[2].per_month: found '0.0000001'; " + amounts,
      "c.yaml:6: budgets[3].per_month: found '1e6'; " + amounts),
    WrongText(
      teams + "budgets: [{ team: AI, per_year: 1 }]",
      "c.yaml:5: budgets[0].per_year: unknown key; valid keys here are team, per_month, currency, "
        + "from, to, warn_percent",
      "c.yaml:5: budgets[0].per_month: missing; " + amounts),
    WrongText(
      budget("team: AI, currency: USD"),
      "c.yaml:6: budgets[0].currency: found 'USD'; expected KRW, the currency of reports, which "
        + "budgets are held against"),
    WrongText(
      budget("team: AI, from: 2026-11-01, to: 2026"),
      "c.yaml:6: budgets[0].from: found '2026-11-01'; expected a month such as 2026-11",
      "c.yaml:6: budgets[0].to: found '2026'; expected a month such as 2026-11"),
    WrongText(
      budget("team: AI, from: 2026-11, to: 2026-11"),
      "c.yaml:6: budgets[0].to: the span from 2026-11 to 2026-11 holds no day; expected a start "
        + "before the end"),
    WrongText(
      budget("team: AI, warn_percent: [80, 0, 99.5, '100%', 1001]"),
      "c.yaml:6: budgets[0].warn_percent[1]: found '0'; expected whole percentages from 1 to 1000, "
        + "such as [80, 100]",
      "c.yaml:6: budgets[0].warn_percent[2]: found '99.5'; expected whole percentages from 1 to "
        + "1000, such as [80, 100]",
      "c.yaml:6: budgets[0].warn_percent[3]: found '100%'; expected whole percentages from 1 to "
        + "1000, such as [80, 100]",
      "c.yaml:6: budgets[0].warn_percent[4]: found '1001'; expected whole percentages from 1 to "
        + "1000, such as [80, 100]"),
    WrongText(
      budget("team: AI, to: 2026-08") + "- { team: AI, per_month: 2, from: 2026-07 }\n"
        + "- { team: AI/Perception, per_month: 2 }",
      "c.yaml:7: budgets[1].team: team 'AI' has a budget on line 6 for some of the same months; end "
        + "that one with 'to' where this one starts with 'from'"),
  ]

  @Test(arguments: wrong)
  func `what is wrong with a budget is told with its place and what to do`(wrong: WrongText) {
    expect(wrong.told) { try ConfigurationLoader.parse(wrong.text, file: "c.yaml") }
  }

  @Test func `budgets make no money`() throws {
    let prints = try [Self.teams, Self.budget("team: AI")].map {
      try ConfigurationLoader.parse($0, file: "c.yaml").moneyFingerprint
    }
    #expect(prints[0] == prints[1])
  }
}
