import Quantities

/// What a GiB of storage costs over time.
package struct StorageRate: Hashable, Sendable {
  /// What an amount pays for.
  package enum Span: String, CaseIterable, Sendable { case hour, month }
  /// Which bytes are charged for.
  package enum Counted: String, CaseIterable, Sendable {
    /// What was asked for.
    case provisioned
    /// The same for each replica.
    case replicated
  }

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

extension Configuration {
  /// Whether anything says what storage costs.
  package var pricesStorage: Bool {
    !storageRates.isEmpty || costPools.contains { $0.resource == .storage }
  }
}

/// Reading `storage_rates`.
extension ConfigurationReader {
  private static let storageRateKeys = [
    "site", "cluster", "storage_class", "per_gib_month", "per_gib_hour", "counts", "replicas",
    "currency", "from", "to",
  ]
  private static let replicasMax = 20

  /// The rates in the order of the file; none where the currency is not known.
  func readStorageRates(_ money: MoneyReading) -> [StorageRate] {
    root.sections("storage_rates", valid: Self.storageRateKeys).compactMap { section in
      let site = pattern("site", in: section)
      checkSite(site, known: money.sites, in: section)
      let currency = readCurrency(in: section, money)
      let from = readDay("from", in: section)
      let to = readDay("to", in: section)
      checkSpan(from, to, key: "to", in: section)
      let counted = section.choice("counts", StorageRate.Counted.self)
      let replicas = section.value(
        "replicas", expected: "a whole number, 1 to \(Self.replicasMax)"
      ) { Self.whole($0, in: 1...Self.replicasMax) }
      let price = readPrice(of: section)
      guard let price, let currency else { return nil }
      return StorageRate(
        site: site, cluster: pattern("cluster", in: section),
        storageClass: pattern("storage_class", in: section),
        perGibibyte: Money(picos: price.picos, currency: currency), span: price.span,
        counted: counted ?? .provisioned, replicas: replicas, from: from, to: to)
    }
  }

  /// The one amount, whose key tells what it pays for.
  private func readPrice(of section: Section) -> (picos: Int128, span: StorageRate.Span)? {
    let expected = "a price such as 50 or \"0.10\", with 9 digits and 12 decimals at most"
    let given = StorageRate.Span.allCases.filter { section.has("per_gib_\($0.rawValue)") }
    guard let span = given.first else {
      section.tell(
        .missingKey(expected: "per_gib_month or per_gib_hour, \(expected)"), of: "per_gib_month")
      return nil
    }
    for other in given.dropFirst() {
      section.tell(.conflict(with: "per_gib_\(span.rawValue)"), of: "per_gib_\(other.rawValue)")
    }
    let picos = section.value("per_gib_\(span.rawValue)", expected: expected) { text -> Int128? in
      Decimals.parse(text, places: 12, wholeDigitsMax: 9).flatMap { $0 >= 0 ? $0 : nil }
    }
    return picos.map { ($0, span) }
  }

  /// The sources, of which those of Prometheus ask for volumes where anything prices them and the
  /// file doesn't say otherwise.
  func askingForStorage(
    _ sources: [Source], rates: [StorageRate], costPools: [CostPoolEntry]
  ) -> [Source] {
    sources.map { source in
      guard case .prometheus(var prometheus) = source.kind, prometheus.hasStorage == nil else {
        return source
      }
      let places =
        rates.map { ($0.site, $0.cluster) }
        + costPools.filter { $0.resource == .storage }.map { ($0.site, $0.cluster) }
      let isPriced = places.contains { site, cluster in
        site?.matches(source.site) ?? true && cluster?.matches(source.cluster) ?? true
      }
      guard isPriced else { return source }
      prometheus.hasStorage = true
      var result = source
      result.kind = .prometheus(prometheus)
      return result
    }
  }
}
