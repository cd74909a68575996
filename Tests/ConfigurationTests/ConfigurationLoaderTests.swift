import Configuration
import Foundation
import Quantities
import Testing

@Suite struct ConfigurationLoaderTests {
  static let complete = """
    store: data/gputally.sqlite
    time_zone: Asia/Seoul
    currency: KRW
    idle: { below_percent: 2.5 }
    sites:
      - { name: pangyo, kind: on-prem }
      - { name: aws, kind: public-cloud }
    sources:
      - name: train-prometheus
        type: prometheus
        site: pangyo
        cluster: train
        url: http://127.0.0.1:9090/
        scrape_interval: 1m30s
        protocol: query
        replica_labels: [replica]
        matchers: 'namespace="ml",job!~"x\\".*"'
        basic_auth: { username: gputally, password_file: secrets/password }
        tls_config: { ca_file: /ca.pem, server_name: prom, insecure_skip_verify: true }
        headers: { X-Scope-OrgID: ml }
      - { name: loose, type: dcgm-exporter, site: pangyo, cluster: lab, targets: ["10.0.0.5:9400"] }
    inventory:
      - { site: pangyo, cluster: train, hosts: "gpu[08-10]", gpus: 8, gpu_model: NVIDIA H100,
          owner: platform, in_service: 2025-01-01 }
    inventory_file: hosts.csv
    teams:
      - { name: perception, cost_center: CC-100, match: [{ namespace: "p-*" }, { "label:team": p }]}
    rates:
      - { site: pangyo, gpu_model: "NVIDIA H100*", per_gpu_hour: 3250, from: 2026-01-01 }
      - { per_gpu_hour: "0.000000000001", currency: KRW, to: 2026-02-01 }
    policies: { unallocated: even, platform: infra }
    exports: { directory: ./out }
    metrics_file: /var/lib/gputally.prom
    """

  private func loaded() throws -> Configuration {
    try ConfigurationLoader.parse(Self.complete, file: "/etc/g/gputally.yaml") { path in
      #expect(path == "/etc/g/hosts.csv")
      return "site,cluster,host,gpus,gpu_model\r\naws,x,\"n1,n[2-3]\",4,\"A, \"\"B\"\"\"\r\n"
    }
  }

  @Test func `paths are seen from the folder of the file`() throws {
    let configuration = try loaded()
    #expect(configuration.store == "/etc/g/data/gputally.sqlite")
    #expect(configuration.exportDirectory == "/etc/g/out")
    #expect(configuration.metricsFile == "/var/lib/gputally.prom")
    #expect(configuration.file == "/etc/g/gputally.yaml")
  }

