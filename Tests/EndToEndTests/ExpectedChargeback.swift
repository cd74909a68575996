import Quantities
import Records
import Simulator

/// The chargeback that a truth file demands, worked out with plain arithmetic.
///
/// One billing day, whole micros a millisecond, proportional sharing of what is unallocated, the
/// platform paying for what is out of service and, as owner, for what is unattributed.
struct ExpectedChargeback {
  /// Micros a millisecond, by model.
  let price: [String: Int128]
  let truth: Truth
  let costCenters: [String: String]
  let label: String

  /// One line of the file by column, in no order.
  func lines() -> Set<[String]> {
    var lines: Set<[String]> = []
    for model in Set(truth.amounts.keys.map(\.model)) {
      let holders = Set(truth.amounts.keys.filter { $0.model == model }.map(\.team))
        .subtracting([""]).sorted()
      let shares = sharedCost(model: model, holders: holders)
      for team in Set(holders + shares.keys) {
        let line = self.line(team: team, model: model, shared: shares[team] ?? 0)
        if let line { lines.insert(line) }
      }
    }
    return lines
  }

  private func time(_ team: String, _ model: String, _ state: State) -> Int128 {
    truth.amounts[Truth.Key(team: team, model: model, state: state)]?.milliseconds ?? 0
  }

  private func held(_ team: String, _ model: String) -> Int128 {
    [State.busy, .idle, .allocatedUnknown].reduce(0) { $0 + time(team, model, $1) }
  }

  /// What each payer gets of the cost that nobody holds.
  private func sharedCost(model: String, holders: [String]) -> [String: Int128] {
    let rate = price[model] ?? 0
    var shares: [String: Int128] = [:]
    let free = time("", model, .unallocated) * rate
    let weights = holders.map { held($0, model) }
    let whole = weights.reduce(0, +)
    // Largest remainder, the earlier name first where remainders are equal.
    var parts = weights.map { free * $0 / whole }
    let order = holders.indices.sorted {
      let (left, right) = (free * weights[$0] % whole, free * weights[$1] % whole)
      return left != right ? left > right : $0 < $1
    }
    let left = free - parts.reduce(0, +)
    for index in order.prefix(Int(left)) { parts[index] += 1 }
    for (team, part) in zip(holders, parts) { shares[team, default: 0] += part }
    let platform = (time("", model, .outOfService) + time("", model, .unattributed)) * rate
    if platform > 0 { shares["platform", default: 0] += platform }
    let unknown = time("", model, .unknown) * rate
    if unknown > 0 { shares["unknown", default: 0] += unknown }
    return shares
  }

  private func line(team: String, model: String, shared: Int128) -> [String]? {
    let rate = price[model] ?? 0
    let busy = time(team, model, .busy)
    let idle = time(team, model, .idle)
    let dark = time(team, model, .allocatedUnknown)
    let unknown = team == "unknown" ? time("", model, .unknown) : 0
    let allocated = busy + idle + dark
    let cost = (direct: (busy + dark) * rate, idle: idle * rate)
    if allocated == 0, unknown == 0, shared == 0 { return nil }
    let energy = [State.busy, .idle, .allocatedUnknown].reduce(Int128(0)) {
      $0 + (truth.amounts[Truth.Key(team: team, model: model, state: $1)]?.microjoules ?? 0)
    }
    let observed =
      allocated > 0
      ? Self.percent(busy + idle, of: allocated) : team == "unknown" ? "0.00" : ""
    return [
      label, team, costCenters[team] ?? "", truth.site, "", truth.cluster, "gpu", model,
      GPUTime.hours(allocated), GPUTime.hours(busy), GPUTime.hours(idle),
      GPUTime.hours(dark + unknown), GPUTime.hours(0), observed,
      // Every card draws power: none is measured where nobody looked.
      energy > 0 ? Self.kilowattHours(energy) : "",
      Self.money(cost.direct), Self.money(cost.idle), Self.money(0), Self.money(shared),
      Self.money(cost.direct + cost.idle + shared), "KRW", "",
      Self.money(cost.idle), Self.money(cost.idle + dark * rate), "",
    ]
  }

  private static func money(_ micros: Int128) -> String { Decimals.text(micros, places: 6) }

  private static func percent(_ part: Int128, of whole: Int128) -> String {
    Decimals.text(Rounding.halfEven(part * 10_000, dividedBy: whole), places: 2)
  }

  private static func kilowattHours(_ microjoules: Int128) -> String {
    Decimals.text(Rounding.halfEven(microjoules, dividedBy: 3_600_000), places: 6)
  }
}
