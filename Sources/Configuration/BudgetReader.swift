import Quantities

/// Reading `budgets`.
extension ConfigurationReader {
  private static let warnExpectation =
    "whole percentages from 1 to 1000, such as [80, 100]"

  /// The budgets in the order of the file.
  ///
  /// - Parameters:
  ///   - teams: they may have one, by an alias too, and so may those above them.
  ///   - others: names of others that may.
  func readBudgets(currency: Currency?, teams: [TeamRule], others: [String]) -> [Budget] {
    let valid = ["team", "per_month", "currency", "from", "to", "warn_percent"]
    let aliases = teams.flatMap { team in team.aliases.map { ($0, team.name) } }
    let names = Dictionary(aliases) { first, _ in first }
    var known: [String] = []
    for name in teams.map(\.name) + others {
      known += (TeamPath.ancestors(of: name).reversed() + [name]).filter { !known.contains($0) }
    }
    var budgets: [(budget: Budget, line: Int)] = []
    for section in root.sections("budgets", valid: valid) {
      guard var budget = readBudget(section, currency: currency, known: known + names.keys.sorted())
      else { continue }
      budget.team = names[budget.team] ?? budget.team
      if let first = budgets.first(where: { $0.budget.overlaps(budget) }) {
        section.tell(.repeatedBudget(team: budget.team, firstLine: first.line), of: "team")
      }
      budgets.append((budget, section.place.line))
    }
    return budgets.map(\.budget)
  }

  private func readBudget(_ section: Section, currency: Currency?, known: [String]) -> Budget? {
    let team = section.requiredText(
      "team", expected: "the name of a team; its budget is for the teams below it too")
    if let team, !Self.reservedTeams.contains(team) {
      checkName(team, what: "team", known: known, at: section.place(of: "team"))
    }
    let amount = section.required(
      "per_month",
      expected: "an amount above 0 such as 120000000 or \"1500.50\", with 12 digits and 6 decimals "
        + "at most"
    ) { text -> Int128? in
      // Read as micros and only then counted in picos, so that no smaller part is taken.
      guard let micros = Decimals.parse(text, places: 6, wholeDigitsMax: 12), micros > 0 else {
        return nil
      }
      return micros * Money.picosPerMicro
    }
    if let currency {
      _ = section.value(
        "currency", expected: "\(currency), the currency of reports, which budgets are held against"
      ) { $0 == currency.code ? $0 : nil }
    }
    let from = readMonth("from", in: section)
    let to = readMonth("to", in: section)
    if let from, let to, from >= to {
      section.tell(.emptySpan(from: from.description, to: to.description), of: "to")
    }
    let warnPercents = readWarnPercents(section)
    guard let team, let amount, let currency else { return nil }
    return Budget(
      team: team, perMonth: Money(picos: amount, currency: currency), from: from, to: to,
      warnPercents: warnPercents ?? Budget.warnPercentsDefault)
  }

  private func readMonth(_ key: String, in section: Section) -> BillingMonth? {
    section.value(key, expected: "a month such as 2026-11") { BillingMonth($0) }
  }

  private func readWarnPercents(_ section: Section) -> [Int]? {
    let texts = section.texts("warn_percent", expected: Self.warnExpectation, orOne: true)
    guard let texts else { return nil }
    var percents: Set<Int> = []
    for text in texts {
      if let percent = Int(text.value), (1...1_000).contains(percent) {
        percents.insert(percent)
      } else {
        problems.add(
          .badValue(found: text.value, expected: Self.warnExpectation), at: text.place)
      }
    }
    return percents.sorted()
  }
}
