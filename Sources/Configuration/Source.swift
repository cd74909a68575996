/// Where data comes from.
package struct Source: Hashable, Sendable {
  package var name: String
  /// Empty for one that is of all sites.
  package var site: String
  /// Empty for one that is of all clusters.
  package var cluster: String
  /// The line of the configuration file that names it.
  package var line: Int
  package var connection: Connection
  package var kind: Kind

  /// What it speaks.
  package enum Kind: Hashable, Sendable {
    case prometheus(PrometheusSource)
    case dcgmExporter(DCGMExporterSource)
    case slurm(SlurmSource)
    case reservations(ReservationSource)
    case assignments(AssignmentSource)
    case bill(BillSource)
    case rancher(RancherSource)
    case uyuni(UyuniSource)
    case openstack(OpenStackSource)
    case vsphere(VSphereSource)
  }

  package init(
    name: String, site: String, cluster: String, line: Int = 0,
    connection: Connection = Connection(), kind: Kind
  ) {
    self.name = name
    self.site = site
    self.cluster = cluster
    self.line = line
    self.connection = connection
    self.kind = kind
  }
}

/// How a server is spoken to, in Prometheus' own words. Secrets are named by their files.
package struct Connection: Hashable, Sendable {
  /// A user and the file with the password.
  package struct BasicAuth: Hashable, Sendable {
    package var username: String
    package var passwordFile: String

    package init(username: String, passwordFile: String) {
      self.username = username
      self.passwordFile = passwordFile
    }
  }
  /// The `Authorization` header: a type and the file with the token.
  package struct Authorization: Hashable, Sendable {
    package var type: String
    package var credentialsFile: String

    package init(type: String = "Bearer", credentialsFile: String) {
      self.type = type
      self.credentialsFile = credentialsFile
    }
  }
  /// Certificates, and how far the server's is trusted.
  package struct TLS: Hashable, Sendable {
    package var caFile: String?
    package var certFile: String?
    package var keyFile: String?
    package var serverName: String?
    package var insecureSkipVerify = false

    package init(
      caFile: String? = nil, certFile: String? = nil, keyFile: String? = nil,
      serverName: String? = nil, insecureSkipVerify: Bool = false
    ) {
      self.caFile = caFile
      self.certFile = certFile
      self.keyFile = keyFile
      self.serverName = serverName
      self.insecureSkipVerify = insecureSkipVerify
    }
  }

  package var basicAuth: BasicAuth?
  package var authorization: Authorization?
  package var tls: TLS
  /// Extra request headers.
  package var headers: [String: String]
  /// How long the server may take to answer.
  ///
  /// - Unit: milliseconds; nil for what suits its kind.
  package var timeout: Int64?

  package init(
    basicAuth: BasicAuth? = nil, authorization: Authorization? = nil, tls: TLS = TLS(),
    headers: [String: String] = [:], timeout: Int64? = nil
  ) {
    self.timeout = timeout
    self.basicAuth = basicAuth
    self.authorization = authorization
    self.tls = tls
    self.headers = headers
  }
}

/// A Prometheus server, or what speaks like one.
package struct PrometheusSource: Hashable, Sendable {
  /// How samples are read from it.
  package enum ProtocolChoice: String, CaseIterable, Sendable {
    case auto
    case remoteRead = "remote-read"
    case query
  }
  /// The labels that highly available pairs usually carry.
  package static let usualReplicaLabels = [
    "prometheus_replica", "replica", "__replica__", "receive_replica",
  ]

  /// Without a slash at its end.
  package var url: String
  /// - Unit: milliseconds; nil to read it off the data.
  package var scrapeInterval: Int64?
  package var protocolChoice: ProtocolChoice
  /// Labels that tell the replicas of a highly available pair apart.
  package var replicaLabels: [String]
  /// Label matchers that every query carries, `namespace="a"` say, empty for none.
  package var matchers: String
  /// Whether persistent volumes are asked for; nil where the file doesn't say.
  package var hasStorage: Bool?
  /// More fields of every request's address: `namespace=ml`.
  package var params: [String: String]
  /// The id that Rancher has for the cluster, nil where its name there is ours.
  package var rancherCluster: String?

  package init(
    url: String, scrapeInterval: Int64? = nil, protocolChoice: ProtocolChoice = .auto,
    replicaLabels: [String] = Self.usualReplicaLabels, matchers: String = "",
    params: [String: String] = [:], rancherCluster: String? = nil, hasStorage: Bool? = nil
  ) {
    self.params = params
    self.rancherCluster = rancherCluster
    self.url = url
    self.scrapeInterval = scrapeInterval
    self.protocolChoice = protocolChoice
    self.replicaLabels = replicaLabels
    self.matchers = matchers
    self.hasStorage = hasStorage
  }
}

/// Exporters that are read without a Prometheus in between.
package struct DCGMExporterSource: Hashable, Sendable {
  /// `host:port` or whole URLs.
  package var targets: [String]
  /// - Unit: milliseconds.
  package var interval: Int64

  package init(targets: [String], interval: Int64 = 30_000) {
    self.targets = targets
    self.interval = interval
  }
}

/// The accounting of a cluster that Slurm runs.
package struct SlurmSource: Hashable, Sendable {
  /// How its jobs are read.
  package enum Access: Hashable, Sendable {
    /// `sacct` of this machine.
    case local
    /// `sacct` of another machine, after these words: `ssh login`.
    case command([String])
    /// What `sacct -P` printed, head included.
    case file(String)
    /// A slurmrestd.
    case rest(SlurmRESTSource)
  }
  package var access: Access
  /// The zone of times that come without one, nil for that of billing days.
  package var timeZone: String?

  package init(access: Access, timeZone: String? = nil) {
    self.access = access
    self.timeZone = timeZone
  }
}

/// A slurmrestd.
package struct SlurmRESTSource: Hashable, Sendable {
  /// Where it listens.
  package enum Server: Hashable, Sendable {
    /// Without a slash at its end.
    case url(String)
    case unixSocket(String)
  }
  package var server: Server
  /// Whose token it is.
  package var user: String?
  /// The file with the token.
  package var tokenFile: String?
  /// What is spoken, `v0.0.38`; nil to ask.
  package var version: String?

  package init(
    server: Server, user: String? = nil, tokenFile: String? = nil, version: String? = nil
  ) {
    self.server = server
    self.user = user
    self.tokenFile = tokenFile
    self.version = version
  }
}
