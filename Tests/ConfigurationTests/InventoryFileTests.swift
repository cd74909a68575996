import Configuration
import Testing

@Suite struct InventoryFileTests {
  private static let yaml = """
    currency: KRW
    sites: [{ name: a, kind: on-prem }]
    inventory: [{ site: a, cluster: c, hosts: h1, gpus: 8, gpu_model: m }]
    inventory_file: hosts.csv
    """
  private static let head = "site,cluster,hosts,gpus,gpu_model,owner,in_service,retired\n"

  static let wrong: [WrongText] = [
    WrongText(
      head + "b,c,h2,8,m,,,\n", "hosts.csv:2: site: there is no site 'b'; listed are a"),
    WrongText(
      head + "a,c,h1,8,m,,,\n",
      "hosts.csv:2: host 'h1' of cluster 'c' is already listed at c.yaml:3; list each host once"),
    WrongText(
      head + "\na,c,\"h[2-\n3]\",x,m,unknown,2026-13-01,\n,,h5,1,,,2026-02-01,2026-02-01",
      "hosts.csv:3: gpus: found 'x'; expected a whole number of GPUs, 1 to 1024",
      "hosts.csv:3: hosts: found 'h[2-\n3]'; expected host names such as gpu1, gpu[001-200] or "
        + "a[1-3,7],b, 100000 at most",
      "hosts.csv:3: owner: 'unknown' is a name that gputally itself uses; choose another one",
      "hosts.csv:3: in_service: found '2026-13-01'; expected a day such as 2026-11-23",
      "hosts.csv:5: site: missing; expected the name of one of the sites",
      "hosts.csv:5: cluster: missing; expected the cluster's name",
      "hosts.csv:5: gpu_model: missing; expected the model as the exporter prints it",
      "hosts.csv:5: retired: the span from 2026-02-01 to 2026-02-01 holds no day; "
        + "expected a start before the end"),
    WrongText(head + "a,c,h2\n", "hosts.csv:2: found 3 fields; expected 8, as in the first line"),
    WrongText("", "hosts.csv:1: column 'site' is missing in the first line"),
    WrongText(
      "site,cluster,gpu_modle,gpus,host,hosts,site\n",
      "hosts.csv:1: gpu_modle: unknown key; did you mean 'gpu_model'?",
      "hosts.csv:1: site: 'site' is already the name of the one on line 1; names must differ",
      "hosts.csv:1: column 'gpu_model' is missing in the first line",
      "hosts.csv:1: host: cannot be used together with 'hosts'; keep one of them"),
    WrongText(
      "site,cluster,gpu_model,gpus\n", "hosts.csv:1: column 'hosts' is missing in the first line"),
    WrongText(
      head + "a,c,\"h2,8,m,,,\n",
      "hosts.csv:2: this is not CSV of RFC 4180: the quote that opens here is never closed"),
    WrongText(
      head + "a,c,\"h2\"x,8,m,,,\n",
      "hosts.csv:2: this is not CSV of RFC 4180: text follows a closing quote"),
    WrongText(
      head + "a,c,h\"2,8,m,,,\n",
      "hosts.csv:2: this is not CSV of RFC 4180: a quote stands inside a field that isn't quoted"),
  ]

  @Test(arguments: wrong)
  func `each problem of an inventory file is told with its line`(wrong: WrongText) {
    let told = wrong.told.flatMap { $0.split(separator: "\n").map(String.init) }
    expect(told) {
      try ConfigurationLoader.parse(Self.yaml, file: "c.yaml") { _ in wrong.text }
    }
  }

  @Test(arguments: [
    ("gpu[001-003]", ["gpu001", "gpu002", "gpu003"]), ("gpu[9-11]", ["gpu9", "gpu10", "gpu11"]),
    ("a[1-3,7],b", ["a1", "a2", "a3", "a7", "b"]),
    ("r[1-2]n[08-09]", ["r1n08", "r1n09", "r2n08", "r2n09"]),
    ("a, b", ["a", "b"]), ("x[1-2]-ib", ["x1-ib", "x2-ib"]), ("h.example.org", ["h.example.org"]),
  ])
  func `host ranges are written as Slurm writes them`(text: String, hosts: [String]) throws {
    let yaml =
      "currency: KRW\nsites: [{ name: a, kind: on-prem }]\ninventory:\n"
      + "- { site: a, cluster: c, hosts: '\(text)', gpus: 8, gpu_model: m }"
    let configuration = try ConfigurationLoader.parse(yaml, file: "c.yaml")
    #expect(configuration.inventory.first?.hosts == hosts)
  }

  @Test(arguments: [
    "a[", "a]", "a[]", "a[1-]", "a[-1]", "a[3-1]", "a[x]", "a,,b", "", ",", "a b", "a[[1]]",
    "a[1-100001]", "a[1-1000]b[1-1000]", "a[1-99999],b[1-2]", "a[1-2-3]", "a[99999999999999]",
  ])
  func `a malformed or endless host range is refused`(text: String) {
    let yaml =
      "currency: KRW\nsites: [{ name: a, kind: on-prem }]\ninventory:\n"
      + "- { site: a, cluster: c, hosts: '\(text)', gpus: 8, gpu_model: m }"
    expect([
      "c.yaml:4: inventory[0].hosts: found '\(text)'; expected host names such as gpu1, "
        + "gpu[001-200] or a[1-3,7],b, 100000 at most"
    ]) { try ConfigurationLoader.parse(yaml, file: "c.yaml") }
  }

  @Test(
    arguments: [
      ("30s", 30_000), ("1m", 60_000), ("1m30s", 90_000), ("500ms", 500), ("1d", 86_400_000),
      ("1h", 3_600_000), ("30", nil), ("1s1m", nil), ("1.5s", nil), ("", nil), ("s", nil),
      ("-1s", nil), ("0s", nil), ("2d", nil), ("1m1m", nil), ("99999999999s", nil),
    ] as [(String, Int64?)])
  func `durations are read as Prometheus reads them`(text: String, milliseconds: Int64?) {
    let yaml =
      "currency: KRW\nsites: [{ name: a, kind: on-prem }]\nsources:\n- { name: p, "
      + "type: prometheus, site: a, cluster: c, url: http://h, scrape_interval: '\(text)' }"
    let configuration = try? ConfigurationLoader.parse(yaml, file: "c.yaml")
    guard case .prometheus(let source)? = configuration?.sources.first?.kind else {
      #expect(milliseconds == nil)
      return
    }
    #expect(source.scrapeInterval == milliseconds)
  }
}
