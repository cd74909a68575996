import Configuration
import Testing

/// One wrong text and the lines that tell what is wrong with it.
struct WrongText: Sendable, CustomTestStringConvertible {
  let text: String
  let told: [String]

  init(_ text: String, _ told: String...) {
    self.text = text
    self.told = told
  }

  var testDescription: String { told.first ?? "" }
}

@Suite struct ConfigurationProblemTests {
  private static let sites = "currency: KRW\nsites: [{ name: pangyo, kind: on-prem }]\n"
  private static let durations = "expected a duration such as 30s, 1m30s or 500ms, up to 1d"

  private static let kept =
    "expected a duration of at least 2d, such as 400d: late samples and silences that are still "
    + "open need the days before them"

  private static let path =
    "expected a team's name, or a path of teams such as AI/Perception/Lane, no level empty or with "
    + "blanks around it"

  private static let ownerPart =
    "expected what the owner bears of the cost, as a percentage from 0 to 100, such as 30"

  private static func source(_ more: String) -> String {
    sites + "sources:\n  - { name: p, type: prometheus, site: pangyo, cluster: c,\n      "
      + "url: http://h, " + more + " }\n"
  }

  private static func rate(_ more: String) -> String {
    sites + "rates:\n  - { per_gpu_hour: 1, " + more + " }\n"
  }

  private static func hosts(_ more: String) -> String {
    sites + "inventory:\n  - { site: pangyo, cluster: c, gpu_model: m, " + more + " }\n"
  }

  static let general: [WrongText] = [
    WrongText(
      "",
      "c.yaml:1: currency: missing; "
        + "expected a currency's code of ISO 4217, such as KRW or USD"),
    WrongText(
      "currency: won",
      "c.yaml:1: currency: found 'won'; expected a currency's code of ISO 4217, such as KRW or USD"
    ),
    WrongText(
      sites + "stroe: x", "c.yaml:3: stroe: unknown key; did you mean 'store'?"),
    WrongText(
      sites + "idle: { wat: 1 }",
      "c.yaml:3: idle.wat: unknown key; valid keys here are below_percent"),
    WrongText(
      sites + "idle: { below_percent: 100.5 }",
      "c.yaml:3: idle.below_percent: found '100.5'; expected a percentage from 0 to 100, such as 5"
    ),
    WrongText(
      sites + "idle: 5", "c.yaml:3: idle: found text; expected a mapping of keys to values"),
    WrongText(
      sites + "store: [a]", "c.yaml:3: store: found a list; expected a path"),
    WrongText(
      sites + "store: \"a\\nb\"",
      "c.yaml:3: store: found text with line feeds or tabs; expected a path"),
    WrongText(
      sites + "retention: { samples: 1d }", "c.yaml:3: retention.samples: found '1d'; " + kept),
    WrongText(
      sites + "retention: { samples: '400' }", "c.yaml:3: retention.samples: found '400'; " + kept),
    WrongText(
      sites + "retention: { sample: 3d }",
      "c.yaml:3: retention.sample: unknown key; did you mean 'samples'?"),
    WrongText(sites + "store: ''", "c.yaml:3: store: found ''; expected a path"),
    WrongText(
      sites + "teams: {}", "c.yaml:3: teams: found a mapping; expected a list of mappings"),
    WrongText(
      sites + "time_zone: Asia/Kolkata",
      "c.yaml:3: time_zone: found 'Asia/Kolkata'; "
        + "expected a zone whose days start on a full UTC hour, which is the ledger's unit"),
    WrongText(
      sites + "time_zone: Mars",
      "c.yaml:3: time_zone: found 'Mars'; "
        + "expected a zone of this machine's zone data base, such as Asia/Seoul or UTC"),
    WrongText(
      sites + "policies: { unallocated: shared, platform: unknown }",
      "c.yaml:3: policies.platform: 'unknown' is a name that gputally itself uses; "
        + "choose another one",
      "c.yaml:3: policies.unallocated: found 'shared'; "
        + "expected one of proportional, even, owner, platform, keep"),
    WrongText(
      sites + "policies: even", "c.yaml:3: policies: found text; expected a list of mappings"),
    WrongText(
      sites + "policies: [{ borrowed: {} }, { borrowed: { owner_percent: 101 } },\n"
        + "{ site: pangy, from: 2026-02-01, to: 2026-01-01, borrow: { owner_percent: 1 } }]",
      "c.yaml:3: policies[0].borrowed.owner_percent: missing; " + ownerPart,
      "c.yaml:3: policies[1].borrowed.owner_percent: found '101'; " + ownerPart,
      "c.yaml:4: policies[2].borrow: unknown key; did you mean 'borrowed'?",
      "c.yaml:4: policies[2].site: there is no site 'pangy'; did you mean 'pangyo'?",
      "c.yaml:4: policies[2].to: the span from 2026-02-01 to 2026-01-01 holds no day; "
        + "expected a start before the end"),
    WrongText(
      "currency: KRW\nsites:\n- { name: a, kind: on-prem }\n- { name: a, kind: onprem }\n- {}",
      "c.yaml:4: sites[1].kind: found 'onprem'; "
        + "expected one of on-prem, private-cloud, public-cloud",
      "c.yaml:4: sites[1].name: 'a' is already the name of the one on line 3; names must differ",
      "c.yaml:5: sites[2].name: missing; expected the site's name",
      "c.yaml:5: sites[2].kind: missing; expected on-prem, private-cloud or public-cloud"),
    WrongText(
      sites + "inventory_file: nowhere.csv",
      "c.yaml:3: inventory_file: 'nowhere.csv' cannot be read: there is no such file; "
        + "write it or take the key away"),
    WrongText(
      sites + "inventory_file: /",
      "c.yaml:3: inventory_file: '/' cannot be read: it is a folder; expected a file"),
  ]

