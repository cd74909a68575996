import Foundation
import TestSupport
import Testing

/// What the program says where it can't do what it is asked, word for word.
@Suite(.enabled(if: RealPrometheus.isInstalled, "Prometheus is not installed"))
struct RefusalTests {
  /// Command lines that nobody can mean.
  private static let wrongUsage: [(words: [String], sentence: String)] = [
    (
      ["frobnicate"],
      "there is no verb 'frobnicate'; expected one of init, check, inventory, collect, rollup, post, run, "
        + "report, query, scan, explain, export, budget, close, status, verify, simulate"
    ),
    (["run", "--frobnicate"], "Unknown option '--frobnicate'; see 'gputally run --help'"),
    (["--frobnicate"], "Unknown option '--frobnicate'; see 'gputally --help'"),
    (["status", "more"], "Unexpected argument 'more'; see 'gputally status --help'"),
    (["export"], "Missing expected argument '<name>'; see 'gputally export --help'"),
    (
      ["report", "states", "--format", "xml"],
      "The value 'xml' is invalid for '--format <format>'. Please provide one of 'table', 'csv' or "
        + "'json'; see 'gputally report --help'"
    ),
    (
      ["query"],
      "expected a name, a file or -e SQL, and one of them only; see 'gputally query --help'"
    ),
    (
      ["collect", "--source", "tran-prometheus"],
      "there is no source 'tran-prometheus' in gputally.yaml; known: 'train-prometheus'"
    ),
    (["collect", "--window", "2026-11-31"], "--window: " + period("2026-11-31")),
    (["rollup", "--window", "noon"], "--window: " + period("noon")),
    (["post", "--period", "2026"], "--period: " + period("2026")),
    (["report", "chargeback", "--period", "2026-13"], "--period: " + period("2026-13")),
    (["export", "chargeback", "--period", "2026-13"], "--period: " + period("2026-13")),
    (["query", "gaps", "--period", "2026-13"], "--period: " + period("2026-13")),
    (
      ["report", "chargebak"],
      "there is no query 'chargebak'; did you mean 'chargeback'? (known: "
        + "accounting, bills, booking-times, borrowed, breakeven, budgets, chargeback, corrections, "
        + "costs, drilldown, failure-waste, focus, gaps, granularity, hoarding, "
        + "idle-allocations, idle-by-day, idle-reservations, journal, "
        + "policy-compare, rejections, shortage, sites, states, storage, team-tree, teams, "
        + "unassigned, utilization)"
    ),
    (
      ["query", "gasp"],
      "there is no query 'gasp'; did you mean 'gaps'? (known: "
        + "accounting, bills, booking-times, borrowed, breakeven, budgets, chargeback, corrections, "
        + "costs, drilldown, failure-waste, focus, gaps, granularity, hoarding, "
        + "idle-allocations, idle-by-day, idle-reservations, journal, rejections, "
        + "shortage, sites, states, storage, team-tree, teams, unassigned, utilization)"
    ),
    (
      ["export", "stats"],
      "there is no export 'stats'; did you mean 'states'? (known: chargeback, focus, "
        + "idle-allocations, idle-reservations, journal, states)"
    ),
    (
      ["report", "states", "--by", "day,taem"],
      "'states' has no dimension 'taem'; did you mean 'team'? (known: day, hour, team, site, "
        + "cluster, host, gpu_uuid, gpu_model, owner, namespace, workload, user)"
    ),
    (
      ["report", "policy-compare", "--by", "day"],
      "'policy-compare' has no dimensions to choose from; leave --by out"
    ),
    (
      ["report", "policy-compare", "--team", "AI"],
      "'policy-compare' can't be limited to a team; leave --team out"
    ),
    (
      ["report", "policy-compare", "--period", "2026-11-01T01:00Z/2026-11-02T00:00Z"],
      "period '2026-11-01T01:00:00Z/2026-11-02T00:00:00Z' cuts a billing day of UTC, and "
        + "'policy-compare' is kept by day; ask for whole days such as 2026-11-23"
    ),
    (
      ["report", "chargeback", "--by", "day"],
      "'chargeback' has no dimensions to choose from; leave --by out"
    ),
    (
      ["report", "idle-allocations", "--min-stretch", "half an hour"],
      "'half an hour' is not a length of time; expected one such as 30m, 2h or 1h30m"
    ),
    (
      ["query", "gaps", "--param", "souce=x"],
      "the query has no parameter 'souce'; known: start_ms, end_ms"
    ),
    (
      ["query", "-e", "SELECT :team"],
      "the query's parameter 'team' has no value; add "
        + "--param team=VALUE"
    ),
    (["query", "gaps", "--limit", "0"], "--limit is 0, expected at least 1"),
    (
      ["scan", "usage", "--idle-below", "101"],
      "--idle-below: found '101', expected percents from 0 to 100, with four decimals at most"
    ),
    (["scan", "idle", "--min-stretch", "1m"], "--min-stretch: found 1m, expected 5m or more"),
    (
      ["scan", "fleet", "--period", "2026-11-02T00:00Z/2026-11-02T00:30Z"],
      "--period 2026-11-02T00:00:00Z/2026-11-02T00:30:00Z: a scan covers whole hours; name one of "
        + "those"
    ),
    (["scan"], "Missing expected argument '<question>'; see 'gputally scan --help'"),
  ]

