import Quantities
import Records

/// All that a month lacks to be priced.
struct MissingPrices {
  private var rates: [PoolKey: MissingRate] = [:]
  private var exchangeRates: [Currency: MissingExchangeRate] = [:]
  private var tariffs: [String: MissingTariff] = [:]
  private var tooDear: PoolKey?

  var isEmpty: Bool {
    rates.isEmpty && exchangeRates.isEmpty && tariffs.isEmpty && tooDear == nil
  }

  /// What to tell, nil where nothing is missing.
  var error: LedgerError? {
    if !rates.isEmpty {
      return .missingRates(rates.sorted { $0.key < $1.key }.map(\.value))
    }
    if !exchangeRates.isEmpty {
      return .missingExchangeRates(
        exchangeRates.sorted { $0.key.code < $1.key.code }.map(\.value))
    }
    if !tariffs.isEmpty {
      return .missingTariffs(tariffs.sorted { $0.key < $1.key }.map(\.value))
    }
    return tooDear.map { .overflow($0) }
  }

  mutating func add(_ pool: PoolKey, on day: CivilDate, milliseconds: Int64, currency: Currency) {
    // Rates don't know providers, so that one line is told for all of them.
    let key = PoolKey(site: pool.site, cluster: pool.cluster, gpuModel: pool.gpuModel)
    let before = rates[key]
    rates[key] = MissingRate(
      site: key.site, cluster: key.cluster, gpuModel: key.gpuModel, currency: currency,
      firstDay: min(before?.firstDay ?? day, day),
      time: GPUTime(milliseconds: (before?.time.milliseconds ?? 0) + milliseconds))
  }

  /// The first item that needs a currency's rate is told.
  mutating func add(_ rate: MissingExchangeRate) {
    if exchangeRates[rate.original] == nil { exchangeRates[rate.original] = rate }
  }

  /// The first hour of a cost pool is told.
  mutating func add(_ tariff: MissingTariff) {
    if tariffs[tariff.costPool] == nil { tariffs[tariff.costPool] = tariff }
  }

  mutating func overflow(_ pool: PoolKey) {
    tooDear = min(tooDear ?? pool, pool)
  }
}