  static let sources: [WrongText] = [
    WrongText(
      source("scrap_interval: 30s"),
      "c.yaml:5: sources[0].scrap_interval: unknown key; did you mean 'scrape_interval'?"),
    WrongText(
      source("scrape_interval: 30"),
      "c.yaml:5: sources[0].scrape_interval: found '30'; " + durations),
    WrongText(
      source("protocol: remote_read"),
      "c.yaml:5: sources[0].protocol: found 'remote_read'; "
        + "expected one of auto, remote-read, query"),
    WrongText(
      source("matchers: '{a=\"b\"}'"),
      "c.yaml:5: sources[0].matchers: found '{a=\"b\"}'; "
        + "expected label matchers without braces, such as namespace=\"ml\",job!~\"x.*\""),
    WrongText(
      source("replica_labels: [a-b]"),
      "c.yaml:5: sources[0].replica_labels[0]: found 'a-b'; "
        + "expected a label name such as replica"),
    WrongText(
      source("replica_labels: [[x]]"),
      "c.yaml:5: sources[0].replica_labels[0]: found a list; expected text"),
    WrongText(
      sites + "sources: [{ name: a, type: prometheus, site: pangio, cluster: c, url: 'ftp://x' }]",
      "c.yaml:3: sources[0].site: there is no site 'pangio'; did you mean 'pangyo'?",
      "c.yaml:3: sources[0].url: the value, which may be secret and isn't shown, is refused; "
        + "expected a URL such as http://127.0.0.1:9090, without user, password or query"),
    WrongText(
      "currency: KRW\nsources: [{ name: a, type: prometheus, site: b, cluster: c, url: http://x }]",
      "c.yaml:2: sources[0].site: there is no site 'b'; none is listed"),
    WrongText(
      sites + "sources: [{ type: prometheus }, { type: bill, format: focus }, { type: x }, {}, 1]",
      "c.yaml:3: sources[4]: found text; expected a mapping of keys to values",
      "c.yaml:3: sources[0].name: missing; expected a name for the source",
      "c.yaml:3: sources[0].site: missing; expected the name of one of the sites",
      "c.yaml:3: sources[0].cluster: missing; expected the cluster's name",
      "c.yaml:3: sources[0].url: missing; expected a URL such as http://127.0.0.1:9090",
      "c.yaml:3: sources[1].name: missing; expected a name for the source",
      "c.yaml:3: sources[1].site: missing; expected the name of one of the sites",
      "c.yaml:3: sources[1].path: missing; expected a folder, a file, or s3://bucket/prefix",
      "c.yaml:3: sources[2].type: found 'x'; expected one of prometheus, dcgm-exporter, "
        + "slurm, reservations, assignments, bill, rancher, uyuni, "
        + "openstack, vsphere",
      "c.yaml:3: sources[3].type: missing; expected one of prometheus, dcgm-exporter, "
        + "slurm, reservations, assignments, bill, rancher, uyuni, "
        + "openstack, vsphere"
    ),
    WrongText(
      sites + "sources: [{ name: a, type: dcgm-exporter, site: pangyo, cluster: c, interval: 0s,\n"
        + "targets: ['h:9400', 'h:9400', 'u:p@h:1', h] }]",
      "c.yaml:3: sources[0].interval: found '0s'; " + durations,
      "c.yaml:4: sources[0].targets[1]: 'h:9400' is already the name of the one on line 4; "
        + "names must differ",
      "c.yaml:4: sources[0].targets[2]: the value, which may be secret and isn't shown, is "
        + "refused; expected host:port or a URL, without user or password",
      "c.yaml:4: sources[0].targets[3]: the value, which may be secret and isn't shown, is "
        + "refused; expected host:port or a URL, without user or password"),
  ]

