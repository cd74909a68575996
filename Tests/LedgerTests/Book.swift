import Ledger
import Quantities
import Records
import Testing

/// Text tables of state time, and account books as text.
enum Book {
  static let won = Currency("KRW")
  static let h100 = PoolKey(site: "pangyo", cluster: "train", gpuModel: "NVIDIA H100")

  /// Teams `alpha`, `beta` and `gamma`, each with the namespace of its name.
  static let teams = TeamMap(
    ["alpha", "beta", "gamma"].map {
      TeamMap.Rule(name: $0, costCenter: "CC-\($0)", matches: [["namespace": Pattern($0)]])
    })

  /// Reads lines `day state host gpu namespace owner hours`; `-` is none, hours are decimal.
  static func times(_ text: String, pool: PoolKey = h100) throws -> [StateTime] {
    try text.split(separator: "\n").map { line in
      let words = line.split(separator: " ").map(String.init)
      try #require(words.count == 7, "\(line)")
      let hours = try #require(Decimals.parse(words[6], places: 8))
      return StateTime(
        day: try #require(CivilDate("2026-11-" + words[0])), pool: pool,
        hostID: try #require(Int64(words[2])), gpuID: try #require(Int64(words[3])),
        workloadID: words[4] == "-" ? 0 : id(words[4]),
        state: try #require(State.allCases.first { $0.description == words[1] }),
        owner: words[5] == "-" ? nil : words[5],
        gpuMilliseconds: Int64(hours * 3_600_000 / 100_000_000))
    }
  }

  /// Attributes of all workloads that tables name by their namespace.
  static let workloads = Dictionary(
    uniqueKeysWithValues: ["alpha", "beta", "gamma", "nobody"].map { (id($0), ["namespace": $0]) })

  static func id(_ namespace: String) -> Int64 { ContentHash.number([namespace]) }

  static func rates(_ perHour: String) throws -> RateCard {
    let won = try #require(won)
    return RateCard([RateCard.Rate(perGPUHour: try #require(Money(perHour, currency: won)))])
  }

  static func ledger(
    rates: RateCard, policies: PolicySet = PolicySet(), teams: TeamMap = teams,
    plan: CostPlan = CostPlan()
  ) throws -> MonthLedger {
    MonthLedger(
      month: try #require(BillingMonth("2026-11")), currency: try #require(won), rates: rates,
      teams: teams, policies: PolicyBook(policies), plan: plan)
  }

  /// Lines `day cluster pool kind item original currency rate cost`; `-` is none.
  static func costs(_ month: PostedMonth) -> String {
    month.costs.map { entry in
      let (cost, item) = (entry.cost, entry.cost.item)
      let amounts = [cost.originalMicros, cost.costMicros].map {
        Decimals.text(Int128($0), places: 6, trimmed: true)
      }
      let words = [
        String(entry.day.description.suffix(2)), entry.pool.cluster, item.costPool,
        item.kind.rawValue, item.name, amounts[0], item.currency.code, cost.exchangeRate ?? "-",
        amounts[1],
      ]
      return words.map { $0.isEmpty ? "-" : $0 }.joined(separator: " ")
    }.joined(separator: "\n")
  }

  /// Lines `day kind team state amount`.
  static func text(_ postings: [Posting]) -> String {
    postings.map { posting in
      let amount = Decimals.text(Int128(posting.costMicros), places: 6, trimmed: true)
      let day = posting.day.description.suffix(2)
      let state = posting.state?.description ?? "-"
      return "\(day) \(posting.kind) \(posting.team) \(state) \(amount)"
    }.joined(separator: "\n")
  }
}
