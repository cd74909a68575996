import Quantities
import Records
import Transport

extension PrometheusCollector {
  /// Looks at the server as a person would before trusting it.
  ///
  /// Nothing is retried: somebody waits.
  package func check(now: UTCInstant) async -> SourceCheck {
    var settings = api.settings
    settings.connection.retries = .once
    let impatient = PrometheusAPI(settings: settings, client: api.client, log: api.log)
    return await PrometheusCheck(api: impatient, now: now).result()
  }
}

/// One look at a Prometheus.
private struct PrometheusCheck {
  /// How far back samples are looked for, nearest first. Unit: milliseconds.
  private static let lookBacks: [(milliseconds: Int64, words: String)] = [
    (UTCInstant.millisecondsPerHour, "hour"), (UTCInstant.millisecondsPerDay, "day"),
    (7 * UTCInstant.millisecondsPerDay, "week"),
  ]
  /// Unit: milliseconds: a live source is scraped more often than this.
  private static let ageMillisecondsMaximum: Int64 = 300_000

  let api: PrometheusAPI
  let now: UTCInstant

  func result() async -> SourceCheck {
    var check = SourceCheck()
    do throws(CollectorError) {
      check.version = await api.version()
      try await lookForGPUs(&check)
    } catch {
      check.problems.append(error.description)
    }
    return check
  }

  private func lookForGPUs(_ check: inout SourceCheck) async throws(CollectorError) {
    let selector = Selector(names: GPUField.names, api.settings.matchers)
    for (milliseconds, words) in Self.lookBacks {
      let recent = "last_over_time(\(selector.text(over: milliseconds)))"
      let byName = try await ask("count by (__name__) (\(recent))")
      if byName.isEmpty { continue }
      check.gpuSeries = byName.reduce(0) { $0 + Int($1.values.first ?? 0) }
      let targets = try await ask("count by (instance) (\(recent))").map { $0["instance"] }
      check.targets = targets.count
      check.gpus = try await ask("count by (UUID, uuid, gpu_uuid) (\(recent))").count
      check.newestSample = try await newest(of: byName.map { $0["__name__"] }, over: milliseconds)
      describe(&check, byName.map { $0["__name__"] }, within: words)
      try await lookForKubernetes(&check, over: milliseconds)
      if let newest = check.newestSample {
        try await RemoteReadCheck(api: api).look(
          at: targets.sorted(), newestSample: newest, into: &check)
      }
      try await lookForMachines(&check, over: milliseconds)
      return
    }
    let week = 7 * UTCInstant.millisecondsPerDay
    if try await lookForMachines(&check, over: week) {
      // What machines have is known without an exporter, only not what it does.
      try await lookForKubernetes(&check, over: week)
      return
    }
    check.problems.append(
      "\(api.shownURL): no GPU metric in the last week; check that this Prometheus scrapes "
        + "dcgm-exporter, and the source's matchers")
  }

  /// When the newest sample of any of `names` was taken.
  ///
  /// An instant vector forgets after five minutes; older samples are found by asking at which
  /// minute there was one last.
  private func newest(
    of names: [String], over milliseconds: Int64
  ) async throws(CollectorError) -> UTCInstant? {
    var newest: Int64?
    for name in names {
      let selector = Selector([LabelMatcher("__name__", .equal, name)] + api.settings.matchers)
      var found = try await ask("max(timestamp(\(selector.text)))")
      if found.isEmpty {
        found = try await ask(
          "max(max_over_time(timestamp(\(selector.text))[\(milliseconds)ms:1m]))")
      }
      if let seconds = found.first?.values.first, seconds.isFinite {
        newest = max(newest ?? .min, Int64((seconds * 1_000).rounded()))
      }
    }
    return newest.map(UTCInstant.init(milliseconds:))
  }

  private func describe(_ check: inout SourceCheck, _ names: [String], within words: String) {
    let version = check.version.map { "version \($0), " } ?? ""
    check.findings.append(
      "\(api.shownURL): \(version)\(check.gpus) GPUs on \(check.targets) targets, "
        + "\(check.gpuSeries) series within the last \(words)")
    let metrics = Set(names.compactMap(GPUField.metric(named:)))
    if !metrics.contains(.gpuUtilization), !metrics.contains(.graphicsEngineActive) {
      check.problems.append(
        "\(api.shownURL): no activity metric; have dcgm-exporter collect DCGM_FI_DEV_GPU_UTIL or "
          + "DCGM_FI_PROF_GR_ENGINE_ACTIVE")
    }
    guard let newest = check.newestSample, now - newest <= Self.ageMillisecondsMaximum else {
      let age = check.newestSample.map { "the newest sample is of \($0)" } ?? "no sample is recent"
      check.warnings.append(
        "\(api.shownURL): \(age); check that dcgm-exporter runs and is scraped")
      return
    }
    check.findings.append(
      "\(api.shownURL): the newest sample is \((now - newest) / 1_000) s old")
  }

