/// Why a server gave no usable answer.
///
/// `url` is shown without credentials and query; no case ever carries a secret.
package enum TransportError: Error, Equatable, CustomStringConvertible {
  /// Nobody listens there.
  case refused(url: String, reason: String)
  /// The host's name is unknown.
  case unresolvable(url: String)
  /// No connection, no answer or no byte in time.
  case timedOut(url: String, reason: String)
  /// No trust: the server's certificate, ours, or the protocol.
  case tls(url: String, reason: String)
  /// 401: the server doesn't know us.
  case unauthorized(url: String)
  /// 403: the server knows us and says no.
  case forbidden(url: String)
  /// 404: the server has no such page.
  case notFound(url: String)
  /// 3xx: the server sends us elsewhere, mostly to a login page.
  case redirected(url: String, status: Int, location: String)
  /// Any other status that isn't an answer, with the beginning of what the server said.
  case status(url: String, status: Int, excerpt: String)
  /// The server asks for a longer wait than the retry policy allows.
  case busy(url: String, seconds: Int)
  /// The answer is larger than we take.
  case tooLarge(url: String, bytesMaximum: Int)
  /// The answer ended before its end.
  case brokenOff(url: String, reason: String)
  /// The answer arrived, but it isn't what was asked for.
  case unusable(url: String, reason: String)
  /// Whoever takes the bytes failed: a full disk, say.
  case receiver(url: String, reason: String)
  /// A password, token, certificate or key can't be read.
  case unreadableFile(path: String, reason: String)
  /// The keys that requests are to be signed with can't be found; `place` is a file or a variable.
  case noKeys(place: String, reason: String)
  /// The settings can't make a request.
  case setting(url: String, reason: String)
  /// libcurl failed for a reason of its own.
  case library(url: String, code: Int, reason: String)
  /// The caller no longer wants the answer.
  case cancelled(url: String)
  /// Every attempt failed; `last` is how the last one did.
  indirect case exhausted(attempts: Int, last: TransportError)

  package var description: String {
    switch self {
    case .refused(let url, _) where url.hasPrefix("unix:"):
      "\(url): no connection; check that the server runs, that the path of its socket is right and "
        + "that this user may write to it"
    case .refused(let url, let reason):
      "\(url): no connection (\(reason)); check that the server runs and the port is right"
    case .unresolvable(let url):
      "\(url): the host's name does not resolve; check the address and the name service"
    case .timedOut(let url, let reason):
      "\(url): timed out (\(reason)); check the server's load and the network, or allow more time"
    case .tls(let url, let reason):
      "\(url): no trusted TLS connection (\(reason)); check ca_file, cert_file, key_file and "
        + "server_name under tls_config"
    case .unauthorized(let url):
      "\(url): the server answered 401, it does not know us; check basic_auth or authorization"
    case .forbidden(let url):
      "\(url): the server answered 403, it knows us but does not allow this; ask its "
        + "administrator for the right to read"
    case .notFound(let url):
      "\(url): the server answered 404, there is no such page; check the path of the address"
    case .redirected(let url, let status, let location):
      "\(url): the server answered \(status) and sends us to \(location); give the final address, "
        + "or credentials if that is a login page"
    case .status(let url, let status, let excerpt):
      "\(url): the server answered \(status)" + (excerpt.isEmpty ? "" : " (\(excerpt))")
        + "; look into its log"
    case .busy(let url, let seconds):
      "\(url): the server asks to come back after \(seconds) s, which is longer than we wait; "
        + "try again later"
    case .tooLarge(let url, let bytesMaximum):
      "\(url): the answer is larger than \(bytesMaximum) bytes; ask for less at once"
    case .brokenOff(let url, let reason):
      "\(url): the answer broke off (\(reason)); check the server and what lies in between"
    case .unusable(let url, let reason):
      "\(url): unusable answer: \(reason)"
    case .receiver(let url, let reason):
      "\(url): the answer could not be kept (\(reason))"
    case .unreadableFile(let path, let reason):
      "\(path): \(reason); check its path and that this user may read it"
    case .noKeys(let place, let reason):
      "\(place): \(reason)"
    case .setting(let url, let reason):
      "\(url): \(reason)"
    case .library(let url, let code, let reason):
      "\(url): the transfer failed with libcurl's code \(code) (\(reason))"
    case .cancelled(let url):
      "\(url): the request was cancelled"
    case .exhausted(let attempts, let last):
      "\(last) (tried \(attempts) times)"
    }
  }

  /// A fixed text without values, for counting.
  package var label: String {
    switch self {
    case .refused: "refused"
    case .unresolvable: "unresolvable"
    case .timedOut: "timed out"
    case .tls: "no trust"
    case .unauthorized: "unauthorized"
    case .forbidden: "forbidden"
    case .notFound: "not found"
    case .redirected: "redirected"
    case .status: "status"
    case .busy: "busy"
    case .tooLarge: "too large"
    case .brokenOff: "broken off"
    case .unusable: "unusable"
    case .receiver: "receiver"
    case .unreadableFile: "unreadable file"
    case .noKeys: "no keys"
    case .setting: "setting"
    case .library: "library"
    case .cancelled: "cancelled"
    case .exhausted(_, let last): last.label
    }
  }

  /// The error under ``exhausted(attempts:last:)``, else the error itself.
  package var root: TransportError {
    if case .exhausted(_, let last) = self { return last.root }
    return self
  }
}
