import Configuration
import Quantities
import Testing

/// Sources that know names and hosts, and what else says what a platform is.
@Suite struct PlatformSourceTests {
  private static let head = """
    currency: KRW
    sites: [{ name: a, kind: on-prem }]

    """

  private func loaded(_ more: String) throws -> Configuration {
    try ConfigurationLoader.parse(Self.head + more, file: "/etc/g/c.yaml")
  }

  @Test func `a Rancher is of all sites, a cluster may say what it is there`() throws {
    let configuration = try loaded(
      """
      sources:
        - { name: r, type: rancher, url: "https://rancher.example/v3/",
            authorization: { credentials_file: token } }
        - { name: p, type: prometheus, site: a, cluster: train, url: "http://h:9092",
            rancher_cluster: c-m-87s92m9v, params: { namespace: ml, limit_to: "a b" } }
      """)
    #expect(
      configuration.sources.map(\.kind) == [
        .rancher(RancherSource(url: "https://rancher.example")),
        .prometheus(
          PrometheusSource(
            url: "http://h:9092", params: ["namespace": "ml", "limit_to": "a b"],
            rancherCluster: "c-m-87s92m9v")),
      ])
    #expect(configuration.sources[0].site.isEmpty && configuration.sources[0].cluster.isEmpty)
    #expect(
      configuration.sources[0].connection.authorization
        == Connection.Authorization(credentialsFile: "/etc/g/token"))
  }

  @Test func `what names projects changes money, and the states of GPUs not`() throws {
    let cluster = "{ name: p, type: prometheus, site: a, cluster: c, url: \"http://h\""
    let rancher = "{ name: r, type: rancher, url: \"http://r\" }"
    let texts = [
      "sources: [\(cluster) }]", "sources: [\(cluster), rancher_cluster: local }]",
      "sources: [\(cluster) }, \(rancher)]",
    ]
    let all = try texts.map { try loaded($0) }
    #expect(Set(all.map(\.moneyFingerprint)).count == 3)
    #expect(Set(all.map(\.stateFingerprint)).count == 1)
  }

  @Test func `what a closed month keeps names its projects alike`() throws {
    let text =
      Self.head
        + """
        sources:
          - { name: r, type: rancher, url: "https://rancher.example" }
          - { name: p, type: prometheus, site: a, cluster: c, url: "http://h", rancher_cluster: local }
        inventory_file: { path: devices.csv, cluster: c }
        """
    let kept = try KeptConfiguration(of: text, file: "/etc/g/c.yaml") { path in
      #expect(path == "/etc/g/devices.csv")
      return "Name,Status,Site,GPU count,GPU model\nh1,Active,a,8,m\n"
    }
    #expect(!kept.text.contains("rancher.example"))
    let again = try kept.configuration(named: "kept")
    #expect(again.sources.map(\.name) == ["r", "p"])
    #expect(again.inventory.map(\.hosts) == [["h1"]])
    guard case .rancher = again.sources[0].kind,
      case .prometheus(let prometheus) = again.sources[1].kind
    else {
      Issue.record("found \(again.sources)")
      return
    }
    #expect(prometheus.rancherCluster == "local")
  }

  @Test func `a Uyuni is spoken to with a user and the file of a password`() throws {
    let configuration = try loaded(
      """
      sources:
        - { name: u, type: uyuni, site: a, cluster: c, url: "https://uyuni.example/", user: reader,
            password_file: secret, owner_groups: "team-*",
            gpu_models: { "GH100 [H100 SXM5 80GB]": NVIDIA H100 80GB HBM3 } }
      """)
    #expect(
      configuration.sources.map(\.kind) == [
        .uyuni(
          UyuniSource(
            url: "https://uyuni.example", user: "reader", passwordFile: "/etc/g/secret",
            ownerGroups: Pattern("team-*"),
            gpuModels: ["GH100 [H100 SXM5 80GB]": "NVIDIA H100 80GB HBM3"]))
      ])
  }

  @Test func `instance types are cards, parts of cards or nothing`() throws {
    let configuration = try loaded(
      """
      instance_types:
        - { provider: aws, name: p9.48xlarge, gpus: 8, gpu_model: NVIDIA R100 }
        - { provider: azure, name: Standard_X, gpus: 1, divisor: 6, gpu_model: NVIDIA A10 }
        - { provider: gcp, name: x1, gpus: 0 }
      """)
    #expect(
      configuration.instanceTypes == [
        InstanceType(provider: .aws, name: "p9.48xlarge", gpus: 8, gpuModel: "NVIDIA R100"),
        InstanceType(
          provider: .azure, name: "Standard_X", gpus: 1, divisor: 6, gpuModel: "NVIDIA A10"),
        InstanceType(provider: .gcp, name: "x1", gpus: 0),
      ])
    var other = configuration
    other.instanceTypes.reverse()
    #expect(other.instanceTypeFingerprint == configuration.instanceTypeFingerprint)
    other.instanceTypes[0].gpus = 2
    #expect(other.instanceTypeFingerprint != configuration.instanceTypeFingerprint)
    #expect(try loaded("instance_types: []").instanceTypeFingerprint.isEmpty)
  }

  private static let server = ", without user, password or query"
  private static let hidden =
    "the value, which may be secret and isn't shown, is refused; expected "

  static let wrong: [WrongText] = [
    WrongText(
      "instance_types: [{}, { provider: nebius, name: x, gpus: -1, gpu_model: m, divisor: 1 },\n"
        + "{ provider: aws, name: a, gpus: 0, gpu_model: m, divisor: 2 },\n"
        + "{ provider: aws, name: A, gpus: 1, models: x }]",
      "c.yaml:3: instance_types[0].provider: missing; expected one of aws, azure, gcp, oci",
      "c.yaml:3: instance_types[0].name: missing; expected the type as the provider writes it, such "
        + "as p5.48xlarge",
      "c.yaml:3: instance_types[0].gpus: missing; expected a whole number of GPUs, 0 to 1024; 0 for "
        + "a type without any",
      "c.yaml:3: instance_types[0].gpu_model: missing; expected the model as the exporter prints it",
      "c.yaml:3: instance_types[1].provider: found 'nebius'; expected one of aws, azure, gcp, oci",
      "c.yaml:3: instance_types[1].gpus: found '-1'; expected a whole number of GPUs, 0 to 1024; 0 "
        + "for a type without any",
      "c.yaml:3: instance_types[1].divisor: found '1'; expected into how many parts a card is "
        + "divided of which 'gpus' counts, 2 to 1024",
      "c.yaml:4: instance_types[2].gpu_model: cannot be used together with 'gpus: 0'; keep one of "
        + "them",
      "c.yaml:4: instance_types[2].divisor: cannot be used together with 'gpus: 0'; keep one of them",
      "c.yaml:5: instance_types[3].models: unknown key; valid keys here are provider, name, gpus, "
        + "gpu_model, divisor",
      "c.yaml:5: instance_types[3].gpu_model: missing; expected the model as the exporter prints it",
      "c.yaml:5: instance_types[3].name: 'A' is already the name of the one on line 4; names must "
        + "differ"),
    WrongText(
      "sources: [{ name: r, type: rancher, url: 'https://u:p@r', site: a, token: x },\n"
        + "{ name: u, type: uyuni, site: a, cluster: c, url: ftp, password: p, basic_auth: {} }]",
      "c.yaml:3: sources[0].site: unknown key; valid keys here are name, type, basic_auth, "
        + "authorization, tls_config, headers, timeout, url",
      "c.yaml:3: sources[0].token: secrets are not written here; put it into a file of its own and "
        + "name that with 'authorization.credentials_file'",
      "c.yaml:3: sources[0].url: " + hidden
        + "the address of the Rancher server, such as https://rancher.example" + server,
      "c.yaml:4: sources[1].password: secrets are not written here; put it into a file of its own "
        + "and name that with 'password_file'",
      "c.yaml:4: sources[1].basic_auth: unknown key; valid keys here are name, type, site, cluster, "
        + "url, user, password_file, owner_groups, gpu_models, tls_config, headers, timeout",
      "c.yaml:4: sources[1].url: " + hidden
        + "the address of the server, such as https://uyuni.example" + server,
      "c.yaml:4: sources[1].user: missing; expected the name of a user who may read"),
    WrongText(
      "sources: [{ name: p, type: prometheus, site: a, cluster: c, url: http://h,\n"
        + "rancher_cluster: Train, params: { query: up, namespace: [a] } }]",
      "c.yaml:4: sources[0].params.namespace: found a list; expected text",
      "c.yaml:4: sources[0].params.query: found 'query'; expected a field that gputally doesn't set "
        + "itself",
      "c.yaml:4: sources[0].rancher_cluster: found 'Train'; expected the id that Rancher has for the "
        + "cluster, such as c-m-87s92m9v"),
  ]

  @Test(arguments: wrong)
  func `each problem of a platform's source is told with its line`(wrong: WrongText) {
    expect(wrong.told) { try ConfigurationLoader.parse(Self.head + wrong.text, file: "c.yaml") }
  }
}