  private func lookForKubernetes(
    _ check: inout SourceCheck, over milliseconds: Int64
  ) async throws(CollectorError) {
    let selector = Selector(
      names: ["kube_pod_info", "kube_node_status_capacity", "kube_node_status_allocatable"],
      api.settings.matchers)
    let count = try await ask("count(last_over_time(\(selector.text(over: milliseconds))))")
    check.hasKubeStateMetrics = !count.isEmpty
    check.findings.append(
      check.hasKubeStateMetrics
        ? "\(api.shownURL): kube-state-metrics is there"
        : "\(api.shownURL): no kube-state-metrics, so nothing is known of pod labels, owners and "
          + "drained nodes")
    if check.hasKubeStateMetrics { try await lookForParts(&check, over: milliseconds) }
    if api.settings.hasStorage { try await lookForVolumes(&check, over: milliseconds) }
  }

  private func lookForVolumes(
    _ check: inout SourceCheck, over milliseconds: Int64
  ) async throws(CollectorError) {
    var counts: [Int] = []
    for (name, labels) in [
      ("kube_persistentvolume_capacity_bytes", "persistentvolume, exported_persistentvolume"),
      ("longhorn_volume_capacity_bytes", "volume, exported_volume"),
    ] {
      let selector = Selector(names: [name], api.settings.matchers)
      let last = "last_over_time(\(selector.text(over: milliseconds)))"
      let found = try await ask("count(count by (\(labels)) (\(last)))")
      counts.append(Int(found.first?.values.first ?? 0))
    }
    guard counts.contains(where: { $0 > 0 }) else {
      check.warnings.append(
        "\(api.shownURL): no metric of volumes; have kube-state-metrics collect persistentvolumes "
          + "and persistentvolumeclaims, or scrape Longhorn")
      return
    }
    check.findings.append(
      "\(api.shownURL): \(counts[0]) persistent volumes, \(counts[1]) volumes of Longhorn")
  }

  /// What parts of kube-state-metrics are for, which some clusters don't show.
  private static let parts: [(metrics: [String], cost: String)] = [
    (["kube_pod_labels"], "rules of teams with label: match no pod"),
    (
      ["kube_namespace_labels", "kube_namespace_annotations"],
      "rules of teams with namespace_label: or project match nothing"
    ), (["kube_pod_owner"], "rules of teams with owner match nothing"),
    (
      [PendingGPUs.requestMetric],
      "who waits for GPUs is not known, nor which pods and containers asked for them"
    ),
    (["kube_pod_status_phase"], "how pods ended is not known, and so not what failures cost"),
    (
      ["kube_node_status_allocatable", "kube_node_status_capacity"],
      "GPUs of nodes that no exporter shows are not known"
    ),
    (
      ["kube_node_spec_unschedulable", "kube_node_status_condition"],
      "GPUs of drained and failed nodes count as free or unknown"
    ),
  ]

  /// Looks which parts are there; labels that say nothing are told as well.
  private func lookForParts(
    _ check: inout SourceCheck, over milliseconds: Int64
  ) async throws(CollectorError) {
    let selector = Selector(names: Self.parts.flatMap(\.metrics), api.settings.matchers)
    let found = Set(
      try await ask("count by (__name__) (last_over_time(\(selector.text(over: milliseconds))))")
        .map { $0["__name__"] })
    for part in Self.parts where found.isDisjoint(with: part.metrics) {
      let metrics = part.metrics.joined(separator: " and no ")
      check.warnings.append(
        "\(api.shownURL): kube-state-metrics shows no \(metrics), so \(part.cost)")
    }
  }

  /// Looks for virtual machines of KubeVirt, and whether any asks for GPUs.
  ///
  /// - Returns: whether there are some.
  @discardableResult
  private func lookForMachines(
    _ check: inout SourceCheck, over milliseconds: Int64
  ) async throws(CollectorError) -> Bool {
    let machines = Selector(names: [KubeVirtMachines.infoMetric], api.settings.matchers)
    let found = try await ask(
      "count(count by (namespace, exported_namespace, name) "
        + "(last_over_time(\(machines.text(over: milliseconds)))))")
    guard let count = found.first?.values.first, count > 0 else { return false }
    let launchers = Selector(
      names: [KubeVirtMachines.requestMetric],
      api.settings.matchers + [PassthroughResource.matcher, KubeVirtMachines.launcher])
    let asking = try await ask(
      "count by (resource) (last_over_time(\(launchers.text(over: milliseconds))))")
    let resources = asking.map { $0["resource"] }
      .filter { PassthroughResource(name: $0) != nil }.sorted()
    check.findings.append(
      "\(api.shownURL): \(Int(count)) virtual machines of KubeVirt, "
        + (resources.isEmpty
          ? "none of which asks for a GPU"
          : "of which some ask for \(resources.joined(separator: ", "))"))
    return true
  }

  private func ask(_ question: String) async throws(CollectorError) -> [RawSeries] {
    switch try await api.query(question, at: now) {
    case .answer(let answer): return answer.series
    case .tooManySamples(let words):
      throw .refused(url: api.shownURL, type: "limit", message: words)
    }
  }
}
