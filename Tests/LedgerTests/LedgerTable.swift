import Ledger
import Quantities
import Records

/// A month written down as finance reads it: what holds, one row an event, and what must be posted.
///
/// Two blanks or more stand between fields, `-` for nothing; lines that start with `#` are prose.
///
///     team  AI/Vision  cost-center CC-1  match vision-*
///     rate  100
///     policies  unallocated even
///
///     day  pool              host  gpu  namespace  owner  state  hours
///     01   seoul/train/H100  n1    1    vision-a   -      busy   12
///
///     day  team       cost center  kind   policy  cost
///     01   AI/Vision  CC-1         usage  -       1200
///     total  1200
struct LedgerTable {
  /// What is wrong with the text of a table.
  struct Fault: Error, Equatable, CustomStringConvertible {
    let line: Int
    let reason: String
    var description: String { "line \(line): \(reason)" }
  }

  static let eventHead = ["day", "pool", "host", "gpu", "namespace", "owner", "state", "hours"]
  static let postingHead = ["day", "team", "cost center", "kind", "policy", "cost"]

  let month: BillingMonth
  let currency: Currency
  private(set) var teams: [TeamMap.Rule] = []
  private(set) var rates: [RateCard.Rate] = []
  private(set) var policies: [PolicyBook.Rule] = []
  private(set) var costs = Costs()
  private(set) var times: [StateTime] = []
  private(set) var workloads: [Int64: [String: String]] = [:]
  /// The rows of postings and the total, as ``rows(of:)`` gives them.
  private(set) var expected: [[String]] = []

