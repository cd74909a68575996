/// How to reach a server: who we are, whom we trust, how long we wait, how often we try.
///
/// Plain data; secrets are named by their files and read when a request is sent.
package struct ConnectionSettings: Hashable, Sendable {
  package var authentication: Authentication?
  package var tls: TLSSettings
  /// Sent with every request: `X-Scope-OrgID: ml`. Their values are treated as secrets.
  package var headers: [String: String]
  /// More headers, whose values are in files: the path by the name.
  package var headerFiles: [String: String]
  package var timeouts: Timeouts
  package var retries: RetryPolicy
  /// The socket to connect to in place of the host in the address.
  package var unixSocket: String?

  package init(
    authentication: Authentication? = nil, tls: TLSSettings = TLSSettings(),
    headers: [String: String] = [:], headerFiles: [String: String] = [:],
    timeouts: Timeouts = Timeouts(),
    retries: RetryPolicy = RetryPolicy(), unixSocket: String? = nil
  ) {
    self.authentication = authentication
    self.tls = tls
    self.headers = headers
    self.headerFiles = headerFiles
    self.timeouts = timeouts
    self.retries = retries
    self.unixSocket = unixSocket
  }
}

/// How a server knows us. The secret itself stays in its file, or in the environment.
package enum Authentication: Hashable, Sendable {
  /// `basic_auth` of Prometheus.
  case basic(username: String, passwordFile: String)
  /// `authorization` of Prometheus; `scheme` is its `type`, mostly `Bearer`.
  case credentials(scheme: String, file: String)
  /// Each request is signed, as S3 wants it.
  case awsSignature(AWSSignature)
}

/// `tls_config` of Prometheus. What is nil is the system's.
package struct TLSSettings: Hashable, Sendable {
  /// The certificates that may sign the server's, PEM.
  package var caFile: String?
  /// Our certificate, PEM.
  package var certificateFile: String?
  /// The key of our certificate, PEM.
  package var keyFile: String?
  /// The name that the server's certificate must carry, where it isn't the host of the address.
  package var serverName: String?
  /// Whether the server's certificate is taken unseen: `insecure_skip_verify` of Prometheus.
  package var skipsVerification: Bool

  package init(
    caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil,
    serverName: String? = nil, skipsVerification: Bool = false
  ) {
    self.skipsVerification = skipsVerification
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.serverName = serverName
  }
}

/// How long a request may take.
///
/// - Source: a Prometheus gives a query two minutes (`--query.timeout`) and then answers 503, so
///   that a silence must be allowed to last longer than that.
package struct Timeouts: Hashable, Sendable {
  /// Unit: milliseconds, until the connection stands.
  package var connectMilliseconds: Int
  /// Unit: milliseconds, for one attempt from its start to its last byte.
  package var totalMilliseconds: Int
  /// Unit: seconds, for which less than 100 bytes a second may arrive.
  package var stallSeconds: Int

  package init(
    connectMilliseconds: Int = 10_000, totalMilliseconds: Int = 600_000, stallSeconds: Int = 130
  ) {
    self.connectMilliseconds = connectMilliseconds
    self.totalMilliseconds = totalMilliseconds
    self.stallSeconds = stallSeconds
  }
}
