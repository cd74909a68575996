import Configuration
import Quantities
import Testing

@Suite struct StorageRateTests {
  private static let start = """
    currency: KRW
    sites: [{ name: pangyo, kind: on-prem }, { name: daejeon, kind: on-prem }]
    sources:
      - { name: a, type: prometheus, site: pangyo, cluster: train, url: "http://x" }
      - { name: b, type: prometheus, site: daejeon, cluster: train, url: "http://y" }
      - { name: c, type: prometheus, site: daejeon, cluster: lab, url: "http://z", storage: true }
      - { name: d, type: prometheus, site: pangyo, cluster: lab, url: "http://z", storage: false }

    """

  private static func asked(_ text: String) throws -> [String] {
    try ConfigurationLoader.parse(start + text, file: "c.yaml").sources.compactMap { source in
      guard case .prometheus(let prometheus) = source.kind else { return nil }
      return prometheus.hasStorage ?? false ? source.name : nil
    }
  }

  @Test func `rates of storage are read in the order of the file`() throws {
    let configuration = try ConfigurationLoader.parse(
      Self.start + """
        storage_rates:
          - { site: pangyo, cluster: train, storage_class: "longhorn*", per_gib_month: "50",
              counts: replicated, replicas: 3, from: 2026-01-01, to: 2027-01-01 }
          - { per_gib_hour: "0.000000000001" }
        """, file: "c.yaml")
    let won = try #require(Currency("KRW"))
    #expect(
      configuration.storageRates == [
        StorageRate(
          site: "pangyo", cluster: "train", storageClass: "longhorn*",
          perGibibyte: Money(picos: 50 * Money.picosPerUnit, currency: won), span: .month,
          counted: .replicated, replicas: 3, from: CivilDate("2026-01-01"),
          to: CivilDate("2027-01-01")),
        StorageRate(perGibibyte: Money(picos: 1, currency: won), span: .hour),
      ])
    #expect(configuration.pricesStorage)
  }

  @Test func `volumes are asked for where they are priced, or where the source says so`() throws {
    #expect(try Self.asked("") == ["c"])
    #expect(try Self.asked("storage_rates: [{ per_gib_hour: 1 }]") == ["a", "b", "c"])
    #expect(
      try Self.asked("storage_rates: [{ site: \"pang*\", cluster: train, per_gib_hour: 1 }]")
        == ["a", "c"])
    let pool =
      "cost_pools: [{ name: p, site: daejeon, costs: [{ name: c, kind: other, flat_month: 1 }]"
    #expect(try Self.asked(pool + " }]") == ["c"])
    #expect(try Self.asked(pool + ", resource: storage }]") == ["b", "c"])
  }

  static let wrong: [WrongText] = [
    WrongText(
      start + "storage_rates: [{ site: pangio, per_gib_hour: 1e3, counts: all, replicas: 0 },\n"
        + "  { per_gib_month: 1, per_gib_hour: 1, storage_clas: x }, { currency: USD,\n"
        + "  from: 2026-02-01, to: 2026-01-01 }]",
      "c.yaml:8: storage_rates[0].site: there is no site 'pangio'; did you mean 'pangyo'?",
      "c.yaml:8: storage_rates[0].counts: found 'all'; expected one of provisioned, replicated",
      "c.yaml:8: storage_rates[0].replicas: found '0'; expected a whole number, 1 to 20",
      "c.yaml:8: storage_rates[0].per_gib_hour: found '1e3'; expected a price such as 50 or "
        + "\"0.10\", with 9 digits and 12 decimals at most",
      "c.yaml:9: storage_rates[1].storage_clas: unknown key; did you mean 'storage_class'?",
      "c.yaml:9: storage_rates[1].per_gib_month: cannot be used together with 'per_gib_hour'; "
        + "keep one of them",
      "c.yaml:9: storage_rates[2].currency: found USD, but amounts are reported in KRW and there is "
        + "no rate of exchange of USD; add one a month to 'exchange_rates', or give it in KRW",
      "c.yaml:9: storage_rates[2].per_gib_month: missing; expected per_gib_month or per_gib_hour, "
        + "a price such as 50 or \"0.10\", with 9 digits and 12 decimals at most",
      "c.yaml:10: storage_rates[2].to: the span from 2026-02-01 to 2026-01-01 holds no day; "
        + "expected a start before the end"),
    WrongText(
      start + "cost_pools:\n- { name: p, site: pangyo, resource: storage, gpu_model: x,\n"
        + "  power: { pue: 1, nameplate_watts_per_gpu: 1, tariffs: [{ per_kwh: 1 }] } }\n"
        + "- { name: q, site: pangyo, storage_class: x, resource: disk, costs: [] }",
      "c.yaml:9: cost_pools[0].gpu_model: cannot be used together with 'resource: storage'; keep "
        + "one of them",
      "c.yaml:10: cost_pools[0].power: cannot be used together with 'resource: storage'; keep "
        + "one of them",
      "c.yaml:11: cost_pools[1].resource: found 'disk'; expected one of gpu, storage",
      "c.yaml:11: cost_pools[1].storage_class: needs 'resource: storage' as well"),
    WrongText(
      start + "teams: [{ name: unclaimed }]",
      "c.yaml:8: teams[0].name: 'unclaimed' is a name that gputally itself uses; choose another one"
    ),
  ]

  @Test(arguments: wrong)
  func `wrong rates and pools of storage are refused`(wrong: WrongText) {
    expect(wrong.told) { try ConfigurationLoader.parse(wrong.text, file: "c.yaml") }
  }

  @Test func `what storage costs is part of what money depends on, and is kept`() throws {
    func fingerprint(_ text: String) throws -> String {
      try ConfigurationLoader.parse(Self.start + text, file: "c.yaml").moneyFingerprint
    }
    let texts = [
      "", "storage_rates: [{ per_gib_hour: 1 }]", "storage_rates: [{ per_gib_month: 1 }]",
      "storage_rates: [{ per_gib_hour: 1, counts: replicated }]",
      "storage_rates: [{ per_gib_hour: 1, replicas: 3 }]",
      "storage_rates: [{ per_gib_hour: 1, storage_class: x }]",
    ]
    #expect(try Set(texts.map(fingerprint)).count == texts.count)
    let kept = try KeptConfiguration(of: Self.start + texts[4], file: "c.yaml") { _ in "" }
    #expect(
      try kept.configuration(named: "kept").moneyFingerprint == fingerprint(texts[4]))
  }
}
