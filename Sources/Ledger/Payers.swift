import Quantities
import Records

/// Who may pay, by small numbers, and which workloads are whose; each is found once in each span of
/// days that have the same rules.
struct Payers {
  private let teams: TeamMap
  private(set) var all: [Payer] = []
  private var known: [Payer: Int32] = [:]
  private var day: CivilDate?

  // Of the span that the day is of.
  private var span: Int?
  private var numbers: [String: Int32] = [:]
  private var holders: [Int64: Int32] = [:]
  private var numbersByKeys: [[String?]: Int32] = [:]

  init(teams: TeamMap) {
    self.teams = teams
  }

  /// Makes `day` the one of which names and workloads are meant.
  mutating func turn(to day: CivilDate) {
    guard self.day != day else { return }
    self.day = day
    let span = teams.span(of: day)
    guard self.span != span else { return }
    self.span = span
    numbers = [:]
    holders = [:]
    numbersByKeys = [:]
  }

  /// The number of a team, by its name or an alias; another one where its cost center is another
  /// one.
  ///
  /// - Precondition: a day was turned to.
  mutating func number(of name: String) -> Int32 {
    if let number = numbers[name] { return number }
    let team = teams.team(named: name)
    let payer = Payer(name: team, costCenter: teams.costCenter(of: team, on: currentDay))
    let number = known[payer] ?? Int32(all.count)
    if number == all.count {
      all.append(payer)
      known[payer] = number
    }
    numbers[name] = number
    return number
  }

  /// The team of a workload; `unassigned` where nothing is known of it.
  ///
  /// - Parameter attributes: what is known of workloads; it is asked for once.
  mutating func holder(
    of workload: Int64, attributes: [Int64: [String: String]]
  ) -> Int32 {
    if let number = holders[workload] { return number }
    let number: Int32
    if let attributes = attributes[workload] {
      // Rules tell workloads apart by what they name alone, and most differ in something else.
      let keys = teams.keys.map { attributes[$0] }
      number =
        numbersByKeys[keys] ?? self.number(of: teams.team(for: attributes, on: currentDay))
      numbersByKeys[keys] = number
    } else {
      number = self.number(of: OwnName.unassigned)
    }
    holders[workload] = number
    return number
  }

  /// Who bears the time of a total before any policy.
  mutating func bearer(of total: DayTotal, attributes: [Int64: [String: String]]) -> Int32 {
    OwnName.bearing(total.state).map { number(of: $0) }
      ?? holder(of: total.workload, attributes: attributes)
  }

  private var currentDay: CivilDate {
    guard let day else { preconditionFailure("BUG: a payer is asked for before its day") }
    return day
  }
}
