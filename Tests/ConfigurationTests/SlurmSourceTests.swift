import Testing

@testable import Configuration

@Suite struct SlurmSourceTests {
  private func text(_ keys: String) -> String {
    "currency: KRW\nsites: [{ name: pangyo, kind: on-prem }]\n"
      + "sources: [{ name: b, type: slurm, site: pangyo, cluster: c, \(keys) }]"
  }

  @Test(
    arguments: [
      (
        "rest: { url: \"https://slurm:6820/\", user: tally, token_file: token, version: v0.0.41 }",
        SlurmRESTSource(
          server: .url("https://slurm:6820"), user: "tally", tokenFile: "/etc/g/token",
          version: "v0.0.41")
      ),
      (
        "rest: { unix_socket: /run/rest.sock }",
        SlurmRESTSource(server: .unixSocket("/run/rest.sock"))
      ),
      (
        "rest: { unix_socket: rest.sock }, headers: { X-Via: b }, timeout: 5m",
        SlurmRESTSource(server: .unixSocket("/etc/g/rest.sock"))
      ),
    ] as [(String, SlurmRESTSource)])
  func `a slurmrestd is reached by its address or its socket`(
    keys: String, expected: SlurmRESTSource
  ) throws {
    let configuration = try ConfigurationLoader.parse(text(keys), file: "/etc/g/gputally.yaml")
    #expect(configuration.sources.map(\.kind) == [.slurm(SlurmSource(access: .rest(expected)))])
  }

  private static let url = "expected a URL such as http://127.0.0.1:6820"

  @Test(arguments: [
    ("rest: {}", ["rest.url: missing; \(url), or unix_socket: /run/slurmrestd.sock"]),
    ("rest: x", ["rest: found text; expected a mapping of keys to values"]),
    (
      "rest: { url: 'http://h', unix_socket: /s }",
      ["rest.unix_socket: cannot be used together with 'url'; keep one of them"]
    ),
    (
      "rest: { url: 'http://u:p@h' }",
      [
        "rest.url: the value, which may be secret and isn't shown, is refused; \(url), without "
          + "user, password or query"
      ]
    ),
    ("rest: { unix_socket: /s, user: u }", ["rest.user: needs 'token_file' as well"]),
    (
      "rest: { unix_socket: /s, token: hunter2 }",
      [
        "rest.token: secrets are not written here; put it into a file of its own and name that "
          + "with 'token_file'"
      ]
    ),
    (
      "rest: { unix_socket: /s, version: 0.0.38 }",
      ["rest.version: found '0.0.38'; expected one of v0.0.38, v0.0.39, v0.0.40, v0.0.41"]
    ),
    (
      "rest: { unix_sock: /s }",
      [
        "rest.unix_sock: unknown key; did you mean 'unix_socket'?",
        "rest.url: missing; \(url), or unix_socket: /run/slurmrestd.sock",
      ]
    ),
    (
      "rest: { unix_socket: /s }, sacct: local",
      ["rest: cannot be used together with 'sacct'; keep one of them"]
    ),
    (
      "timeout: 5m",
      [
        "sacct: missing; expected sacct: local, or command: \"ssh login\", or file: jobs.txt, or "
          + "rest: { unix_socket: /run/slurmrestd.sock }"
      ]
    ),
  ])
  func `a wrong one is told with its place`(keys: String, words: [String]) {
    expect(words.map { "c.yaml:3: sources[0].\($0)" }) {
      try ConfigurationLoader.parse(text(keys), file: "c.yaml")
    }
  }

  @Test func `what only a slurmrestd needs is refused elsewhere`() {
    let valid = "name, type, site, cluster, timeout, sacct, command, file, rest, time_zone"
    expect(["c.yaml:3: sources[0].headers: unknown key; valid keys here are " + valid]) {
      try ConfigurationLoader.parse(text("sacct: local, headers: { a: b }"), file: "c.yaml")
    }
  }
}
