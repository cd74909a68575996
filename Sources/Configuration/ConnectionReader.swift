/// Reading how a source's server is spoken to.
extension ConfigurationReader {
  private static let secrets = [
    "password": "password_file", "credentials": "credentials_file",
    "bearer_token": "credentials_file", "token": "credentials_file", "key": "key_file",
    "cert": "cert_file", "ca": "ca_file",
  ]

  /// How the server of a source is spoken to.
  func readConnection(_ section: Section) -> Connection {
    if section.has("basic_auth"), section.has("authorization") {
      section.tell(.conflict(with: "basic_auth"), of: "authorization")
    }
    return Connection(
      basicAuth: readBasicAuth(section), authorization: readAuthorization(section),
      tls: readTLS(section), headers: readHeaders(section),
      timeout: section.value(
        "timeout", expected: PrometheusDuration.expectation, parse: PrometheusDuration.parse))
  }

  private func readBasicAuth(_ section: Section) -> Connection.BasicAuth? {
    guard
      let auth = section.section(
        "basic_auth", valid: ["username", "password_file"], secrets: Self.secrets)
    else { return nil }
    let username = auth.requiredText("username", expected: "the user's name")
    let file = auth.requiredText("password_file", expected: "the path of a file with the password")
    guard let username, let file else { return nil }
    return Connection.BasicAuth(username: username, passwordFile: resolve(file))
  }

  private func readAuthorization(_ section: Section) -> Connection.Authorization? {
    guard
      let auth = section.section(
        "authorization", valid: ["type", "credentials_file"], secrets: Self.secrets)
    else { return nil }
    let expected = "one word such as Bearer"
    let type = auth.text("type", expected: expected) ?? "Bearer"
    if type.contains(" ") { auth.tell(.badHiddenValue(expected: expected), of: "type") }
    let file = auth.requiredText(
      "credentials_file", expected: "the path of a file with the token")
    guard let file else { return nil }
    return Connection.Authorization(type: type, credentialsFile: resolve(file))
  }

  private func readTLS(_ section: Section) -> Connection.TLS {
    let valid = ["ca_file", "cert_file", "key_file", "server_name", "insecure_skip_verify"]
    guard let tls = section.section("tls_config", valid: valid, secrets: Self.secrets) else {
      return Connection.TLS()
    }
    if tls.has("cert_file"), !tls.has("key_file") {
      tls.tell(.missingPartner("key_file"), of: "cert_file")
    }
    if tls.has("key_file"), !tls.has("cert_file") {
      tls.tell(.missingPartner("cert_file"), of: "key_file")
    }
    return Connection.TLS(
      caFile: tls.text("ca_file", expected: "a path").map(resolve),
      certFile: tls.text("cert_file", expected: "a path").map(resolve),
      keyFile: tls.text("key_file", expected: "a path").map(resolve),
      serverName: tls.text("server_name", expected: "a host name"),
      insecureSkipVerify: tls.flag("insecure_skip_verify") ?? false)
  }

  private func readHeaders(_ section: Section) -> [String: String] {
    guard let headers = section.section("headers", valid: nil) else { return [:] }
    var result: [String: String] = [:]
    for name in headers.keys {
      guard name.lowercased() != "authorization" else {
        headers.tell(.secret(use: "authorization.credentials_file"), of: name)
        continue
      }
      guard !name.isEmpty, name.utf8.allSatisfy(Self.isHeaderByte) else {
        headers.tell(
          .badValue(found: name, expected: "a header's name such as X-Scope-OrgID"), of: name)
        continue
      }
      result[name] = headers.text(name)
    }
    return result
  }

  /// - Source: RFC 9110, 5.6.2, token.
  private static func isHeaderByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
