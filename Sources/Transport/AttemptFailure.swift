import CCurl

/// Why one attempt failed, and whether another may do better.
struct AttemptFailure: Error {
  let error: TransportError
  let isTransient: Bool
  /// Unit: milliseconds, how long the server asks us to stay away.
  let waitMilliseconds: Int?

  init(_ error: TransportError, isTransient: Bool = false, waitMilliseconds: Int? = nil) {
    self.error = error
    self.isTransient = isTransient
    self.waitMilliseconds = waitMilliseconds
  }

  /// Tells an answer from a failure.
  static func judge(
    _ outcome: TransferOutcome, of request: HTTPRequest, at url: String,
    with credentials: Credentials
  ) -> Result<HTTPResponse, AttemptFailure> {
    switch outcome {
    case .cancelled:
      return .failure(AttemptFailure(.cancelled(url: url)))
    case .sinkFailure(let reason):
      return .failure(AttemptFailure(.receiver(url: url, reason: credentials.blotting(reason))))
    case .failure(_, _, isTooLarge: true):
      let limit = request.responseBytesMaximum
      return .failure(AttemptFailure(.tooLarge(url: url, bytesMaximum: limit)))
    case .failure(let code, let reason, _):
      return .failure(failure(code, credentials.blotting(reason), url))
    case .response(let response):
      if (200..<300).contains(response.status) || request.acceptedStatuses.contains(response.status)
      {
        return .success(response)
      }
      return .failure(failure(response, url, credentials))
    }
  }

  private static func failure(
    _ code: CURLcode.RawValue, _ reason: String, _ url: String
  ) -> AttemptFailure {
    switch CURLcode(code) {
    case CURLE_COULDNT_CONNECT:
      AttemptFailure(.refused(url: url, reason: reason), isTransient: true)
    case CURLE_COULDNT_RESOLVE_HOST:
      AttemptFailure(.unresolvable(url: url), isTransient: true)
    case CURLE_OPERATION_TIMEDOUT:
      AttemptFailure(.timedOut(url: url, reason: reason), isTransient: true)
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR,
      CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_WEIRD_SERVER_REPLY:
      // A handshake refused after our certificate was sent, or was missing, comes as this too.
      reason.lowercased().contains("alert")
        ? AttemptFailure(.tls(url: url, reason: reason))
        : AttemptFailure(.brokenOff(url: url, reason: reason), isTransient: true)
    case CURLE_SSL_CONNECT_ERROR where reason.contains("reset by peer"):
      AttemptFailure(.brokenOff(url: url, reason: reason), isTransient: true)
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
      AttemptFailure(.tls(url: url, reason: reason))
    default:
      AttemptFailure(.library(url: url, code: Int(code), reason: reason))
    }
  }

  private static func failure(
    _ response: HTTPResponse, _ url: String, _ credentials: Credentials
  ) -> AttemptFailure {
    let status = response.status
    switch status {
    case 300..<400:
      let location = URLText.shown(response.headers["location"] ?? "an unnamed place")
      return AttemptFailure(.redirected(url: url, status: status, location: location))
    case 401: return AttemptFailure(.unauthorized(url: url))
    case 403: return AttemptFailure(.forbidden(url: url))
    case 404: return AttemptFailure(.notFound(url: url))
    default:
      let excerpt = Self.excerpt(response, credentials)
      let error = TransportError.status(url: url, status: status, excerpt: excerpt)
      let isTransient = status >= 500 || status == 429 || status == 408
      return AttemptFailure(
        error, isTransient: isTransient, waitMilliseconds: RetryAfter.milliseconds(response))
    }
  }

  /// The beginning of what a server said, on one line; nothing of a web page.
  private static func excerpt(_ response: HTTPResponse, _ credentials: Credentials) -> String {
    if response.mediaType == "text/html" { return "" }
    let text = String(decoding: response.body.prefix(64 << 10), as: UTF8.self)
    // Cut only when nothing is left to hide: of half a secret nobody would know that it is one.
    let words = credentials.blotting(text).prefix(400).split { $0.isWhitespace || $0.isNewline }
    return words.joined(separator: " ").filter { $0.unicodeScalars.allSatisfy { $0.value >= 32 } }
  }
}

/// The header `Retry-After`: seconds, or a date that is compared with the answer's own `Date`, so
/// that no clock of ours is asked.
enum RetryAfter {
  static func milliseconds(_ response: HTTPResponse) -> Int? {
    guard let text = response.headers["retry-after"] else { return nil }
    if let seconds = Int(text), seconds >= 0, seconds < 1_000_000_000 { return seconds * 1_000 }
    guard let then = instant(text), let now = response.headers["date"].flatMap(instant) else {
      return nil
    }
    return max(0, then - now) * 1_000
  }

  /// Unit: seconds since 1970, of a date as RFC 9110 writes it.
  private static func instant(_ text: String) -> Int? {
    let seconds = curl_getdate(text, nil)
    return seconds < 0 ? nil : seconds
  }
}
