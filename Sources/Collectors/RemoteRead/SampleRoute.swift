import Quantities

/// Which way samples come: found out once a collection run, when the first window has some.
actor SampleRoute {
  private enum Way {
    case undecided
    case query
    case remoteRead(external: [String: String])
  }

  private let api: PrometheusAPI
  private var way: Way

  init(api: PrometheusAPI) {
    self.api = api
    way = api.settings.sampleProtocol == .query ? .query : .undecided
  }

  /// How the samples of `targets` in `range` are fetched.
  ///
  /// A window in which nothing tells the external labels is asked for by queries, which are always
  /// right.
  func fetcher(
    for targets: [String], in range: TimeRange
  ) async throws(CollectorError) -> SampleFetcher {
    if case .undecided = way { try await decide(targets, range) }
    guard case .remoteRead(let external) = way else { return SampleFetcher(api: api) }
    var labels = ExternalLabels(labels: external)
    for (name, value) in external {
      let owning = Selector(
        names: GPUField.names + KubernetesCollector.metrics + PendingGPUs.metrics,
        api.settings.matchers + [LabelMatcher(name, .equal, value)])
      labels.owners[name] = Set(
        try await api.values(of: "instance", among: owning, in: range).texts)
    }
    return SampleFetcher(api: api, remote: RemoteSamples(external: labels, route: self))
  }

  /// Remote read turned out not to work: from now on there are queries.
  ///
  /// - Throws: ``CollectorError/noRemoteRead(url:reason:)`` where the settings allow no queries.
  func abandon(_ reason: String) throws(CollectorError) {
    if case .query = way { return }
    if api.settings.sampleProtocol == .remoteRead {
      throw .noRemoteRead(url: api.shownURL, reason: reason)
    }
    way = .query
    api.log.warning(
      "\(api.shownURL): reading by queries, since remote read doesn't work (\(reason)); set the source's 'protocol: query' to leave it out"
    )
  }

  private func decide(_ targets: [String], _ range: TimeRange) async throws(CollectorError) {
    do throws(CollectorError) {
      let probe = RemoteReadProbe(reader: RemoteReadAPI(api: api))
      guard let external = try await probe.externalLabels(of: targets, in: range) else { return }
      way = .remoteRead(external: external)
      api.log.debug("\(api.shownURL): remote read, external labels \(external.keys.sorted())")
    } catch {
      if error == .cancelled { throw error }
      try abandon(error.reasonAgainstRemoteRead)
    }
  }
}

/// Samples by remote read, as queries would give them.
struct RemoteSamples: Sendable {
  let external: ExternalLabels
  let route: SampleRoute
}

extension CollectorError {
  /// Why remote read doesn't work, in few words.
  var reasonAgainstRemoteRead: String {
    guard case .transport(let error) = self else {
      if case .noRemoteRead(_, let reason) = self { return reason }
      return description
    }
    switch error.root {
    case .notFound: return "the server answered 404"
    case .forbidden: return "the server answered 403"
    case .unauthorized: return "the server answered 401"
    case .status(_, let status, let excerpt):
      return "the server answered \(status)" + (excerpt.isEmpty ? "" : ": \(excerpt)")
    case .unusable(_, let reason): return reason
    default: return error.description
    }
  }
}
