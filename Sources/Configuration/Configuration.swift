import Quantities

/// Everything that gputally.yaml says, checked.
package struct Configuration: Sendable {
  /// The file it was read from.
  package var file: String
  /// The store, relative paths resolved against the folder of `file`.
  package var store: String
  package var calendar: BillingCalendar
  package var currency: Currency
  package var idle: IdleRule
  package var sites: [Site]
  package var sources: [Source]
  package var inventory: [InventoryEntry]
  package var teams: [TeamRule]
  package var rates: [Rate]
  package var policies: Policies
  /// Folder of exports, resolved as `store` is.
  package var exportDirectory: String
  /// Where `run` writes its own metrics, nil for nowhere.
  package var metricsFile: String?
}

/// When a held GPU counts as idle.
package struct IdleRule: Hashable, Sendable {
  /// - Unit: millionths of full activity; `below_percent: 5` is 50,000.
  package var belowPartsPerMillion: Int64
}

/// A place with GPUs.
package struct Site: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case onPrem = "on-prem"
    case privateCloud = "private-cloud"
    case publicCloud = "public-cloud"
  }
  package var name: String
  package var kind: Kind
}

/// Where data comes from.
package struct Source: Sendable {
  package var name: String
  package var site: String
  package var cluster: String
  /// The line of the configuration file that names it.
  package var line: Int
  package var connection: Connection
  package var kind: Kind

  package enum Kind: Sendable {
    case prometheus(PrometheusSource)
    case dcgmExporter(DCGMExporterSource)
  }
}

/// How a server is spoken to, in Prometheus' own words.
package struct Connection: Hashable, Sendable {
  package struct BasicAuth: Hashable, Sendable {
    package var username: String
    package var passwordFile: String
  }
  package struct Authorization: Hashable, Sendable {
    package var type: String
    package var credentialsFile: String
  }
  package struct TLS: Hashable, Sendable {
    package var caFile: String?
    package var certFile: String?
    package var keyFile: String?
    package var serverName: String?
    package var insecureSkipVerify = false
  }
  package var basicAuth: BasicAuth?
  package var authorization: Authorization?
  package var tls = TLS()
  /// Extra request headers, in the order of their names.
  package var headers: [String: String] = [:]
  package init() {}
}

package struct PrometheusSource: Hashable, Sendable {
  package enum ProtocolChoice: String, CaseIterable, Sendable {
    case auto
    case remoteRead = "remote-read"
    case query
  }
  package var url: String
  /// - Unit: milliseconds; nil to read it off the data.
  package var scrapeInterval: Int64?
  package var protocolChoice: ProtocolChoice
  /// Labels that tell the replicas of a highly available pair apart.
  package var replicaLabels: [String]
  /// Label matchers that every query carries, `namespace="a"` say, empty for none.
  package var matchers: String
}

package struct DCGMExporterSource: Hashable, Sendable {
  /// `host:port` or whole URLs.
  package var targets: [String]
  /// - Unit: milliseconds.
  package var interval: Int64
}

/// Hosts that exist, whether seen or not.
package struct InventoryEntry: Hashable, Sendable {
  package var site: String
  package var cluster: String
  /// Host names, ranges expanded.
  package var hosts: [String]
  package var gpusPerHost: Int
  package var gpuModel: String
  /// The team that owns the hardware, nil where none is named.
  package var owner: String?
  /// The billing day from which the hosts count, nil for ever.
  package var inService: CivilDate?
  /// The billing day from which they no longer count, nil for never.
  package var retired: CivilDate?
}

/// A team and what is charged to it.
package struct TeamRule: Hashable, Sendable {
  package var name: String
  package var costCenter: String?
  /// The team's if any matches: every key of a match must match its pattern.
  ///
  /// - Shape: keys `namespace`, `workload`, `site`, `cluster`, `project`, `owner`, `account`,
  ///   `user`, `label:NAME`, `namespace_label:NAME`; patterns with `*` and `?`.
  package var matches: [[String: String]]
}

/// What a GPU-hour costs.
package struct Rate: Hashable, Sendable {
  /// Patterns with `*` and `?`; nil matches all.
  package var site: String?
  package var cluster: String?
  package var gpuModel: String?
  package var perGPUHour: Money
  package var from: CivilDate?
  package var to: CivilDate?
  package var line: Int
}

/// Who pays for GPU-time that nobody holds.
package struct Policies: Hashable, Sendable {
  package enum Policy: String, CaseIterable, Sendable { case proportional, even, owner, platform, keep }
  package var unallocated: Policy
  package var outOfService: Policy
  package var unattributed: Policy
  /// The name of the platform's team.
  package var platform: String
}
