import Testing

@testable import Configuration

/// What of a configuration is kept with the months that were priced with it.
@Suite struct KeptConfigurationTests {
  private static let text = """
    store: /var/lib/gputally/store.sqlite
    time_zone: Asia/Seoul
    currency: KRW
    metrics_file: /var/lib/node_exporter/gputally.prom
    sites: [{ name: 판교, kind: on-prem }, { name: b, kind: private-cloud }]
    sources:
      - name: p
        type: prometheus
        site: 판교
        cluster: train
        url: http://prometheus.internal:9090
        basic_auth: { username: reader, password_file: /etc/secret/password }
        headers: { X-Scope-OrgID: hidden-tenant }
      - { name: loose, type: dcgm-exporter, site: b, cluster: lab, targets: ["10.0.0.5:9400"] }
    inventory: &hosts
      - { site: b, cluster: lab, hosts: "l[1-3]", gpus: 8, gpu_model: "NVIDIA A100", owner: null }
    inventory_file: lists/hosts.csv
    teams: # the token of the wiki is hunter2
      - { name: "yes", cost_center: "0123", match: [{ namespace: "a-*" }, { "label:team": x }] }
    rates:
      - &rate { gpu_model: "NVIDIA H100*", per_gpu_hour: "3250.10", from: 2026-01-01 }
      - { <<: *rate, per_gpu_hour: "1e", to: 2025-01-01 }
    exchange_rates: fx.csv
    cost_pools:
      - name: owned
        site: 판교
        cluster: train
        hardware:
          - { name: batch 1, price: "1000.5", currency: USD, in_service: 2025-01-01,
              useful_life_months: 60 }
    policies: { unallocated: keep, platform: infra }
    retention: { samples: 400d }
    """.replacing("\"1e\"", with: "\"1.50\"").replacing("{ <<: *rate, ", with: "{ ")

  private static let hosts = """
    site,cluster,hosts,gpus,gpu_model,owner,in_service,retired
    판교,train,"gpu[001-003]",8,"NVIDIA H100, 80GB ",인프라,2026-01-01,
    """

  private static let rates = "month,currency,rate\n2026-10,USD,1385.50\n"

  private static func parse(_ text: String, hosts: String) throws -> Configuration {
    try ConfigurationLoader.parse(text, file: "etc/gputally.yaml") { path in
      #expect(["etc/lists/hosts.csv", "etc/fx.csv"].contains(path))
      return path == "etc/fx.csv" ? rates : hosts
    }
  }

  private static func kept(_ text: String, hosts: String) throws -> KeptConfiguration {
    try KeptConfiguration(of: text, file: "etc/gputally.yaml") {
      $0 == "etc/fx.csv" ? rates : hosts
    }
  }

  @Test(arguments: [
    hosts, hosts + "\n", "\u{feff}" + hosts + "\r\n\r\n", hosts + "\n\n\n",
    hosts.replacing("\n", with: "\r\n"),
  ])
  func `what is kept prices as the file did, from its own text alone`(hosts: String) throws {
    let original = try Self.parse(Self.text, hosts: hosts)
    let text = try Self.kept(Self.text, hosts: hosts).text
    let again = try KeptConfiguration(text: text).configuration(named: "2026-10")
    #expect(again.moneyFingerprint == original.moneyFingerprint)
    #expect(again.inventory == original.inventory && again.inventory.count == 2)
    #expect(again.teams == original.teams && again.policies == original.policies)
    #expect(again.rates.map(\.perGPUHour) == original.rates.map(\.perGPUHour))
    #expect(again.exchangeRates == original.exchangeRates && again.exchangeRates.count == 1)
    #expect(again.costPools.map(\.name) == ["owned"])
    #expect(again.sources.map(\.name) == ["p", "loose"])
    #expect(again.sources.map(\.site) == ["판교", "b"])
    #expect(again.sources.map(\.cluster) == ["train", "lab"])
  }

  @Test func `what only collecting needs, and remarks, are cut out`() throws {
    let text = try Self.kept(Self.text, hosts: Self.hosts).text
    for word in [
      "internal", "reader", "secret", "hidden", "10.0.0.5", "hunter2", "sqlite", "retention",
      "node_exporter", "url",
    ] {
      #expect(!text.contains(word), "\(word)")
    }
    #expect(text.contains("판교,train,\"gpu[001-003]\",8,\"NVIDIA H100, 80GB \",인프라,2026-01-01,\n"))
  }

  @Test func `every key is kept, or is known not to matter to money`() {
    let others = [
      "store", "idle", "sources", "exports", "metrics_file", "retention", "budgets", "journal",
      // Bills are read with them, and what was read is stored.
      "instance_types",
    ]
    #expect(
      ConfigurationReader.keys.filter { key in
        !KeptConfiguration.keys.contains(key) && !others.contains(key)
      } == [])
  }

  @Test func `a file that is written in one line is kept as well`() throws {
    let text = "{ currency: USD, sites: [], store: x, rates: [{ per_gpu_hour: 2 }] }"
    let again = try KeptConfiguration(of: text, file: "c.yaml") { _ in "" }
      .configuration(named: "2026-10")
    #expect(
      try again.moneyFingerprint
        == ConfigurationLoader.parse(text, file: "c.yaml").moneyFingerprint)
  }

  @Test func `a text that was damaged is told with its name`() throws {
    let error = #expect(throws: ConfigurationError.self) {
      try KeptConfiguration(text: "files: {}\n").configuration(
        named: "what 2026-10 was closed with")
    }
    #expect(
      error?.description
        == "what 2026-10 was closed with:1: this is not YAML: the key 'configuration' is missing")
  }
}
