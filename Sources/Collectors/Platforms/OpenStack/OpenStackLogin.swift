import Transport

/// What Keystone is told, and where it says that Nova is.
enum OpenStackLogin {
  /// The text of the question for a token.
  static func body(_ credentials: OpenStackSettings.Credentials, secret: String) -> String {
    switch credentials {
    case .application(let id, _):
      return """
        {"auth": {"identity": {"methods": ["application_credential"],
        "application_credential": {"id": \(JSONWord.quoted(id)), "secret": \(JSONWord.quoted(secret))}}}}
        """
    case .password(let user, let userDomain, _, let project, let projectDomain):
      return """
        {"auth": {"identity": {"methods": ["password"], "password": {"user":
        {"name": \(JSONWord.quoted(user)), "domain": {"name": \(JSONWord.quoted(userDomain))},
        "password": \(JSONWord.quoted(secret))}}}, "scope": {"project":
        {"name": \(JSONWord.quoted(project)), "domain": {"name": \(JSONWord.quoted(projectDomain))}}}}}
        """
    }
  }

  /// Nova's address in a catalogue, without a slash at its end.
  static func compute(
    _ catalog: [JSONValue], region: String?, interface: String
  ) throws(UnusableAnswer) -> String {
    let services = catalog.filter { $0.text("type") == "compute" }
    let endpoints = services.flatMap { $0["endpoints"]?.elements ?? [] }
      .filter { $0.text("interface") == interface }
    let regions = Set(endpoints.map(Self.region)).sorted()
    let chosen = region.map { name in endpoints.filter { Self.region($0) == name } } ?? endpoints
    guard let url = chosen.first?.text("url"), !url.isEmpty else {
      let there =
        services.isEmpty
        ? "the catalogue has no service of type compute"
        : regions.isEmpty
          ? "Nova has no \(interface) address"
          : "Nova has \(interface) addresses in " + regions.joined(separator: ", ")
      throw UnusableAnswer(
        reason: there + "; check interface and region, and the project of the credentials",
        isTransient: false)
    }
    if region == nil, regions.count > 1 {
      throw UnusableAnswer(
        reason: "the cloud has several regions; set region to one of "
          + regions.joined(separator: ", ") + ", and make a source for each",
        isTransient: false)
    }
    var text = url
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }

  private static func region(_ endpoint: JSONValue) -> String {
    endpoint["region_id"]?.text ?? endpoint.text("region")
  }
}

/// What a service of OpenStack says instead of an answer, in our words and with what to do.
enum OpenStackRefusal {
  static func ofLogin(
    _ response: HTTPResponse, _ credentials: OpenStackSettings.Credentials, hiding secret: String
  ) -> UnusableAnswer {
    let reason =
      switch response.status {
      case 401: "status 401, Keystone does not let us in; \(credentials.advice)"
      case 404:
        "status 404, there is no Keystone; give its address with its version, such as "
          + "https://keystone.example:5000/v3"
      default:
        "status \(response.status)" + message(response, hiding: secret)
          + "; check the address of Keystone and the credentials"
      }
    return UnusableAnswer(reason: reason, isTransient: false)
  }

  /// - Parameter asked: the version that Nova was asked in.
  static func told(_ response: HTTPResponse, asked: String) -> UnusableAnswer {
    let reason =
      switch response.status {
      case 401:
        "status 401, the token is not known although it is new; check the clocks of the cloud"
      case 403:
        "status 403, this is not allowed\(message(response)); give the user a role such as admin "
          + "that may list the servers of all projects"
      case 404: "status 404, there is no such page\(message(response))"
      case 406:
        "status 406, Nova does not speak version \(asked)"
          + (response.headers["openstack-api-version"] == nil ? "" : message(response))
          + "; it must be of the release Rocky (2018) or later"
      default: "status \(response.status)\(message(response))"
      }
    return UnusableAnswer(reason: reason, isTransient: false)
  }

  /// A server's own words, of bounded length and on one line.
  private static func message(_ response: HTTPResponse, hiding secret: String = "") -> String {
    guard let answer = try? JSONValue(response.body) else { return "" }
    let inside = answer.members.values.first { $0["message"] != nil } ?? answer
    var text = inside.text("message").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if !secret.isEmpty { text = text.replacing(secret, with: "<secret>") }
    text = String(text.prefix(300).filter { $0.unicodeScalars.allSatisfy { $0.value >= 32 } })
    while text.hasSuffix(".") { text.removeLast() }
    return text.isEmpty ? "" : " (\(text))"
  }
}
