import Foundation
import Quantities
import Records
import TestSupport
import Testing
import Transport

@testable import Collectors

/// A Prometheus as OpenShift's monitoring has it.
@Suite(.enabled(if: RealPrometheus.isInstalled, "no Prometheus on this machine"))
struct OpenShiftTests {
  /// What its kube-state-metrics is told not to show.
  ///
  /// - Source: openshift/cluster-monitoring-operator, assets/kube-state-metrics/deployment.yaml.
  private static let denied = [
    "^kube_.+_annotations$", "^kube_.+_created$", "^kube_pod_completion_time$",
    "^kube_pod_status_scheduled$", "^kube_pod_container_status_(running|terminated)$",
  ]

  private static let minute = 60_000

  /// All that a kube-state-metrics without such words shows of a pod on a GPU and of one that waits.
  private static func everything() -> Recording {
    var all = Recording.cluster()
    let hour = 0..<(60 * minute)
    for name in ["train-0", "waits-0"] {
      let pod = #"namespace="team-a",pod="\#(name)",uid="u-\#(name)",instance="ksm:8080""#
      for metric in [
        "kube_pod_created", "kube_pod_completion_time", "kube_pod_status_scheduled",
        "kube_pod_container_status_running", "kube_pod_annotations",
      ] {
        all.add(metric, pod, every: minute, in: hour, value: "1")
      }
    }
    all.add(
      "kube_pod_container_resource_requests",
      #"namespace="team-a",pod="waits-0",uid="u-waits-0",instance="ksm:8080",container="c","#
        + #"resource="nvidia_com_gpu""#, every: minute, in: (10 * minute)..<(20 * minute),
      value: "4")
    all.add(
      "kube_namespace_labels",
      #"namespace="team-a",label_field_cattle_io_project_id="p-one",instance="ksm:8081""#,
      every: minute, in: hour, value: "1")
    for metric in ["kube_node_spec_unschedulable", "kube_node_status_condition"] {
      all.add(
        metric, #"node="gpu-01",instance="ksm:8080",condition="Ready",status="true""#,
        every: minute, in: hour, value: metric.hasSuffix("condition") ? "1" : "0")
    }
    return all
  }

  /// The lines that are left where the denied metrics are.
  private static func allowed(_ text: String) throws -> String {
    let patterns = try denied.map { try NSRegularExpression(pattern: $0) }
    return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
      let words = line.hasPrefix("# TYPE ") ? line.dropFirst(7) : line[...]
      let name = String(words.prefix { $0 != "{" && $0 != " " })
      let range = NSRange(name.startIndex..., in: name)
      return !patterns.contains { $0.firstMatch(in: name, range: range) != nil }
    }.joined(separator: "\n")
  }

  @Test func `what it doesn't show is not missed, but for annotations`() async throws {
    let text = Self.everything().text
    let less = try Self.allowed(text)
    #expect(text.contains("kube_namespace_annotations{") && text.contains("kube_pod_created{"))
    #expect(!less.contains("_annotations{") && !less.contains("kube_pod_created{"))
    let servers = [
      try await RealPrometheus(openMetrics: text), try await RealPrometheus(openMetrics: less),
    ]
    var windows: [CollectedWindow] = []
    for server in servers {
      windows.append(
        try await Collected(hours(0, 1), PrometheusSettings(url: server.url)).window)
    }
    #expect(windows[1].shortfalls.isEmpty && windows[1].rejections.isEmpty)
    #expect(windows[1].demands == windows[0].demands)
    #expect(
      windows[1].demands.map { "\($0.workload) \($0.gpuCount) \($0.range)" } == [
        "team-a/waits-0 4 2026-11-02T00:10:00Z/2026-11-02T00:20:00Z"
      ])
    let bare = windows[0].observations.map { observation in
      Observation(
        kind: observation.kind, subject: observation.subject,
        attributes: observation.attributes.filter { !$0.key.hasPrefix("annotation_") },
        range: observation.range)
    }
    #expect(windows[1].observations == bare)
    let namespace = windows[1].observations.first { $0.kind == .namespace }
    #expect(
      namespace?.attributes == [
        "label_dept": "d", "label_field_cattle_io_project_id": "p-one",
      ])
    let check = await PrometheusCollector(
      settings: PrometheusSettings(url: servers[1].url), client: Waiting().client,
      log: .init(label: "test")
    ).check(now: hours(0, 1).end)
    #expect(check.problems.isEmpty && check.warnings.isEmpty, "\(servers.map(\.url))")
    #expect(check.findings.contains("\(servers[1].url): kube-state-metrics is there"))
  }

  @Test func `a check says what is not shown and what that costs`() async throws {
    var recording = Recording()
    recording.add(
      "DCGM_FI_DEV_GPU_UTIL", gpuA + #",instance="e:9400""#, every: Self.minute,
      in: 0..<(60 * Self.minute), value: "90")
    recording.add(
      "kube_pod_info", #"namespace="a",pod="p",instance="k:1""#, every: Self.minute,
      in: 0..<(60 * Self.minute), value: "1")
    let server = try await RealPrometheus(openMetrics: recording.text)
    let check = await PrometheusCollector(
      settings: PrometheusSettings(url: server.url), client: Waiting().client,
      log: .init(label: "test")
    ).check(now: hours(0, 1).end)
    let shows = "\(server.url): kube-state-metrics shows no "
    #expect(
      check.warnings == [
        shows + "kube_pod_labels, so rules of teams with label: match no pod",
        shows + "kube_namespace_labels and no kube_namespace_annotations, so rules of teams with "
          + "namespace_label: or project match nothing",
        shows + "kube_pod_owner, so rules of teams with owner match nothing",
        shows + "kube_pod_container_resource_requests, so who waits for GPUs is not known, nor "
          + "which pods and containers asked for them",
        shows + "kube_pod_status_phase, so how pods ended is not known, and so not what failures "
          + "cost",
        shows + "kube_node_status_allocatable and no kube_node_status_capacity, so GPUs of nodes "
          + "that no exporter shows are not known",
        shows + "kube_node_spec_unschedulable and no kube_node_status_condition, so GPUs of "
          + "drained and failed nodes count as free or unknown",
      ])
  }
}

/// The fields of every request's address.
@Suite struct PrometheusParamsTests {
  @Test func `all requests carry them, and what is short goes by GET`() async throws {
    let server = ScriptedServer { _, _ in
      .json(#"{"status":"success","data":{"resultType":"vector","result":[]}}"#)
    }
    var settings = PrometheusSettings(
      url: server.url, params: [("namespace", "ml & more")], sampleProtocol: .query)
    settings.connection.retries = .once
    let api = PrometheusAPI(
      settings: settings, client: Waiting().client, log: .init(label: "test"))
    _ = try await api.query("up", at: hours(0, 1).end)
    let long = "up{instance=~\"" + String(repeating: "x", count: 5_000) + "\"}"
    _ = try await api.query(long, at: hours(0, 1).end)
    _ = await api.version()
    let requests = server.requests
    #expect(requests.map(\.method) == ["GET", "POST", "GET"])
    #expect(requests.allSatisfy { $0.path.hasSuffix("namespace=ml%20%26%20more") })
    #expect(requests[0].path.hasPrefix("/api/v1/query?query=up&time="))
    #expect(requests[1].path == "/api/v1/query?namespace=ml%20%26%20more")
    #expect(requests[1].bodyText.hasPrefix("query=up"))
  }
}