  init(_ text: String) throws(Fault) {
    guard let month = BillingMonth("2026-11"), let currency = Currency("KRW") else {
      throw Fault(line: 0, reason: "no month")
    }
    self.month = month
    self.currency = currency
    var section: [String]?
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let fields = Self.fields(line)
      if fields.isEmpty || line.hasPrefix("#") { continue }
      if fields == Self.eventHead || fields == Self.postingHead {
        section = fields
        continue
      }
      do {
        switch section {
        case nil: try readHeading(fields)
        case Self.eventHead: try readEvent(fields)
        default: expected.append(try Self.posting(fields))
        }
      } catch {
        throw Fault(line: index + 1, reason: error.reason)
      }
    }
  }

  /// What is wrong with a row.
  struct RowFault: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  private static func fields(_ line: Substring) -> [String] {
    line.split(separator: /\s\s+/).map(String.init).map { field in
      String(field.drop { $0 == " " })
    }.filter { !$0.isEmpty }
  }

  private static func optional(_ field: String) -> String? { field == "-" ? nil : field }

  static func value<Value>(
    _ value: Value?, _ found: String, _ expected: String
  ) throws(RowFault) -> Value {
    guard let value else { throw RowFault("found '\(found)', expected \(expected)") }
    return value
  }

  // MARK: What holds

  private mutating func readHeading(_ fields: [String]) throws(RowFault) {
    switch fields[0] {
    case "team": try readTeam(fields.dropFirst())
    case "rate": try readRate(fields.dropFirst())
    case "policies": try readPolicies(fields.dropFirst())
    case "exchange": try Self.readExchange(fields.dropFirst(), of: month, to: &costs)
    case "pool": try Self.readPool(fields.dropFirst(), to: &costs)
    case "cost": try Self.readCost(fields.dropFirst(), in: currency, to: &costs)
    case "hardware": try Self.readHardware(fields.dropFirst(), in: currency, to: &costs)
    case "charged":
      let day = "\(month)-\(fields.last ?? "")"
      costs.days.append(try Self.value(CivilDate(day), day, "a day of the month"))
    default:
      throw RowFault(
        "'\(fields[0])' is none of team, rate, policies, exchange, pool, cost, hardware, charged "
          + "and the heads")
    }
  }

  /// The pairs `key value` of fields.
  static func pairs(_ fields: ArraySlice<String>) throws(RowFault) -> [(String, String)] {
    var pairs: [(String, String)] = []
    for field in fields {
      guard let blank = field.firstIndex(of: " ") else {
        throw RowFault("'\(field)' is no key and value")
      }
      pairs.append((String(field[..<blank]), String(field[field.index(after: blank)...])))
    }
    return pairs
  }

  private mutating func readTeam(_ fields: ArraySlice<String>) throws(RowFault) {
    guard let name = fields.first else { throw RowFault("a team needs a name") }
    var team = TeamMap.Rule(name: name)
    for (key, value) in try Self.pairs(fields.dropFirst()) {
      switch key {
      case "cost-center": team.costCenter = value
      case "match": team.matches.append(["namespace": Pattern(value)])
      case "alias": team.aliases.append(value)
      case "from": team.from = try Self.value(CivilDate(value), value, "a day")
      case "to": team.to = try Self.value(CivilDate(value), value, "a day")
      default: throw RowFault("a team has no '\(key)'")
      }
    }
    teams.append(team)
  }

  private mutating func readRate(_ fields: ArraySlice<String>) throws(RowFault) {
    let price = fields.first ?? ""
    var rate = RateCard.Rate(
      perGPUHour: try Self.value(Money(price, currency: currency), price, "a price"))
    for (key, value) in try Self.pairs(fields.dropFirst()) {
      switch key {
      case "currency":
        let currency = try Self.value(Currency(value), value, "a currency")
        rate.perGPUHour = try Self.value(Money(price, currency: currency), price, "a price")
      case "site": rate.site = Pattern(value)
      case "from": rate.from = try Self.value(CivilDate(value), value, "a day")
      case "to": rate.to = try Self.value(CivilDate(value), value, "a day")
      default: throw RowFault("a rate has no '\(key)'")
      }
    }
    rates.append(rate)
  }

  private mutating func readPolicies(_ fields: ArraySlice<String>) throws(RowFault) {
    var rule = PolicyBook.Rule()
    func policy(_ text: String) throws(RowFault) -> Policy {
      try Self.value(Policy(rawValue: text), text, "a policy")
    }
    for (key, value) in try Self.pairs(fields) {
      switch key {
      case "site": rule.site = Pattern(value)
      case "from": rule.from = try Self.value(CivilDate(value), value, "a day")
      case "to": rule.to = try Self.value(CivilDate(value), value, "a day")
      case "platform": rule.platform = value
      case "unallocated": rule.unallocated = try policy(value)
      case "out-of-service": rule.outOfService = try policy(value)
      case "unattributed": rule.unattributed = try policy(value)
      case "unknown": rule.unknown = try policy(value)
      case "owner-percent":
        let parts = Decimals.parse(value, places: 4)
        rule.ownerMillionths = try Self.value(parts.map { Int64($0) }, value, "a percentage")
      default: throw RowFault("policies have no '\(key)'")
      }
    }
    policies.append(rule)
  }

  // MARK: What happened and what is posted

  private mutating func readEvent(_ fields: [String]) throws(RowFault) {
    guard fields.count == Self.eventHead.count else {
      throw RowFault("found \(fields.count) fields, expected \(Self.eventHead.count)")
    }
    let places = fields[1].split(separator: "/").map(String.init)
    guard places.count == 3 else { throw RowFault("'\(fields[1])' is no site/cluster/model") }
    let day = try Self.value(CivilDate("\(month)-\(fields[0])"), fields[0], "a day of the month")
    let state = State.allCases.first { $0.description.replacing("_", with: "-") == fields[6] }
    let hours = try Self.value(Decimals.parse(fields[7], places: 8), fields[7], "hours")
    let namespace = Self.optional(fields[4])
    if let namespace { workloads[ContentHash.number([namespace])] = ["namespace": namespace] }
    times.append(
      StateTime(
        day: day, pool: PoolKey(site: places[0], cluster: places[1], gpuModel: places[2]),
        hostID: ContentHash.number([fields[2]]),
        gpuID: Self.optional(fields[3]).map { ContentHash.number([fields[2], $0]) } ?? 0,
        workloadID: namespace.map { ContentHash.number([$0]) } ?? 0,
        state: try Self.value(state, fields[6], "a state such as busy or out-of-service"),
        owner: Self.optional(fields[5]),
        gpuMilliseconds: Int64(hours * 3_600_000 / 100_000_000)))
  }

  private static func posting(_ fields: [String]) throws(RowFault) -> [String] {
    guard fields.first == "total" ? fields.count == 2 : fields.count == postingHead.count else {
      throw RowFault("found \(fields.count) fields, expected \(postingHead.count), or the total")
    }
    return fields
  }
}