  static let secrets: [WrongText] = [
    WrongText(
      source("basic_auth: { username: u, password: hunter2 }"),
      "c.yaml:5: sources[0].basic_auth.password: secrets are not written here; "
        + "put it into a file of its own and name that with 'password_file'"),
    WrongText(
      source("bearer_token: hunter2"),
      "c.yaml:5: sources[0].bearer_token: secrets are not written here; "
        + "put it into a file of its own and name that with 'authorization.credentials_file'"),
    WrongText(
      source("authorization: { type: Bearer hunter2, credentials_file: t }"),
      "c.yaml:5: sources[0].authorization.type: the value, which may be secret and isn't shown, "
        + "is refused; expected one word such as Bearer"),
    WrongText(
      source("headers: { authorization: Bearer hunter2, 'a b': x }"),
      "c.yaml:5: sources[0].headers.a b: found 'a b'; "
        + "expected a header's name such as X-Scope-OrgID",
      "c.yaml:5: sources[0].headers.authorization: secrets are not written here; "
        + "put it into a file of its own and name that with 'authorization.credentials_file'"),
    WrongText(
      source("tls_config: { cert_file: c, insecure_skip_verify: maybe }"),
      "c.yaml:5: sources[0].tls_config.cert_file: needs 'key_file' as well",
      "c.yaml:5: sources[0].tls_config.insecure_skip_verify: found 'maybe'; "
        + "expected true or false"),
    WrongText(
      source(
        "authorization: { credentials_file: t }, basic_auth: { username: u, password_file: p }"),
      "c.yaml:5: sources[0].authorization: cannot be used together with 'basic_auth'; "
        + "keep one of them"),
  ]

  static let money: [WrongText] = [
    WrongText(
      rate("currency: USD"),
      "c.yaml:4: rates[0].currency: found USD, but amounts are reported in KRW and there is no "
        + "rate of exchange of USD; add one a month to 'exchange_rates', or give it in KRW"),
    WrongText(
      rate("currency: won"),
      "c.yaml:4: rates[0].currency: found 'won'; "
        + "expected a currency's code of ISO 4217, such as KRW or USD"),
    WrongText(
      rate("from: 2026-01-01, to: 2026-01-01"),
      "c.yaml:4: rates[0].to: the span from 2026-01-01 to 2026-01-01 holds no day; "
        + "expected a start before the end"),
    WrongText(
      rate("from: 2026-02-30"),
      "c.yaml:4: rates[0].from: found '2026-02-30'; expected a day such as 2026-11-23"),
    WrongText(
      rate("site: 'pan*x'"),
      "c.yaml:4: rates[0].site: there is no site 'pan*x'; listed are pangyo"),
    WrongText(
      sites + "rates: [{ per_gpu_hour: 1e3 }, { per_gpu_hour: -1 }, {}]",
      "c.yaml:3: rates[0].per_gpu_hour: found '1e3'; "
        + "expected a price such as 3250 or \"2.49\", with 9 digits and 12 decimals at most",
      "c.yaml:3: rates[1].per_gpu_hour: found '-1'; "
        + "expected a price such as 3250 or \"2.49\", with 9 digits and 12 decimals at most",
      "c.yaml:3: rates[2].per_gpu_hour: missing; "
        + "expected a price such as 3250 or \"2.49\", with 9 digits and 12 decimals at most"),
    WrongText(
      sites + "teams:\n- { name: unassigned }\n- { name: a, cost_center: x }\n"
        + "- { name: a, cost_center: y, match: [{ namespaec: b }, { \"label:\": c }, {}] }",
      "c.yaml:4: teams[0].name: 'unassigned' is a name that gputally itself uses; "
        + "choose another one",
      "c.yaml:6: teams[2].match[0].namespaec: unknown key; did you mean 'namespace'?",
      "c.yaml:6: teams[2].match[1].label:: unknown key; valid keys here are namespace, workload, "
        + "site, cluster, project, owner, account, user, partition, qos, reservation, job_name, "
        + "provider, billing_account, account_name, service, region, resource, instance_type, "
        + "label:NAME, namespace_label:NAME, tag:NAME",
      "c.yaml:6: teams[2].match[2]: missing; expected at least one key, such as namespace: \"*\"",
      "c.yaml:6: teams[2].cost_center: team 'a' has another cost center on line 5; a team has one "
        + "at a time: give the same one, or 'from' and 'to' so that the days differ"),
    WrongText(
      sites
        + "teams:\n- { name: AI//Lane }\n- { name: 'AI/ Lane', from: 2026-11-16, to: 2026-11-01 }\n"
        + "- { name: unknown/x, alias: y }\n- { name: A, aliases: [B, x, unassigned, A] }\n"
        + "- { name: B, aliases: [x] }\n"
        + "- { name: C, cost_center: 1, to: 2026-11-17 }\n"
        + "- { name: C, cost_center: 2, from: 2026-11-16 }",
      "c.yaml:4: teams[0].name: found 'AI//Lane'; " + path,
      "c.yaml:5: teams[1].name: found 'AI/ Lane'; " + path,
      "c.yaml:5: teams[1].to: the span from 2026-11-16 to 2026-11-01 holds no day; "
        + "expected a start before the end",
      "c.yaml:6: teams[2].alias: unknown key; valid keys here are name, cost_center, aliases, from, "
        + "to, match",
      "c.yaml:6: teams[2].name: 'unknown' is a name that gputally itself uses; "
        + "choose another one",
      "c.yaml:7: teams[3].aliases[0]: 'B' is already the name of the one on line 8; "
        + "names must differ",
      "c.yaml:7: teams[3].aliases[2]: 'unassigned' is a name that gputally itself uses; "
        + "choose another one",
      "c.yaml:7: teams[3].aliases[3]: 'A' is already the name of the one on line 7; "
        + "names must differ",
      "c.yaml:8: teams[4].aliases[0]: 'x' is already the name of the one on line 7; "
        + "names must differ",
      "c.yaml:10: teams[6].cost_center: team 'C' has another cost center on line 9; a team has "
        + "one at a time: give the same one, or 'from' and 'to' so that the days differ"),
  ]

