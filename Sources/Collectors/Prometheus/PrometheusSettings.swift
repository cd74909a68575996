import Transport

/// One condition on a label.
package struct LabelMatcher: Hashable, Sendable {
  /// The comparisons of PromQL.
  package enum Operation: String, Sendable {
    case equal = "="
    case unequal = "!="
    case matching = "=~"
    case notMatching = "!~"
  }

  package var label: String
  package var operation: Operation
  package var value: String

  package init(_ label: String, _ operation: Operation, _ value: String) {
    self.label = label
    self.operation = operation
    self.value = value
  }
}

/// A Prometheus to collect from, or a Thanos, Mimir or VictoriaMetrics.
package struct PrometheusSettings: Sendable {
  /// How samples are read.
  package enum SampleProtocol: Sendable {
    /// By remote read where the server has it, else by queries.
    case auto
    /// By remote read; an error where the server has none.
    case remoteRead
    case query
  }

  /// The address before `/api/v1`: `http://127.0.0.1:9090`.
  package var url: String
  package var connection: ConnectionSettings
  /// What every series must meet besides its name.
  package var matchers: [LabelMatcher]
  /// More fields of every request's address.
  package var params: [(name: String, value: String)]
  /// The labels that tell the replicas of one Prometheus apart.
  package var replicaLabels: [String]
  /// Unit: milliseconds; nil where it isn't configured.
  package var scrapeIntervalMilliseconds: Int64?
  /// How many samples an answer is meant to hold at most.
  package var samplesPerRequest: Int
  package var requestsInFlight: Int
  package var sampleProtocol: SampleProtocol
  /// Whether persistent volumes are asked for.
  package var hasStorage: Bool

  package init(
    url: String, connection: ConnectionSettings = ConnectionSettings(),
    matchers: [LabelMatcher] = [],
    replicaLabels: [String] = [
      "prometheus_replica", "replica", "__replica__", "receive_replica",
    ],
    params: [(name: String, value: String)] = [],
    scrapeIntervalMilliseconds: Int64? = nil, samplesPerRequest: Int = 1_000_000,
    requestsInFlight: Int = 4, sampleProtocol: SampleProtocol = .auto,
    hasStorage: Bool = false
  ) {
    precondition(samplesPerRequest > 0, "BUG: no samples per request, got \(samplesPerRequest)")
    precondition(requestsInFlight > 0, "BUG: no requests in flight, got \(requestsInFlight)")
    self.url = url
    self.connection = connection
    self.matchers = matchers
    self.params = params
    self.replicaLabels = replicaLabels
    self.scrapeIntervalMilliseconds = scrapeIntervalMilliseconds
    self.samplesPerRequest = samplesPerRequest
    self.requestsInFlight = requestsInFlight
    self.sampleProtocol = sampleProtocol
    self.hasStorage = hasStorage
  }
}