  @Test func `a complete file is read as it is written`() throws {
    let configuration = try loaded()
    let won = try #require(Currency("KRW"))
    #expect(configuration.calendar.zone == "Asia/Seoul")
    #expect(configuration.currency == won)
    #expect(configuration.idle == IdleRule(belowPartsPerMillion: 25_000))
    #expect(
      configuration.sites
        == [Site(name: "pangyo", kind: .onPrem), Site(name: "aws", kind: .publicCloud)])
    #expect(configuration.policies == [PolicyRule(unallocated: .even, platform: "infra")])
    #expect(
      configuration.teams == [
        TeamRule(
          name: "perception", costCenter: "CC-100",
          matches: [["namespace": "p-*"], ["label:team": "p"]])
      ])
    #expect(
      configuration.rates == [
        Rate(
          site: "pangyo", gpuModel: "NVIDIA H100*",
          perGPUHour: Money(picos: 3_250 * Money.picosPerUnit, currency: won),
          from: CivilDate("2026-01-01"), line: 29),
        Rate(
          perGPUHour: Money(picos: 1, currency: won), to: CivilDate("2026-02-01"), line: 30),
      ])
  }

  @Test func `sources are read with how to reach them`() throws {
    let sources = try loaded().sources
    let connection = Connection(
      basicAuth: .init(username: "gputally", passwordFile: "/etc/g/secrets/password"),
      tls: .init(caFile: "/ca.pem", serverName: "prom", insecureSkipVerify: true),
      headers: ["X-Scope-OrgID": "ml"])
    let prometheus = PrometheusSource(
      url: "http://127.0.0.1:9090", scrapeInterval: 90_000, protocolChoice: .query,
      replicaLabels: ["replica"], matchers: #"namespace="ml",job!~"x\".*""#)
    #expect(
      sources == [
        Source(
          name: "train-prometheus", site: "pangyo", cluster: "train", line: 9,
          connection: connection, kind: .prometheus(prometheus)),
        Source(
          name: "loose", site: "pangyo", cluster: "lab", line: 21,
          kind: .dcgmExporter(DCGMExporterSource(targets: ["10.0.0.5:9400"], interval: 30_000))),
      ])
  }

  @Test(arguments: PrometheusSource.ProtocolChoice.allCases)
  func `every protocol can be chosen`(choice: PrometheusSource.ProtocolChoice) throws {
    let configuration = try ConfigurationLoader.parse(
      """
      currency: USD
      sites: [{ name: s, kind: on-prem }]
      sources:
        - { name: a, type: prometheus, site: s, cluster: c, url: "http://x", protocol: \(choice.rawValue) }
      """, file: "gputally.yaml")
    guard case .prometheus(let source) = configuration.sources.first?.kind else {
      Issue.record("no Prometheus")
      return
    }
    #expect(source.protocolChoice == choice)
  }

  @Test func `the inventory file adds to the inventory`() throws {
    #expect(
      try loaded().inventory == [
        InventoryEntry(
          site: "pangyo", cluster: "train", hosts: ["gpu08", "gpu09", "gpu10"], gpusPerHost: 8,
          gpuModel: "NVIDIA H100", owner: "platform", inService: CivilDate("2025-01-01")),
        InventoryEntry(
          site: "aws", cluster: "x", hosts: ["n1", "n2", "n3"], gpusPerHost: 4, gpuModel: "A, \"B\""
        ),
      ])
  }

  @Test func `what is left out has its default`() throws {
    let configuration = try ConfigurationLoader.parse(
      "currency: USD\nteams:\n  # - none yet\n", file: "gputally.yaml")
    #expect(configuration.store == "gputally.sqlite")
    #expect(configuration.calendar.zone == "UTC")
    #expect(configuration.idle.belowPartsPerMillion == 50_000)
    #expect(configuration.exportDirectory == "./out")
    #expect(configuration.metricsFile == nil)
    #expect(configuration.policies.isEmpty)
    #expect(configuration.sources.isEmpty && configuration.teams.isEmpty)
  }

  @Test func `a team may be a path, have other names, and end where another entry starts`() throws {
    let configuration = try ConfigurationLoader.parse(
      """
      currency: KRW
      teams:
        - { name: AI/Lane, cost_center: CC-1, aliases: [Lane, lanes], to: 2026-11-16 }
        - { name: AI/Lane, cost_center: CC-2, from: 2026-11-16, match: [{ namespace: "lane-*" }] }
      """, file: "c.yaml")
    #expect(
      configuration.teams == [
        TeamRule(
          name: "AI/Lane", costCenter: "CC-1", aliases: ["Lane", "lanes"],
          to: CivilDate("2026-11-16")),
        TeamRule(
          name: "AI/Lane", costCenter: "CC-2", from: CivilDate("2026-11-16"),
          matches: [["namespace": "lane-*"]]),
      ])
  }

  @Test func `policies are one map, or a list of them for sites and days`() throws {
    let configuration = try ConfigurationLoader.parse(
      """
      currency: KRW
      sites: [{ name: pangyo, kind: on-prem }, { name: aws-east, kind: public-cloud }]
      policies:
        - { unallocated: even, unknown: platform, borrowed: { owner_percent: 12.5 } }
        - { site: "aws-*", from: 2026-07-01, to: 2026-08-01, unattributed: keep, platform: cloud }
      """, file: "c.yaml")
    #expect(
      configuration.policies == [
        PolicyRule(unallocated: .even, unknown: .platform, ownerMillionths: 125_000),
        PolicyRule(
          site: "aws-*", from: CivilDate("2026-07-01"), to: CivilDate("2026-08-01"),
          unattributed: .keep, platform: "cloud"),
      ])
  }

  @Test func `the template loads without problems`() throws {
    let configuration = try ConfigurationLoader.parse(
      ConfigurationTemplate.text, file: "gputally.yaml")
    #expect(configuration.sources.map(\.name) == ["prometheus"])
    #expect(
      configuration.policies == [
        PolicyRule(
          unallocated: .proportional, outOfService: .platform, unattributed: .owner, unknown: .keep,
          ownerMillionths: 0, platform: "platform")
      ])
    #expect(ConfigurationTemplate.text.hasSuffix("\n"))
    #expect(ConfigurationTemplate.text.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func `the template's examples load too`() throws {
    let lines = ConfigurationTemplate.text.split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.map { line in
      let isExample = line.contains(/# +(- )?([a-z_]+:( |$)|{)/)
      let isKept = ["basic_auth:", "inventory_file:", "exchange_rates:"].contains {
        line.contains($0)
      }
      let isUncommented = isExample && !isKept
      return isUncommented
        ? String(line).replacing("# ", with: "", maxReplacements: 1) : String(line)
    }.joined(separator: "\n")
    let configuration = try ConfigurationLoader.parse(text, file: "gputally.yaml")
    #expect(
      configuration.sources.map(\.name) == [
        "prometheus", "loose-hosts", "batch", "other-batch", "bookings", "departments", "aws",
        "nova", "vcenter", "rancher", "uyuni",
      ])
    #expect(configuration.instanceTypes.map(\.gpus) == [8])
    #expect(configuration.inventory.map(\.hosts.count) == [200])
    #expect(configuration.teams.map(\.matches.count) == [2])
    #expect(configuration.rates.map(\.perGPUHour.description) == ["2.49 USD"])
    #expect(
      configuration.storageRates.map(\.perGibibyte.description) == ["0.1 USD", "0.00005 USD"])
    #expect(configuration.costPools.map(\.hardware.count) == [1])
    #expect(configuration.costPools.map(\.costs.count) == [3])
    #expect(configuration.costPools.map(\.power?.tariffs.count) == [2])
    #expect(configuration.budgets.map(\.perMonth.description) == ["12000 USD"])
    #expect(configuration.sources.first?.connection.authorization != nil)
  }

  @Test func `a file is read from disk with its inventory file`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gputally-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let text = "currency: KRW\nsites: [{name: a, kind: on-prem}]\ninventory_file: hosts.csv\n"
    try text.write(to: folder.appending(path: "c.yaml"), atomically: true, encoding: .utf8)
    try "\u{FEFF}site,cluster,hosts,gpus,gpu_model\na,c,h1,8,H100\n".write(
      to: folder.appending(path: "hosts.csv"), atomically: true, encoding: .utf8)
    let configuration = try ConfigurationLoader.load(folder.appending(path: "c.yaml").path())
    #expect(configuration.inventory.map(\.hosts) == [["h1"]])

    #expect(throws: ConfigurationError.missingFile("/nowhere/gputally.yaml")) {
      try ConfigurationLoader.load("/nowhere/gputally.yaml")
    }
    #expect(
      throws: ConfigurationError.unreadableFile(
        folder.path(), reason: "it is a folder; expected a file")
    ) { try ConfigurationLoader.load(folder.path()) }
    let latin = folder.appending(path: "latin.yaml")
    try Data([0x63, 0xE9]).write(to: latin)
    #expect(
      throws: ConfigurationError.unreadableFile(
        latin.path(), reason: "it is not UTF-8; save it as UTF-8")
    ) { try ConfigurationLoader.load(latin.path()) }
    let large = folder.appending(path: "large.yaml")
    try Data().write(to: large)
    try FileHandle(forWritingTo: large).truncate(
      atOffset: UInt64(ConfigurationLoader.fileBytesMax) + 1)
    #expect(
      throws: ConfigurationError.unreadableFile(
        large.path(), reason: "it has more than 16777216 bytes")
    ) { try ConfigurationLoader.load(large.path()) }
  }
}
