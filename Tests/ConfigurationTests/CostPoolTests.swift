import Configuration
import Quantities
import Testing

@Suite struct CostPoolTests {
  private static let start = """
    currency: KRW
    sites: [{ name: pangyo, kind: on-prem }]
    exchange_rates: [{ month: 2026-10, currency: USD, rate: 1385 }]
    inventory: [{ site: pangyo, cluster: train, hosts: "h[1-5]", gpus: 8, gpu_model: m }]
    cost_pools:

    """

  private static func pool(_ more: String) -> String {
    start + "- { name: p, site: pangyo, cluster: train, \(more) }"
  }

  private static func cost(_ more: String) -> String {
    pool("costs: [{ name: c, kind: hosting, \(more) }]")
  }

  private static func power(_ more: String) -> String {
    pool("power: { pue: 1, nameplate_watts_per_gpu: 700, \(more) }")
  }

  private static let amount = "with 15 digits and 12 decimals at most"
  private static let at = "c.yaml:6: cost_pools[0]"

  static let pools: [WrongText] = [
    WrongText(
      start + "- { name: p, site: pangio, cluster: trian, recovery: fully, gpu_modle: x,\n"
        + "    from: 2026-02-01, to: 2026-01-01 }\n- { costs: [] }\n"
        + "- { name: p, site: '*', power: {} }",
      "\(at).gpu_modle: unknown key; did you mean 'gpu_model'?",
      "\(at).site: there is no site 'pangio'; did you mean 'pangyo'?",
      "\(at).cluster: there is no cluster 'trian'; did you mean 'train'?",
      "\(at).recovery: found 'fully'; expected one of full, rate-card",
      "\(at).hardware: missing; expected what is paid for the pool: hardware, costs or power",
      "c.yaml:7: cost_pools[0].to: the span from 2026-02-01 to 2026-01-01 holds no day; "
        + "expected a start before the end",
      "c.yaml:8: cost_pools[1].name: missing; expected a name for the pool",
      "c.yaml:8: cost_pools[1].site: missing; "
        + "expected the name of one of the sites, or a pattern",
      "c.yaml:9: cost_pools[2].name: 'p' is already the name of the one on line 6; "
        + "names must differ",
      "c.yaml:9: cost_pools[2].power.pue: missing; "
        + "expected the building's energy for 1 of the hosts', from 1 to 10, such as 1.35",
      "c.yaml:9: cost_pools[2].power.nameplate_watts_per_gpu: missing; "
        + "expected the watts of a GPU whose energy nobody measured, 0 to 100000",
      "c.yaml:9: cost_pools[2].power.tariffs: missing; "
        + "expected a list of tariffs, such as [{ per_kwh: \"120.5\" }]"),
    WrongText(
      pool(
        "hardware: [{ name: h, price: 4e9, currency: EUR, in_service: 9999-01-01,\n"
          + "  useful_life_months: 60.5, residual: -1 }, { name: h, price: 5, residual: 6,\n"
          + "  in_service: 2026-01-01, useful_life_months: 1201, life: 1 }, {}]"),
      "\(at).hardware[0].currency: found EUR, but amounts are reported in KRW and there is no rate "
        + "of exchange of EUR; add one a month to 'exchange_rates', or give it in KRW",
      "\(at).hardware[0].price: found '4e9'; expected an amount such as \"4000000000\", \(amount)",
      "\(at).hardware[0].in_service: found '9999-01-01'; expected a day such as 2026-11-23",
      "c.yaml:7: cost_pools[0].hardware[0].residual: found '-1'; "
        + "expected an amount such as \"400000000\", \(amount)",
      "c.yaml:7: cost_pools[0].hardware[0].useful_life_months: found '60.5'; "
        + "expected a whole number of months, 1 to 1200",
      "c.yaml:7: cost_pools[0].hardware[1].name: 'h' is already the name of the one on line 6; "
        + "names must differ",
      "c.yaml:7: cost_pools[0].hardware[1].residual: found '6'; expected no more than the price",
      "c.yaml:8: cost_pools[0].hardware[1].life: unknown key; valid keys here are name, price, "
        + "currency, in_service, useful_life_months, residual",
      "c.yaml:8: cost_pools[0].hardware[1].useful_life_months: found '1201'; "
        + "expected a whole number of months, 1 to 1200",
      "c.yaml:8: cost_pools[0].hardware[2].name: missing; "
        + "expected a name for what was bought",
      "c.yaml:8: cost_pools[0].hardware[2].price: missing; "
        + "expected an amount such as \"4000000000\", \(amount)",
      "c.yaml:8: cost_pools[0].hardware[2].in_service: missing; "
        + "expected a day such as 2026-11-23",
      "c.yaml:8: cost_pools[0].hardware[2].useful_life_months: missing; "
        + "expected a whole number of months, 1 to 1200"),
  ]

