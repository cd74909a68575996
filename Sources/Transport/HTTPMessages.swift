/// What is asked of a server.
package struct HTTPRequest: Sendable {
  /// The methods in use.
  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
  }

  package var method: Method
  /// An address with `http` or `https`, without user name and password.
  package var url: String
  package var headers: [String: String]
  package var body: [UInt8]
  /// The statuses besides 2xx that are answers and not errors.
  package var acceptedStatuses: Set<Int>
  /// Unit: bytes after decoding; a longer answer is refused while it arrives.
  package var responseBytesMaximum: Int
  /// Whether the answer may come compressed; if not, its bytes are kept as they come, even where
  /// they are marked as compressed.
  package var acceptsCompression = true

  package init(
    method: Method = .get, url: String, headers: [String: String] = [:], body: [UInt8] = [],
    acceptedStatuses: Set<Int> = [], responseBytesMaximum: Int = 64 << 20
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.acceptedStatuses = acceptedStatuses
    self.responseBytesMaximum = responseBytesMaximum
  }

  /// A form sent by POST: for queries longer than an address may be.
  package static func form(
    _ url: String, fields: [(String, String)], acceptedStatuses: Set<Int> = [],
    responseBytesMaximum: Int = 64 << 20
  ) -> HTTPRequest {
    HTTPRequest(
      method: .post, url: url, headers: ["Content-Type": "application/x-www-form-urlencoded"],
      body: Array(URLText.encoded(fields).utf8), acceptedStatuses: acceptedStatuses,
      responseBytesMaximum: responseBytesMaximum)
  }
}

/// The beginning of an answer, whose body is still to come.
package struct HTTPHead: Sendable {
  package let status: Int
  /// By lower-case name; the last one where a name came twice.
  package let headers: [String: String]
}

/// What a server answered.
package struct HTTPResponse: Sendable {
  package let status: Int
  /// By lower-case name; the last one where a name came twice.
  package let headers: [String: String]
  /// Decoded; empty where it went to a sink.
  package let body: [UInt8]
  /// Unit: bytes of the body as they came over the wire.
  package let wireBytes: Int

  package init(status: Int, headers: [String: String], body: [UInt8], wireBytes: Int) {
    self.status = status
    self.headers = headers
    self.body = body
    self.wireBytes = wireBytes
  }

  /// The media type without its parameters, in lower case: `text/html`.
  package var mediaType: String {
    let whole = headers["content-type"] ?? ""
    return String(whole.prefix { $0 != ";" }).lowercased().filter { $0 != " " }
  }
}

/// Why a decoder refused an answer.
package struct UnusableAnswer: Error, Sendable {
  /// A fragment: `the answer breaks off at byte 17`.
  package let reason: String
  /// Whether the same question may get a better answer at another attempt.
  package let isTransient: Bool

  package init(reason: String, isTransient: Bool) {
    self.reason = reason
    self.isTransient = isTransient
  }
}
