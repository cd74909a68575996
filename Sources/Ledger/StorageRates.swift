import Quantities
import Records

/// What a GiB of storage costs over time, where, of which class and when.
///
/// The most specific rate that fits wins, as in ``RateCard``, a class being in the place of a model.
package struct StorageRates: Sendable {
  /// Which bytes are charged for.
  package enum Counted: Sendable {
    /// What was asked for.
    case provisioned
    /// The same for each replica.
    case replicated
  }

  /// What an amount pays for.
  package enum Span: Sendable {
    case hour
    /// The calendar month: an hour costs its share of the month's hours.
    case month
  }

  /// One line of the list.
  package struct Rate: Hashable, Sendable {
    /// The sites it is for, nil for all.
    package var site: Pattern?
    /// The clusters it is for, nil for all.
    package var cluster: Pattern?
    /// The classes it is for, nil for all.
    package var storageClass: Pattern?
    package var perGibibyte: Money
    package var span: Span
    package var counted: Counted
    /// How many replicas volumes have of which nothing tells that, nil for one.
    package var replicas: Int?
    /// The first billing day it holds, nil for ever.
    package var from: CivilDate?
    /// The first billing day it no longer holds, nil for never.
    package var to: CivilDate?

    package init(
      site: Pattern? = nil, cluster: Pattern? = nil, storageClass: Pattern? = nil,
      perGibibyte: Money, span: Span, counted: Counted = .provisioned, replicas: Int? = nil,
      from: CivilDate? = nil, to: CivilDate? = nil
    ) {
      self.site = site
      self.cluster = cluster
      self.storageClass = storageClass
      self.perGibibyte = perGibibyte
      self.span = span
      self.counted = counted
      self.replicas = replicas
      self.from = from
      self.to = to
    }
  }

  /// The most specific first.
  private let rates: [Rate]

  /// - Parameter rates: in the order of the file.
  package init(_ rates: [Rate] = []) {
    self.rates = PriceScope.sorted(rates) {
      PriceScope(site: $0.site, cluster: $0.cluster, subject: $0.storageClass, from: $0.from)
    }
  }

  /// The rate of a class on a billing day, nil where none fits.
  ///
  /// - Complexity: O(number of rates).
  package func rate(
    site: String, cluster: String, storageClass: String, day: CivilDate
  ) -> Rate? {
    rates.first { rate in
      rate.site?.matches(site) ?? true && rate.cluster?.matches(cluster) ?? true
        && rate.storageClass?.matches(storageClass) ?? true
        && day.isWithin(rate.from, rate.to)
    }
  }

  /// The rate of a pool on a billing day, nil where none fits.
  func rate(of pool: PoolKey, day: CivilDate) -> Rate? {
    rate(site: pool.site, cluster: pool.cluster, storageClass: pool.gpuModel, day: day)
  }
}

extension StorageRates.Counted {
  /// What counts of an amount.
  ///
  /// - Unit: byte-hours.
  func byteHours(of amount: StorageAmount) -> Int64 {
    switch self {
    case .provisioned: amount.provisioned
    case .replicated: amount.replicated
    }
  }
}

extension CostItem {
  /// Storage at a rate.
  init(rate: StorageRates.Rate) {
    let span = rate.span == .hour ? "hour" : "month"
    let each = rate.counted == .replicated ? " of each replica" : ""
    self.init(
      kind: .rate, name: "\(rate.perGibibyte) per GiB-\(span)\(each)",
      currency: rate.perGibibyte.currency)
  }
}

extension CostUnit {
  /// Picos of a GiB's price times byte-hours.
  ///
  /// - Parameter hours: how long the month is.
  static func picoByteHours(_ span: StorageRates.Span, hours: Int64) -> CostUnit {
    CostUnit(
      factor: 1, divisor: StorageTime.gibibyte * (span == .hour ? 1 : Int128(hours)))
  }
}