  private static func period(_ found: String) -> String {
    "found the period '\(found)'; expected a month such as 2026-11, a day such as 2026-11-23, "
      + "yesterday, last-month, or an interval such as 2026-11-01T00:00Z/2026-11-08T00:00Z"
  }

  @Test(arguments: wrongUsage.indices)
  func `wrong usage is told in one sentence, and the status is 64`(row: Int) async throws {
    let (words, sentence) = Self.wrongUsage[row]
    let program = try await UndisturbedRun.once().program
    try await program.expectRefusal(words, status: 64, sentence)
  }

  /// SQL that can't be run, and why.
  private static let queries: [(sql: String, reason: String)] = [
    ("DELETE FROM posting", "queries only read; this one writes"),
    ("PRAGMA user_version = 7", "queries only read; this one writes"),
    ("CREATE TEMP TABLE t(a)", "queries only read; this one writes"),
    ("SELECT 1; SELECT 2", "there is more than one statement in it; give one"),
    ("SELECT 1; DROP TABLE posting", "there is more than one statement in it; give one"),
    ("", "there is no statement in it"),
    ("-- a remark and nothing more", "there is no statement in it"),
    ("ATTACH 'other.sqlite' AS other", "it gives no columns; give a SELECT"),
    ("SELEC 1", "near \"SELEC\": syntax error"),
    ("SELECT * FROM chargeback", "no such table: chargeback"),
    ("SELECT cost FROM posting", "no such column: cost"),
    ("SELECT ?", "parameters need names, such as :team"),
  ]

  @Test(arguments: queries.indices)
  func `SQL that can't be run is told why`(row: Int) async throws {
    let (sql, reason) = Self.queries[row]
    let program = try await UndisturbedRun.once().program
    try await program.expectRefusal(["query", "-e", sql], "the query can't be run: \(reason)")
    #expect(!program.has("other.sqlite"))
  }

  /// Changes of the configuration that make it unusable, and what is told of them.
  private static let configurations: [(old: String, new: String, sentence: String)] = [
    ("idle:", "idel:", "gputally.yaml:6: idel: unknown key; did you mean 'idle'?"),
    (
      "store: gputally.sqlite", "store: [gputally.sqlite",
      "gputally.yaml:4: this is not YAML: did not find expected ',' or ']', column 10, while "
        + "parsing a flow sequence that starts on line 3"
    ),
    (
      "time_zone: UTC", "time_zone: Europe/Atlantis",
      "gputally.yaml:4: time_zone: found 'Europe/Atlantis'; expected a zone of this machine's zone "
        + "data base, such as Asia/Seoul or UTC"
    ),
    (
      "scrape_interval: 30s", "scrape_interval: 30s\n    basic_auth: { username: a, password: b }",
      "gputally.yaml:16: sources[0].basic_auth.password: secrets are not written here; put it into "
        + "a file of its own and name that with 'password_file'"
    ),
    (
      "type: prometheus", "type: vcenter",
      "gputally.yaml:11: sources[0].type: found 'vcenter'; expected one of prometheus, dcgm-exporter, "
        + "slurm, reservations, assignments, bill, rancher, uyuni, openstack, vsphere"
    ),
  ]

