import Quantities

/// Reading sources of type `slurm`.
extension ConfigurationReader {
  private static let accessKeys = ["sacct", "command", "file", "rest"]
  private static let restKeys = ["url", "unix_socket", "user", "token_file", "version"]
  private static let restSecrets = ["token": "token_file", "password": "token_file"]
  /// What slurmrestd may speak.
  private static let restVersions = ["v0.0.38", "v0.0.39", "v0.0.40", "v0.0.41"]

  func readSlurm(_ section: Section) -> SlurmSource? {
    let zone = section.value(
      "time_zone", expected: "a zone such as Asia/Seoul whose offset is of whole hours"
    ) { text in (try? BillingCalendar(zone: text)).map { _ in text } }
    let given = Self.accessKeys.filter(section.has)
    guard given.count <= 1 else {
      section.tell(.conflict(with: given[0]), of: given[1])
      return nil
    }
    return readAccess(section).map { SlurmSource(access: $0, timeZone: zone) }
  }

  private func readAccess(_ section: Section) -> SlurmSource.Access? {
    if section.has("file") {
      return section.requiredText("file", expected: "the path of what 'sacct -P' printed")
        .map { .file(resolve($0)) }
    }
    if section.has("command") {
      let expected = "the words that come before sacct, such as \"ssh login\""
      return section.value("command", expected: expected) { text in
        let words = text.split(separator: " ").map(String.init)
        return words.isEmpty ? nil : .command(words)
      }
    }
    if section.has("rest") { return readREST(section).map { .rest($0) } }
    guard section.has("sacct") else {
      section.tell(
        .missingKey(
          expected: "sacct: local, or command: \"ssh login\", or file: jobs.txt, "
            + "or rest: { unix_socket: /run/slurmrestd.sock }"), of: "sacct")
      return nil
    }
    return section.value("sacct", expected: "local") { $0 == "local" ? .local : nil }
  }

  private func readREST(_ section: Section) -> SlurmRESTSource? {
    guard let rest = section.section("rest", valid: Self.restKeys, secrets: Self.restSecrets)
    else { return nil }
    let user = rest.text("user", expected: "the name of the user whose token it is")
    if rest.has("user"), !rest.has("token_file") {
      rest.tell(.missingPartner("token_file"), of: "user")
    }
    let tokenFile = rest.text("token_file", expected: "the path of a file with a token")
    let version = rest.value(
      "version", expected: "one of " + Self.restVersions.joined(separator: ", ")
    ) { Self.restVersions.contains($0) ? $0 : nil }
    return readServer(rest).map {
      SlurmRESTSource(
        server: $0, user: user, tokenFile: tokenFile.map(resolve), version: version)
    }
  }

  private func readServer(_ rest: Section) -> SlurmRESTSource.Server? {
    if rest.has("url"), rest.has("unix_socket") {
      rest.tell(.conflict(with: "url"), of: "unix_socket")
      return nil
    }
    if rest.has("unix_socket") {
      return rest.requiredText("unix_socket", expected: "the path of the socket of slurmrestd")
        .map { .unixSocket(resolve($0)) }
    }
    let expected = "a URL such as http://127.0.0.1:6820"
    guard rest.has("url") else {
      rest.tell(
        .missingKey(expected: expected + ", or unix_socket: /run/slurmrestd.sock"), of: "url")
      return nil
    }
    return readServer("url", expected: expected, rest).map { .url($0) }
  }
}
