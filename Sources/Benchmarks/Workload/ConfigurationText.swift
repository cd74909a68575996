extension WorkloadPlan {
  /// A complete gputally.yaml for the fleet.
  ///
  /// - Parameters:
  ///   - store: the path of the store, as the configuration names it.
  ///   - url: the Prometheus that holds its samples.
  ///   - exportedHosts: how many of the hosts that Prometheus has.
  ///   - protocolName: how it is to be asked; nil to leave that to gputally.
  func configuration(
    store: String, url: String, exportedHosts: Int? = nil, protocolName: String? = nil
  ) -> String {
    var seen = self
    seen.hosts = min(hosts, exportedHosts ?? hosts)
    let asked = protocolName.map { "\n    protocol: \($0)" } ?? ""
    let teams = Self.teams.enumerated().map { index, team in
      "  - { name: \(team), cost_center: CC-\(100 + index), match: [{ namespace: \(team) }] }"
    }
    return """
      # Written by 'gputally-bench workload', seed \(seed). No GPU of it exists.
      # Span: \(span)
      store: \(store)
      time_zone: UTC
      currency: KRW
      idle: { below_percent: 5 }
      sites:
        - { name: \(Self.site), kind: on-prem }
      sources:
        - name: \(Self.source)
          type: prometheus
          site: \(Self.site)
          cluster: \(Self.cluster)
          url: \(url)
          scrape_interval: 30s\(asked)
      inventory:
        - { site: \(Self.site), cluster: \(Self.cluster), hosts: "\(seen.hostRange)", \
      gpus: \(gpusPerHost), gpu_model: "\(Self.model)", owner: platform }
      teams:
      \(teams.joined(separator: "\n"))
      rates:
        - { site: \(Self.site), gpu_model: "\(Self.model)", per_gpu_hour: "3250", currency: KRW }
      policies: { unallocated: proportional, out_of_service: platform }
      exports: { directory: ./out }

      """
  }
}
