import Quantities

extension Fleet {
  /// The name of the source in ``configuration(url:)``.
  package var sourceName: String { "\(plan.cluster)-prometheus" }

  /// A complete gputally.yaml for the fleet.
  ///
  /// - Parameters:
  ///   - url: the Prometheus that holds its samples.
  ///   - liveURL: where its exporters answer, to be scraped without a Prometheus; nil for nowhere.
  package func configuration(url: String, liveURL: String? = nil) -> String {
    """
    # Written by 'gputally simulate' for a simulated fleet, seed \(plan.seed). No GPU of it exists.
    # Simulated span: \(plan.span)
    store: gputally.sqlite
    time_zone: UTC
    currency: KRW
    idle: { below_percent: 5 }
    sites:
      - { name: \(plan.site), kind: on-prem }
    sources:
      - name: \(sourceName)
        type: prometheus
        site: \(plan.site)
        cluster: \(plan.cluster)
        url: \(url)
        scrape_interval: \(Self.duration(plan.scrapeInterval))
    \(liveURL.map(exporterLines) ?? "")inventory:
    \(inventoryLines)
    teams:
    \(teamLines)
    rates:
    \(rateLines)
    \(storageLines)policies: { unallocated: proportional, out_of_service: platform }
    exports: { directory: ./out }

    """
  }

  /// The source that scrapes the exporters themselves.
  private func exporterLines(liveURL: String) -> String {
    let targets = hosts.map { "\"\(liveURL)/hosts/\($0.name)/metrics\"" }.joined(separator: ", ")
    return """
        - name: \(plan.cluster)-exporters
          type: dcgm-exporter
          site: \(plan.site)
          cluster: \(plan.cluster)
          interval: \(Self.duration(plan.scrapeInterval))
          targets: [\(targets)]

      """
  }

  /// `30s`, or `1500ms` where the seconds are not whole.
  private static func duration(_ milliseconds: Int64) -> String {
    milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
  }

  /// One line for each run of hosts with the same model.
  private var inventoryLines: String {
    let all =
      hosts.map { ($0.name, $0.model.name) } + [(spare.name, spare.model.name)]
      + park.hosts.map { ($0.name, $0.model.name) }
    var runs: [(first: String, last: String, model: String)] = []
    for (name, model) in all {
      if let run = runs.last, run.model == model, Self.letters(run.first) == Self.letters(name) {
        runs[runs.count - 1].last = name
      } else {
        runs.append((name, name, model))
      }
    }
    return runs.map { run in
      let digits = { (name: String) in String(name.drop { !$0.isNumber }) }
      let hosts =
        run.first == run.last
        ? run.first
        : "\(Self.letters(run.first))[\(digits(run.first))-\(digits(run.last))]"
      return """
          - { site: \(plan.site), cluster: \(plan.cluster), hosts: "\(hosts)", \
        gpus: \(plan.gpusPerHost), gpu_model: "\(run.model)", owner: platform }
        """
    }.joined(separator: "\n")
  }

  /// A host's name up to its number.
  private static func letters(_ name: String) -> String { String(name.prefix { !$0.isNumber }) }

  private var teamLines: String {
    teams.enumerated().map { index, team in
      "  - { name: \(team), cost_center: CC-\(100 + index), match: [{ namespace: \"\(team)-*\" }] }"
    }.joined(separator: "\n")
  }

  /// Prices at which a whole GiB costs whole micros an hour in a month of 30 days.
  private var storageLines: String {
    plan.volumes == 0
      ? ""
      : """
      storage_rates:
        - { storage_class: "longhorn*", per_gib_month: "72", counts: replicated, replicas: 3 }
        - { storage_class: "nfs*", per_gib_hour: "0.05" }

      """
  }

  private var rateLines: String {
    let models = Set(
      hosts.map(\.model.name) + [spare.model.name] + park.hosts.map(\.model.name))
    return GPUModel.all.filter { models.contains($0.name) }.map { model in
      """
        - { site: \(plan.site), gpu_model: "\(model.name)", \
      per_gpu_hour: "\(model.wonPerHour)", currency: KRW }
      """
    }.joined(separator: "\n")
  }
}
