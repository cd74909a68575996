import Ledger
import Quantities
import Records

/// What is paid for GPUs, as a table writes it:
///
///     exchange  USD  1385.5
///     pool  train  site seoul  cluster train  recovery rate-card
///     cost  colo  pool train  month 30000
///     cost  licence  pool train  year 1200  currency USD
///     hardware  batch 1  pool train  price 3650  residual 0  in-service 2026-11-01  months 12
///     charged  02
extension LedgerTable {
  /// The plan of a table's cost pools, and the days that cost something without any time.
  struct Costs {
    var pools: [CostPool] = []
    var rates: [(month: BillingMonth, currency: Currency, rate: ExchangeRates.Rate)] = []
    var days: [CivilDate] = []

    var plan: CostPlan { CostPlan(pools: pools, exchange: ExchangeRates(rates)) }
  }

  static func readExchange(
    _ fields: ArraySlice<String>, of month: BillingMonth, to costs: inout Costs
  ) throws(RowFault) {
    guard let code = fields.first, let text = fields.last, fields.count == 2 else {
      throw RowFault("a rate of exchange needs a currency and a number")
    }
    let rate = try value(Decimals.parse(text, places: 12), text, "a number")
    costs.rates.append(
      (month, try value(Currency(code), code, "a currency"), ExchangeRates.Rate(picos: rate)))
  }

  static func readPool(
    _ fields: ArraySlice<String>, to costs: inout Costs
  ) throws(RowFault) {
    var pool = CostPool(name: fields.first ?? "", site: "*")
    for (key, text) in try pairs(fields.dropFirst()) {
      switch key {
      case "site": pool.site = Pattern(text)
      case "cluster": pool.cluster = Pattern(text)
      case "recovery": pool.recovery = text == "rate-card" ? .rateCard : .full
      case "from": pool.from = try value(CivilDate(text), text, "a day")
      case "to": pool.to = try value(CivilDate(text), text, "a day")
      default: throw RowFault("a pool has no '\(key)'")
      }
    }
    costs.pools.append(pool)
  }

  static func readCost(
    _ fields: ArraySlice<String>, in currency: Currency, to costs: inout Costs
  ) throws(RowFault) {
    var keys = Dictionary(try pairs(fields.dropFirst())) { _, last in last }
    let code = keys.removeValue(forKey: "currency") ?? currency.code
    let name = keys.removeValue(forKey: "pool") ?? ""
    guard let span = keys.keys.first.flatMap({ RecurringCost.Span(rawValue: $0) }),
      keys.count == 1, let text = keys.values.first
    else { throw RowFault("a cost has one of hour, month, year") }
    let cost = RecurringCost(
      amount: try value(Decimals.parse(text, places: 12), text, "an amount"), span: span)
    let planned = PlannedCost(
      name: fields.first ?? "", kind: .other, currency: try value(Currency(code), code, "currency"),
      schedule: .recurring(cost))
    try add(planned, to: name, of: &costs)
  }

  static func readHardware(
    _ fields: ArraySlice<String>, in currency: Currency, to costs: inout Costs
  ) throws(RowFault) {
    let keys = Dictionary(try pairs(fields.dropFirst())) { _, last in last }
    func amount(_ key: String) throws(RowFault) -> Int128 {
      try value(Decimals.parse(keys[key] ?? "", places: 12), keys[key] ?? "", "the \(key)")
    }
    let day = keys["in-service"] ?? ""
    let months = keys["months"] ?? ""
    let line = StraightLine(
      price: try amount("price"), residual: try amount("residual"),
      inService: try value(CivilDate(day), day, "a day"),
      usefulLifeMonths: try value(Int(months), months, "months"))
    let planned = PlannedCost(
      name: fields.first ?? "", kind: .depreciation, currency: currency,
      schedule: .straightLine(line))
    try add(planned, to: keys["pool"] ?? "", of: &costs)
  }

  private static func add(
    _ cost: PlannedCost, to name: String, of costs: inout Costs
  ) throws(RowFault) {
    guard let index = costs.pools.firstIndex(where: { $0.name == name }) else {
      throw RowFault("there is no pool '\(name)' above")
    }
    costs.pools[index].costs.append(cost)
  }
}
