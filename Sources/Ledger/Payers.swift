import Records

/// Who may pay, by small numbers, and which workloads are whose; each is found once.
struct Payers {
  private let teams: TeamMap
  private(set) var all: [Payer] = []
  private var numbers: [String: Int32] = [:]
  private var holders: [Int64: Int32] = [:]
  private var numbersByKeys: [[String?]: Int32] = [:]

  init(teams: TeamMap) {
    self.teams = teams
  }

  mutating func number(of name: String) -> Int32 {
    if let number = numbers[name] { return number }
    let number = Int32(all.count)
    all.append(Payer(name: name, costCenter: teams.costCenter(of: name)))
    numbers[name] = number
    return number
  }

  /// The team of a workload; `unassigned` where nothing is known of it.
  ///
  /// - Parameter attributes: what is known of workloads; it is asked for once.
  private mutating func holder(
    of workload: Int64, attributes: [Int64: [String: String]]
  ) -> Int32 {
    if let number = holders[workload] { return number }
    let number: Int32
    if let attributes = attributes[workload] {
      // Rules tell workloads apart by what they name alone, and most differ in something else.
      let keys = teams.keys.map { attributes[$0] }
      number = numbersByKeys[keys] ?? self.number(of: teams.team(for: attributes))
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
}