  static let inventory: [WrongText] = [
    WrongText(
      hosts("gpus: 0, hosts: h"),
      "c.yaml:4: inventory[0].gpus: found '0'; expected a whole number of GPUs, 1 to 1024"),
    WrongText(
      hosts("gpus: 8, hosts: ['h[2-1]']"),
      "c.yaml:4: inventory[0].hosts[0]: found 'h[2-1]'; "
        + "expected host names such as gpu1, gpu[001-200] or a[1-3,7],b, 100000 at most"),
    WrongText(
      hosts("gpus: 8"),
      "c.yaml:4: inventory[0].hosts: missing; "
        + "expected host names such as gpu1, gpu[001-200] or a[1-3,7],b, 100000 at most"),
    WrongText(
      hosts("gpus: 8, hosts: 'h[1-3],h2,h3'"),
      "c.yaml:4: inventory[0]: host 'h2' of cluster 'c' is already listed at c.yaml:4; "
        + "list each host once"),
    WrongText(
      hosts("gpus: 8, hosts: h, owner: unallocated, in_service: 2026-01-02, retired: 2026-01-01"),
      "c.yaml:4: inventory[0].owner: 'unallocated' is a name that gputally itself uses; "
        + "choose another one",
      "c.yaml:4: inventory[0].retired: the span from 2026-01-02 to 2026-01-01 holds no day; "
        + "expected a start before the end"),
  ]

  @Test(arguments: general + sources + secrets + money + inventory)
  func `each problem is told with its place and what to do`(wrong: WrongText) {
    expect(wrong.told) { try ConfigurationLoader.parse(wrong.text, file: "c.yaml") }
  }

  @Test func `a secret never appears in an error`() {
    for wrong in Self.secrets {
      #expect(throws: ConfigurationError.self) {
        do {
          _ = try ConfigurationLoader.parse(wrong.text, file: "c.yaml")
        } catch {
          #expect(!"\(error)".contains("hunter2"))
          throw error
        }
      }
    }
  }
}

/// Expects a configuration error with these lines.
func expect(_ lines: [String], from body: () throws -> Configuration) {
  do {
    _ = try body()
    Issue.record("no error, expected \(lines)")
  } catch {
    #expect("\(error)".split(separator: "\n").map(String.init) == lines)
  }
}
