import Quantities
import Transport

/// Where a Uyuni is, and as whom it is asked.
package struct UyuniSettings: Sendable {
  /// Without a slash at its end.
  package var url: String
  package var user: String
  package var passwordFile: String
  package var connection: ConnectionSettings

  package init(
    url: String, user: String, passwordFile: String,
    connection: ConnectionSettings = ConnectionSettings()
  ) {
    self.url = url
    self.user = user
    self.passwordFile = passwordFile
    self.connection = connection
  }
}

/// A session of a Uyuni or a SUSE Manager.
///
/// - Source: Uyuni's HTTP API: a login sets the cookie `pxt-session-cookie`, after one that deletes
///   an older one; answers are `{"success", "result"}`, with `success: false` and a status of 200
///   where something is wrong.
struct UyuniAPI: Sendable {
  private static let root = "/rhn/manager/api/"
  private static let cookie = "pxt-session-cookie"
  /// The statuses of answers that say in words what is wrong.
  private static let statuses: Set = [400, 401, 403, 404, 500]

  let settings: UyuniSettings
  let client: HTTPClient

  /// Logs in, asks, and logs out, whatever comes of it.
  func session<Answer: Sendable>(
    _ ask: (UyuniSession) async throws(CollectorError) -> Answer
  ) async throws(CollectorError) -> Answer {
    let session = try await login()
    let outcome: Result<Answer, CollectorError>
    do {
      outcome = .success(try await ask(session))
    } catch {
      outcome = .failure(error)
    }
    // A session that stays open ends by itself.
    _ = try? await session.get("auth/logout", [], orElse: ()) {
      cursor throws(MalformedJSON) in try cursor.skipValue()
    }
    return try outcome.get()
  }

  private func login() async throws(CollectorError) -> UyuniSession {
    var connection = settings.connection
    do {
      let password = try SecretFile.read(settings.passwordFile)
      var request = HTTPRequest(
        method: .post, url: settings.url + Self.root + "auth/login",
        acceptedStatuses: Self.statuses, responseBytesMaximum: 1 << 20)
      request.headers["Content-Type"] = "application/json"
      request.body = Array(
        "{\"login\":\(JSONWord.quoted(settings.user)),\"password\":\(JSONWord.quoted(password))}"
          .utf8)
      let cookie = try await client.send(request, over: connection) {
        response throws(UnusableAnswer) in
        _ = try Self.decoded(response, orElse: ()) { cursor throws(MalformedJSON) in
          try cursor.skipValue()
        }
        return try Self.cookie(of: response)
      }
      // The value of a header of the connection is never shown.
      connection.headers["Cookie"] = cookie
    } catch {
      throw CollectorError(error)
    }
    return UyuniSession(root: settings.url + Self.root, connection: connection, client: client)
  }

  private static func cookie(of response: HTTPResponse) throws(UnusableAnswer) -> String {
    let text = response.headers["set-cookie"] ?? ""
    let pair = text.prefix { $0 != ";" }
    guard pair.hasPrefix(cookie + "="), pair.count > cookie.count + 1 else {
      throw UnusableAnswer(
        reason: "no session came of the login; check that the address is that of a Uyuni",
        isTransient: false)
    }
    return String(pair)
  }

  /// What an answer has under `result`.
  ///
  /// - Parameter empty: of an answer without a result.
  static func decoded<Found: Sendable>(
    _ response: HTTPResponse, orElse empty: Found,
    _ read: (inout JSONCursor) throws(MalformedJSON) -> Found
  ) throws(UnusableAnswer) -> Found {
    func fault(_ reason: String) -> UnusableAnswer {
      UnusableAnswer(reason: reason, isTransient: response.status >= 500)
    }
    let page = response.mediaType == "text/html"
    switch response.status {
    case 401:
      throw fault("status 401, Uyuni does not know the user; check user and password_file")
    case 403:
      throw fault("status 403, the user may not ask for that; give it a role that may read systems")
    case 404 where page, 200..<300 where page:
      throw fault("a web page instead of JSON; check that the address is that of a Uyuni")
    default: break
    }
    let envelope: UyuniEnvelope<Found>
    do throws(MalformedJSON) {
      envelope = try UyuniEnvelope(response.body, orElse: empty, read)
    } catch {
      throw fault(
        "status \(response.status), \(error); check that the address is that of a Uyuni")
    }
    guard envelope.isSuccess else {
      let words = envelope.message.filter { !$0.isNewline }.prefix(200)
      throw fault(
        words.isEmpty
          ? "status \(response.status) without a word; check that the address is that of a Uyuni"
          : "Uyuni says: \(words); check user and password_file, and the user's roles")
    }
    return envelope.result
  }
}

/// Questions of somebody who is logged in.
struct UyuniSession: Sendable {
  fileprivate let root: String
  fileprivate let connection: ConnectionSettings
  fileprivate let client: HTTPClient

  /// What a page has under `result`.
  func get<Found: Sendable>(
    _ page: String, _ fields: [(String, String)], orElse empty: Found,
    _ read: @Sendable (inout JSONCursor) throws(MalformedJSON) -> Found
  ) async throws(CollectorError) -> Found {
    let query = fields.isEmpty ? "" : "?" + URLText.encoded(fields)
    let request = HTTPRequest(
      url: root + page + query, acceptedStatuses: [400, 401, 403, 404, 500])
    do {
      return try await client.send(request, over: connection) {
        response throws(UnusableAnswer) in
        try UyuniAPI.decoded(response, orElse: empty, read)
      }
    } catch {
      throw CollectorError(error)
    }
  }
}

/// An answer: whether it is one, and what it has or why not.
struct UyuniEnvelope<Found> {
  private(set) var isSuccess = false
  private(set) var message = ""
  private(set) var result: Found

  init(
    _ bytes: [UInt8], orElse empty: Found,
    _ read: (inout JSONCursor) throws(MalformedJSON) -> Found
  ) throws(MalformedJSON) {
    result = empty
    try bytes.withUnsafeBufferPointer { (bytes) throws(MalformedJSON) in
      var cursor = try JSONCursor(bytes)
      try cursor.looseObject { cursor, key throws(MalformedJSON) in
        switch key {
        case "success": isSuccess = try cursor.boolean()
        case "result": result = try read(&cursor)
        case "message": message = try cursor.looseText()
        case "messages": message = try cursor.looseTexts().joined(separator: " ")
        default: try cursor.skipValue()
        }
      }
      try cursor.expectEnd()
    }
  }
}

/// A text as JSON writes it.
enum JSONWord {
  /// In quotes, what must be escaped escaped.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 32:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