  static let costs: [WrongText] = [
    WrongText(
      cost("per_host: 1"),
      "\(at).costs[0].per_host: unknown key; valid keys here are name, kind, per_host_hour, "
        + "per_host_month, per_host_year, per_gpu_hour, per_gpu_month, per_gpu_year, "
        + "per_core_hour, per_core_month, per_core_year, per_rack_hour, per_rack_month, "
        + "per_rack_year, flat_month, flat_year, hosts, gpus, cores, racks, currency, from, to",
      "\(at).costs[0].flat_month: missing; expected one amount, whose key names its unit: "
        + "per_host, per_gpu, per_core or per_rack with _hour, _month or _year, or flat_month or "
        + "flat_year"),
    WrongText(
      cost("per_host_monht: 1, flat_year: 1"),
      "\(at).costs[0].per_host_monht: unknown key; did you mean 'per_host_month'?"),
    WrongText(
      cost("per_host_month: 1, per_host_hour: 1"),
      "\(at).costs[0].per_host_month: cannot be used together with 'per_host_hour'; "
        + "keep one of them"),
    WrongText(
      cost("per_rack_month: '1,200', racks: 1.5"),
      "\(at).costs[0].per_rack_month: found '1,200'; expected an amount such as 1200000, \(amount)",
      "\(at).costs[0].racks: found '1.5'; expected a whole number, 0 to 10000000"),
    WrongText(
      cost("per_rack_month: 1"),
      "\(at).costs[0].racks: missing; expected how many racks 'per_rack_month' is paid for"),
    WrongText(
      cost("per_rack_month: 1, racks: 2, hosts: 3"),
      "\(at).costs[0].hosts: is not what 'per_rack_month' is paid for; expected 'racks'"),
    WrongText(
      cost("flat_month: 1, gpus: 2"),
      "\(at).costs[0].gpus: 'flat_month' is one amount for all; take the number away"),
    WrongText(
      pool("gpu_model: other, costs: [{ name: a, kind: license, per_host_year: 1 }, {}]"),
      "\(at).costs[0].kind: found 'license'; "
        + "expected one of hosting, licence, support, staff, storage, network, other",
      "\(at).costs[0].hosts: missing; expected how many hosts 'per_host_year' is paid for, as the "
        + "inventory has no host of this pool",
      "\(at).costs[1].name: missing; expected a name for what is paid",
      "\(at).costs[1].kind: missing; "
        + "expected one of hosting, licence, support, staff, storage, network, other",
      "\(at).costs[1].flat_month: missing; expected one amount, whose key names its unit: "
        + "per_host, per_gpu, per_core or per_rack with _hour, _month or _year, or flat_month or "
        + "flat_year"),
  ]

  private static let hours =
    "expected a span of full hours such as 09:00-18:00, or 22:00-06:00 past midnight"