  @Test(arguments: configurations.indices)
  func `a wrong configuration is told with file, line and key`(row: Int) async throws {
    let (old, new, sentence) = Self.configurations[row]
    let program = try await SimulatedSite.small.site().program {
      $0.replacing(old, with: new, maxReplacements: 1)
    }
    for verb in ["run", "status", "check"] { try await program.expectRefusal([verb], sentence) }
    #expect(!program.has("gputally.sqlite"))
  }

  @Test func `a missing configuration is told with what to do`() async throws {
    let program = try await SimulatedSite.small.site().program()
    let sentence = "there is no such file; run 'gputally init' to write one, or name yours with "
    try await program.expectRefusal(
      ["--config", "mine.yaml", "run"], "mine.yaml: \(sentence)--config FILE")
    try program.remove("gputally.yaml")
    try await program.expectRefusal(["status"], "gputally.yaml: \(sentence)--config FILE")
  }

  @Test func `a missing store is told by every verb that does not make one`() async throws {
    let program = try await SimulatedSite.small.site().program()
    let verbs = [
      ["rollup"], ["post"], ["report", "chargeback"], ["query", "gaps"], ["export", "chargeback"],
      ["status"], ["verify"],
    ]
    for verb in verbs {
      try await program.expectRefusal(
        verb,
        "gputally.sqlite: there is no store yet; run 'gputally collect' or 'gputally run' to make "
          + "one")
    }
    #expect(!program.has("gputally.sqlite"))
  }

  @Test func `a period without postings is told with what to do`() async throws {
    let program = try await UndisturbedRun.once().program
    let words = ["report", "chargeback", "--format", "csv", "--period"]
    let empty = try await program.run(words + ["2025-01"])
    #expect(empty.status == 2)
    #expect(
      empty.errors
        == "gputally: period 2025-01 has no postings; run 'gputally post --period 2025-01'\n")
    #expect(empty.output.split(separator: "\n").count == 1)
  }

  @Test func `an unknown team is told with the nearest one`() async throws {
    let program = try await UndisturbedRun.once().program
    let report = try await program.run(
      "report", "chargeback", "--team", "languages", "--format", "csv")
    #expect(report.status == 2)
    #expect(
      report.errors.hasPrefix(
        "gputally: period 2026-11 has no postings of team 'languages'; did you mean 'language'? "
          + "(known: language, "))
    #expect(report.output.split(separator: "\n").count == 1)
  }

  @Test func `rows that a limit cuts off are told of`() async throws {
    let program = try await UndisturbedRun.once().program
    let sql = "SELECT hour_ms FROM state_hour ORDER BY 1"
    let cut = try await program.run("query", "-e", sql, "--limit", "3", "--format", "csv")
    #expect(cut.status == 2)
    #expect(cut.errors == "gputally: cut after 3 rows, there are more; raise --limit to see them\n")
    #expect(cut.output == "hour_ms\n1793491200000\n1793491200000\n1793491200000\n")
    let whole = try await program.run("query", "-e", "SELECT 1 AS one", "--limit", "1")
    #expect(whole.status == 0)
    #expect(whole.errors == "")
  }

  @Test func `a missing rate is told with the line to add, and nothing is posted`() async throws {
    let site = try await SimulatedSite.small.site()
    let program = try site.program()
    try await program.expectSuccess("run")
    let before = try program.facts()
    let configuration = try program.read("gputally.yaml")
    let lines = configuration.split(separator: "\n", omittingEmptySubsequences: false)
    try program.write(
      "gputally.yaml",
      lines.filter { !$0.contains("H200\", per_gpu") }.joined(separator: "\n"))
    try await program.expectRefusal(
      ["post"],
      "pangyo/train: no rate for 'NVIDIA H200' from 2026-11-01 on (120.000000 GPU-hours); add to "
        + "'rates' in gputally.yaml: { site: \"pangyo\", cluster: \"train\", gpu_model: \"NVIDIA "
        + "H200\", per_gpu_hour: \"...\", currency: KRW, from: 2026-11-01 }")
    try program.expectFacts(before)
    try program.write("gputally.yaml", configuration)
    try await program.expectSuccess("run")
    try program.expectFacts(before)
  }
}
