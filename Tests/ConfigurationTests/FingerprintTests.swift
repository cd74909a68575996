import Configuration
import Testing

@Suite struct FingerprintTests {
  private static let base = """
    currency: KRW
    time_zone: Asia/Seoul
    sites: [{ name: a, kind: on-prem }]
    sources: [{ name: p, type: prometheus, site: a, cluster: c, url: http://h,
      scrape_interval: 30s }]
    inventory: [{ site: a, cluster: c, hosts: "h[1-2]", gpus: 8, gpu_model: m,
      owner: o, in_service: 2026-01-01 }]
    teams: [{ name: t, match: [{ namespace: n, user: u }] }, { name: v, match: [{ user: u }] }]
    rates: [{ per_gpu_hour: "3250" }, { gpu_model: m, per_gpu_hour: 1 }]
    policies: { unallocated: even }
    """
  private static let pools = """
    \(base)
    exchange_rates: [{ month: 2026-10, currency: USD, rate: 1385 },
      { month: 2026-11, currency: USD, rate: 1390 }]
    cost_pools:
      - { name: p, site: a, hardware: [{ name: b, price: 40, in_service: 2026-01-01,
          useful_life_months: 60, residual: 4 }],
          costs: [{ name: l, kind: licence, per_host_year: 2, currency: USD }],
          power: { pue: 1.35, nameplate_watts_per_gpu: 700, tariffs: [
            { per_kwh: 90, weekdays: [mon, tue], hours: "22:00-06:00" }, { per_kwh: 120 }] } }
    """

  @Test(arguments: [
    ("rate: 1385", "rate: 1386", true), ("month: 2026-11", "month: 2026-12", true),
    ("site: a, hardware", "site: \"*\", hardware", true), ("price: 40", "price: 41", true),
    ("residual: 4", "residual: 3", true), ("months: 60", "months: 61", true),
    ("_year: 2", "_month: 2", true), ("_year: 2", "_year: 2, hosts: 2", true),
    ("currency: USD }]", "currency: USD, from: 2026-02-01 }]", true),
    ("kind: licence", "kind: support", true), ("pue: 1.35", "pue: 1.36", true),
    ("gpu: 700", "gpu: 600", true), ("per_kwh: 90", "per_kwh: 91", true),
    ("[mon, tue]", "[mon]", true), ("22:00", "21:00", true), ("gpus: 8", "gpus: 4", true),
    ("name: p, site", "name: p, recovery: rate-card, site", true),
    ("name: p, site", "name: p, recovery: full, site", false),
    ("price: 40", "price: \"40.00\"", false), ("[mon, tue]", "[tue, mon]", false),
    ("rate: 1385 },\n  { month: 2026-11", "rate: 1385.0 },\n  { month: 2026-11", false),
  ])
  func `what a pool costs is part of the money`(old: String, new: String, isChanged: Bool) throws {
    let text = Self.pools.replacing("\n      { month", with: "\n  { month")
    #expect(text.contains(old))
    let before = try prints(text)
    let after = try prints(text.replacing(old, with: new, maxReplacements: 1))
    #expect((before[1] != after[1]) == isChanged)
    #expect((before[0] != after[0]) == old.hasPrefix("gpus"))
  }

  private func prints(_ text: String) throws -> [String] {
    let configuration = try ConfigurationLoader.parse(text, file: "c.yaml")
    return [configuration.stateFingerprint, configuration.moneyFingerprint]
  }

  @Test(arguments: [
    ("in_service: 2026-01-01", "in_service: 2026-01-02", true, false),
    ("gpus: 8", "gpus: 4", true, false),
    ("scrape_interval: 30s", "scrape_interval: 15s", true, false),
    ("policies:", "idle: { below_percent: 6 }\npolicies:", true, false),
    ("Asia/Seoul", "UTC", true, true), ("h[1-2]", "h[1-3]", true, true),
    ("owner: o", "owner: q", false, true),
    ("gpus: 8, gpu_model: m", "gpus: 8, gpu_model: mm", false, true),
    ("KRW", "USD", false, true), ("kind: on-prem", "kind: private-cloud", false, true),
    ("\"3250\"", "\"3250.1\"", false, true),
    ("name: v,", "name: v, from: 2026-01-01,", false, true),
    ("name: v,", "name: v, to: 2026-01-01,", false, true),
    ("name: v,", "name: v, aliases: [w],", false, true),
    ("unallocated: even", "unallocated: keep", false, true),
    ("unallocated: even", "unallocated: even, unknown: keep", false, true),
    ("unallocated: even", "unallocated: even, borrowed: { owner_percent: 1 }", false, true),
    ("unallocated: even", "unallocated: even, from: 2026-01-01", false, true),
    ("unallocated: even", "unallocated: even, site: a", false, true),
    ("{ user: u }] }]", "{ user: w }] }]", false, true), ("name: t", "name: tt", false, true),
    (
      "{ name: t, match: [{ namespace: n, user: u }] }, { name: v, match: [{ user: u }] }",
      "{ name: v, match: [{ user: u }] }, { name: t, match: [{ namespace: n, user: u }] }", false,
      true
    ),
    ("\"3250\"", "3250.00", false, false), ("h[1-2]", "h2,h1", false, false),
    ("url: http://h", "url: http://g", false, false),
    ("policies:", "retention: { samples: 400d }\npolicies:", false, false),
    ("currency", "# more\ncurrency", false, false),
    ("namespace: n, user: u", "user: u, namespace: n", false, false),
  ])
  func `a change changes the fingerprints of what depends on it`(
    old: String, new: String, isStateChanged: Bool, isMoneyChanged: Bool
  ) throws {
    #expect(Self.base.contains(old))
    let before = try prints(Self.base)
    let after = try prints(Self.base.replacing(old, with: new, maxReplacements: 1))
    #expect((before[0] != after[0]) == isStateChanged)
    #expect((before[1] != after[1]) == isMoneyChanged)
    #expect(before.allSatisfy { $0.count == 16 })
  }
}
