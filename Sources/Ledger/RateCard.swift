import Quantities
import Records

/// What a GPU-hour costs, where, of which model and when.
///
/// The most specific rate that fits wins: the one whose model pattern spells out the most
/// characters, then one that names a site, then one that names a cluster, then the one that holds
/// since the latest day. Of two that are still equal the later in the file wins.
package struct RateCard: Sendable {
  /// One line of the card.
  package struct Rate: Hashable, Sendable {
    /// The sites it is for, nil for all.
    package var site: Pattern?
    /// The clusters it is for, nil for all.
    package var cluster: Pattern?
    /// The models it is for, a blank being as good as a dash; nil for all.
    package var gpuModel: Pattern?
    package var perGPUHour: Money
    /// The first billing day it holds, nil for ever.
    package var from: CivilDate?
    /// The first billing day it no longer holds, nil for never.
    package var to: CivilDate?

    package init(
      site: Pattern? = nil, cluster: Pattern? = nil, gpuModel: Pattern? = nil, perGPUHour: Money,
      from: CivilDate? = nil, to: CivilDate? = nil
    ) {
      self.site = site
      self.cluster = cluster
      self.gpuModel = gpuModel
      self.perGPUHour = perGPUHour
      self.from = from
      self.to = to
    }
  }

  /// The most specific first.
  private let rates: [Rate]

  /// - Parameter rates: in the order of the file.
  package init(_ rates: [Rate]) {
    self.rates = PriceScope.sorted(rates) {
      PriceScope(site: $0.site, cluster: $0.cluster, subject: $0.gpuModel, from: $0.from)
    }
  }

  /// The price of a GPU-hour on a billing day, nil where no rate fits.
  ///
  /// - Complexity: O(number of rates).
  package func price(
    site: String, cluster: String, gpuModel: String, day: CivilDate
  ) -> Money? {
    rates.first { rate in
      rate.site?.matches(site) ?? true && rate.cluster?.matches(cluster) ?? true
        && rate.gpuModel?.matchesModel(gpuModel) ?? true
        && day.isWithin(rate.from, rate.to)
    }?.perGPUHour
  }

  /// The price of a GPU-hour of a pool on a billing day, nil where no rate fits.
  package func price(of pool: PoolKey, day: CivilDate) -> Money? {
    price(site: pool.site, cluster: pool.cluster, gpuModel: pool.gpuModel, day: day)
  }
}
