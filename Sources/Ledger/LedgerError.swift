import Quantities
import Records

/// Why a month cannot be posted.
package enum LedgerError: Error, Equatable, CustomStringConvertible {
  /// Time that has no price, all of it, in the order of sites, clusters and models.
  case missingRates([MissingRate])
  /// Currencies that a month has no rate of exchange for, in the order of their codes.
  case missingExchangeRates([MissingExchangeRate])
  /// Hours for which no tariff of a cost pool holds, the first of each pool.
  case missingTariffs([MissingTariff])
  /// The account book doesn't add up; a fault of gputally, told with all figures.
  case unbalanced([Imbalance])
  /// A pool's cost leaves what can be stored.
  case overflow(PoolKey)

  package var description: String {
    switch self {
    case .missingRates(let missing):
      missing.map(\.description).joined(separator: "\n")
    case .missingExchangeRates(let missing):
      missing.map(\.description).joined(separator: "\n")
    case .missingTariffs(let missing):
      missing.map(\.description).joined(separator: "\n")
    case .unbalanced(let imbalances):
      imbalances.map(\.description).joined(separator: "\n")
    case .overflow(let pool):
      "\(pool): the cost is more than 9,223,372,036,854 units of the currency, which is the most "
        + "that can be stored; check its rate in gputally.yaml"
    }
  }
}

/// GPU-time of one model of one cluster that no rate fits.
package struct MissingRate: Hashable, Sendable, CustomStringConvertible {
  package var site: String
  package var cluster: String
  package var gpuModel: String
  package var currency: Currency
  package var firstDay: CivilDate
  package var time: GPUTime

  package init(
    site: String, cluster: String, gpuModel: String, currency: Currency, firstDay: CivilDate,
    time: GPUTime
  ) {
    self.site = site
    self.cluster = cluster
    self.gpuModel = gpuModel
    self.currency = currency
    self.firstDay = firstDay
    self.time = time
  }

  package var description: String {
    let model = gpuModel.isEmpty ? "GPUs that tell no model" : "'\(gpuModel)'"
    let key = gpuModel.isEmpty ? "" : "gpu_model: \"\(gpuModel)\", "
    return "\(site)/\(cluster): no rate for \(model) from \(firstDay) on (\(time)); add to 'rates' "
      + "in gputally.yaml: { site: \"\(site)\", cluster: \"\(cluster)\", \(key)per_gpu_hour: "
      + "\"...\", currency: \(currency), from: \(firstDay) }"
  }
}

/// A currency that can't be exchanged in a month.
package struct MissingExchangeRate: Hashable, Sendable, CustomStringConvertible {
  package var month: BillingMonth
  package var original: Currency
  package var currency: Currency
  /// What is given in it.
  package var item: CostItem
  /// Where rates of exchange stand.
  package var place: String

  package init(
    month: BillingMonth, original: Currency, currency: Currency, item: CostItem, place: String
  ) {
    self.month = month
    self.original = original
    self.currency = currency
    self.item = item
    self.place = place
  }

  package var description: String {
    let user =
      item.costPool.isEmpty
      ? "the rate \(item.name)" : "'\(item.name)' of cost pool '\(item.costPool)'"
    return "\(month): no rate of exchange from \(original) to \(currency), which \(user) needs; "
      + "add to \(place): month \(month), currency \(original), rate: the \(currency) for 1 "
      + "\(original)"
  }
}

/// An hour whose energy has no price.
package struct MissingTariff: Hashable, Sendable, CustomStringConvertible {
  package var costPool: String
  package var day: CivilDate
  package var hour: Int

  package init(costPool: String, day: CivilDate, hour: Int) {
    self.costPool = costPool
    self.day = day
    self.hour = hour
  }

  package var description: String {
    "cost pool '\(costPool)': no tariff holds on \(day) at \(hour < 10 ? "0" : "")\(hour):00; add to "
      + "its 'power.tariffs' in gputally.yaml a last one without weekdays and hours, from \(day) on "
      + "or earlier"
  }
}

/// A sum that differs from what it must be.
package struct Imbalance: Hashable, Sendable, CustomStringConvertible {
  /// Which sum it is.
  package enum Rule: Hashable, Sendable {
    /// The time of a pool's usage lines of a day is the time that was posted.
    case time(CivilDate)
    /// A pool's lines of a day sum to the pool's cost of that day.
    case day(CivilDate)
    /// What a policy takes away it gives.
    case shared(CivilDate, State)
    /// What an owner bears of borrowed hardware the holder no longer does.
    case borrowed(CivilDate, State)
    /// A pool's days sum to its exact cost at each rate, rounded once.
    case month(BillingMonth)
    /// The days of an item of a cost pool sum to what it costs, rounded once for each pool.
    case item(BillingMonth, CostItem)
  }
  package var pool: PoolKey
  package var rule: Rule
  /// - Unit: micros of the currency, or GPU-milliseconds of `time`.
  package var found: Int128
  package var expected: Int128

  package init(pool: PoolKey, rule: Rule, found: Int128, expected: Int128) {
    self.pool = pool
    self.rule = rule
    self.found = found
    self.expected = expected
  }

  package var description: String {
    let what =
      switch rule {
      case .time(let day): "milliseconds posted for \(day)"
      case .day(let day): "micros posted for \(day)"
      case .shared(let day, let state): "micros that policies moved of \(state) on \(day)"
      case .borrowed(let day, let state):
        "micros of borrowed hardware moved of \(state) on \(day)"
      case .month(let month): "micros of the days of \(month)"
      case .item(let month, let item):
        "micros of '\(item.name)' of cost pool '\(item.costPool)' in \(month)"
      }
    return "\(pool): \(what) sum to \(found), expected \(expected); nothing was stored; this is a "
      + "fault of gputally, please report it with this line"
  }
}