  static let powers: [WrongText] = [
    WrongText(
      pool(
        "power: { pue: 0.9, nameplate_watts_per_gpu: -1, currency: KRW, tarifs: [], tariffs: [{}]}"
      ),
      "\(at).power.tarifs: unknown key; did you mean 'tariffs'?",
      "\(at).power.pue: found '0.9'; "
        + "expected the building's energy for 1 of the hosts', from 1 to 10, such as 1.35",
      "\(at).power.nameplate_watts_per_gpu: found '-1'; "
        + "expected the watts of a GPU whose energy nobody measured, 0 to 100000",
      "\(at).power.tariffs[0].per_kwh: missing; "
        + "expected an amount such as \"120.5\", \(amount)"),
    WrongText(
      power("tariffs: [{ per_kwh: 1, weekdays: [mon, tues], hours: \"9-18\" }]"),
      "\(at).power.tariffs[0].weekdays[1]: there is no day 'tues'; did you mean 'tue'?",
      "\(at).power.tariffs[0].hours: found '9-18'; \(hours)"),
    WrongText(
      power(
        "tariffs: [{ per_kwh: 1, weekdays: [], hours: \"09:30-18:00\" },\n"
          + "{ per_kwh: 1, hours: \"18:00-18:00\" }, { per_kwh: 1, hours: \"24:00-01:00\" },\n"
          + "{ per_kwh: 1, hours: \"01:00-25:00\", from: 2026-01-01, to: 2026-01-01 }]"),
      "\(at).power.tariffs[0].weekdays: found ''; "
        + "expected days of the week: mon, tue, wed, thu, fri, sat, sun",
      "\(at).power.tariffs[0].hours: found '09:30-18:00'; \(hours)",
      "c.yaml:7: cost_pools[0].power.tariffs[1].hours: found '18:00-18:00'; \(hours)",
      "c.yaml:7: cost_pools[0].power.tariffs[2].hours: found '24:00-01:00'; \(hours)",
      "c.yaml:8: cost_pools[0].power.tariffs[3].hours: found '01:00-25:00'; \(hours)",
      "c.yaml:8: cost_pools[0].power.tariffs[3].to: the span from 2026-01-01 to 2026-01-01 holds "
        + "no day; expected a start before the end"),
  ]

  @Test(arguments: pools + costs + powers)
  func `each problem of a cost pool is told with its place and what to do`(wrong: WrongText) {
    expect(wrong.told) { try ConfigurationLoader.parse(wrong.text, file: "c.yaml") }
  }

  @Test func `a cost pool is read as it is written`() throws {
    let text =
      Self.start + """
        - name: h100
          site: pangyo
          gpu_model: "NVIDIA H100*"
          recovery: rate-card
          hardware:
            - { name: b1, price: "4000000000.5", in_service: 2025-01-31, useful_life_months: 60 }
          costs:
            - { name: Rancher Prime, kind: licence, per_host_year: "2000", hosts: 40,
                currency: USD, from: 2026-01-01 }
            - { name: operators, kind: staff, flat_month: 1 }
        - { name: all, site: "*", costs: [{ name: l, kind: licence, per_gpu_hour: 1 }] }
        """
    let pools = try ConfigurationLoader.parse(text, file: "c.yaml").costPools
    #expect(pools.map(\.name) == ["h100", "all"])
    #expect(pools[0].recovery == .rateCard && pools[1].recovery == .full)
    #expect(pools[0].hardware[0].price.description == "4000000000.5 KRW")
    #expect(pools[0].hardware[0].residual.picos == 0)
    let licence = pools[0].costs[0]
    #expect(licence.amount.description == "2000 USD" && licence.count == 40)
    #expect(licence.unit == .host && licence.span == .year && licence.kind == .licence)
    #expect(pools[0].costs[1].unit == nil && pools[0].costs[1].span == .month)
    #expect(pools[1].costs[0].unit == .gpu && pools[1].costs[0].count == nil)
  }

  @Test(arguments: [
    ("09:00-18:00", 9..<18, 0..<0), ("22:00-06:00", 22..<24, 0..<6), ("00:00-24:00", 0..<24, 0..<0),
    ("23:00-00:00", 23..<24, 0..<0), ("08:00 - 09:00", 8..<9, 0..<0),
  ])
  func `hours of a tariff may go past midnight`(
    text: String, one: Range<Int>, other: Range<Int>
  ) throws {
    let tariffs = "tariffs: [{ per_kwh: \"120.5\", weekdays: sat, hours: \"\(text)\" }]"
    let configuration = try ConfigurationLoader.parse(Self.power(tariffs), file: "c.yaml")
    let power = try #require(configuration.costPools.first?.power)
    #expect(power.tariffs[0].hours == Set(one).union(other))
    #expect(power.tariffs[0].weekdays == [.saturday])
    #expect(power.tariffs[0].perKilowattHour.description == "120.5 KRW")
    #expect(power.pueMillionths == 1_000_000 && power.nameplateWattsPerGPU == 700)
  }
}
