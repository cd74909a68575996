import Synchronization
import Transport

/// Asks Keystone for a token and the services of a cloud with it.
///
/// - Source: Identity API v3, `POST /v3/auth/tokens`; the token is a header of the answer, the
///   catalogue of services its body.
final class OpenStackSession: Sendable {
  /// What Nova is asked in.
  ///
  /// - Source: 2.62 (Rocky, 2018) is the first with flavours' extra specs inside of servers (2.47),
  ///   pages of migrations (2.59) and hosts in the events of actions (2.62).
  static let computeVersion = "2.62"
  private static let answerBytesMaximum = 512 << 20
  /// - Source: Nova gives 1,000 servers a page, or less where its max_limit says so.
  private static let pagesMaximum = 10_000
  private static let statuses: Set = [400, 401, 403, 404, 405, 406, 413]

  private let settings: OpenStackSettings
  private let client: HTTPClient
  private let pass = Mutex<Pass?>(nil)

  /// A token and what it opens.
  private struct Pass: Sendable {
    let token: String
    /// Nova's address without a slash at its end.
    let compute: String
  }

  init(_ settings: OpenStackSettings, client: HTTPClient) {
    self.settings = settings
    self.client = client
  }

  /// A page of Nova.
  func compute(_ page: String) async throws(CollectorError) -> JSONValue {
    try await ask(page, ofCompute: true)
  }

  /// A page of Keystone.
  func identity(_ page: String) async throws(CollectorError) -> JSONValue {
    try await ask(page, ofCompute: false)
  }

  /// All elements of a list of Nova, page by page.
  ///
  /// - Parameters:
  ///   - key: of the list, and with `_links` of what says that there is more.
  ///   - id: of an element, which the next page is asked for by.
  func list(
    _ page: String, _ fields: [(String, String)] = [], key: String, id: String = "id"
  ) async throws(CollectorError) -> [JSONValue] {
    var found: [JSONValue] = []
    var marker: String?
    for _ in 0..<Self.pagesMaximum {
      var fields = fields + [("limit", "1000")]
      if let marker { fields.append(("marker", marker)) }
      let answer = try await compute(page + "?" + URLText.encoded(fields))
      guard case .list(let elements)? = answer[key] else {
        throw .unusableText(place: page, reason: "there are no \(key) in the answer")
      }
      found += elements
      let more = answer[key + "_links"]?.elements.contains { $0.text("rel") == "next" } ?? false
      guard more, let last = elements.last?.text(id), !last.isEmpty, last != marker else {
        return found
      }
      marker = last
    }
    throw .unusableText(place: page, reason: "more than \(Self.pagesMaximum) pages")
  }

  /// What Nova is called in messages.
  func place() async throws(CollectorError) -> String { URLText.shown(try await entered().compute) }

  private func ask(_ page: String, ofCompute: Bool) async throws(CollectorError) -> JSONValue {
    for attempt in 0..<2 {
      let pass = try await entered()
      let base = ofCompute ? pass.compute : settings.url
      if let answer = try await get(base + page, pass, isLast: attempt == 1) { return answer }
      // A token holds for an hour or so: another one is asked for once.
      self.pass.withLock { $0 = nil }
    }
    preconditionFailure("BUG: the last attempt has no answer")
  }

  /// - Returns: nil where the token is no longer known and another attempt is left.
  private func get(
    _ url: String, _ pass: Pass, isLast: Bool
  ) async throws(CollectorError) -> JSONValue? {
    var connection = settings.connection
    // Values of these headers are blotted out of what servers say.
    connection.headers["X-Auth-Token"] = pass.token
    var request = HTTPRequest(
      url: url, acceptedStatuses: Self.statuses, responseBytesMaximum: Self.answerBytesMaximum)
    request.headers["Accept"] = "application/json"
    request.headers["OpenStack-API-Version"] = "compute \(Self.computeVersion)"
    request.headers["X-OpenStack-Nova-API-Version"] = Self.computeVersion
    do {
      return try await client.send(request, over: connection) {
        response throws(UnusableAnswer) in
        if response.status == 401, !isLast { return nil }
        if !(200..<300).contains(response.status) {
          throw OpenStackRefusal.told(response, asked: Self.computeVersion)
        }
        return try Self.json(response)
      }
    } catch {
      throw CollectorError(error)
    }
  }

  private static func json(_ response: HTTPResponse) throws(UnusableAnswer) -> JSONValue {
    do throws(MalformedJSON) { return try JSONValue(response.body) } catch {
      throw UnusableAnswer(
        reason: "\(error); check that the address is that of an OpenStack service",
        isTransient: true)
    }
  }

  private func entered() async throws(CollectorError) -> Pass {
    if let pass = pass.withLock({ $0 }) { return pass }
    let entry = try await enter()
    pass.withLock { $0 = entry }
    return entry
  }

  private func enter() async throws(CollectorError) -> Pass {
    let secret: String
    do { secret = try SecretFile.read(settings.credentials.secretFile) } catch {
      throw .transport(error)
    }
    let body = OpenStackLogin.body(settings.credentials, secret: secret)
    var request = HTTPRequest(
      method: .post, url: settings.url + "/auth/tokens",
      headers: ["Content-Type": "application/json", "Accept": "application/json"],
      body: Array(body.utf8), acceptedStatuses: Self.statuses,
      responseBytesMaximum: Self.answerBytesMaximum)
    request.acceptsCompression = true
    do {
      return try await client.send(request, over: settings.connection) {
        [settings] response throws(UnusableAnswer) in
        if !(200..<300).contains(response.status) {
          throw OpenStackRefusal.ofLogin(response, settings.credentials, hiding: secret)
        }
        guard let token = response.headers["x-subject-token"], !token.isEmpty else {
          throw UnusableAnswer(
            reason: "there is no X-Subject-Token in the answer; check that the address is that of "
              + "Keystone, with its /v3", isTransient: false)
        }
        let catalog = try Self.json(response)["token"]?["catalog"]?.elements ?? []
        return Pass(
          token: token,
          compute: try OpenStackLogin.compute(
            catalog, region: settings.region, interface: settings.interface))
      }
    } catch {
      throw CollectorError(error)
    }
  }
}
