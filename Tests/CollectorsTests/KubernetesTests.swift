import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

/// Half an hour, three quarters and so on: milliseconds.
private let minute = 60_000

private func pod(_ name: String, _ more: String = "") -> String {
  #"namespace="team-a",pod="\#(name)",uid="u-\#(name)",instance="ksm:8080""# + more
}

extension Recording {
  /// A small cluster: node gpu-01 with eight GPUs, pods `train-0` on it and `web-0` beside it.
  static func cluster() -> Recording {
    var all = Recording()
    let two = 0..<(120 * minute)
    all.add(
      "DCGM_FI_DEV_GPU_UTIL",
      gpuA + #",instance="e:9400",exported_pod="train-0",exported_namespace="team-a""#,
      every: minute, in: two, value: "90")
    all.add(
      "up", #"instance="e:9400",pod="dcgm-x",namespace="mon""#, every: minute, in: two, value: "1")
    all.add(
      "kube_pod_container_resource_requests",
      pod("asks-0", #",container="c",node="gpu-01",resource="nvidia_com_gpu""#), every: minute,
      in: 0..<(30 * minute), value: "2")
    all.add(
      "kube_pod_container_resource_requests",
      pod("web-0", #",container="c",node="cpu-01",resource="cpu""#), every: minute, in: two,
      value: "2")
    for name in ["train-0", "asks-0", "web-0"] {
      all.add(
        "kube_pod_labels", pod(name, #",label_team="blue""#), every: minute, in: two, value: "1")
      all.add(
        "kube_pod_owner",
        pod(name, #",owner_kind="Job",owner_name="j-\#(name)",owner_is_controller="true""#),
        every: minute, in: two, value: "1")
      all.add("kube_pod_info", pod(name, #",node="gpu-01""#), every: minute, in: two, value: "1")
    }
    for (phase, first) in [
      ("Running", 0..<(90 * minute)), ("Succeeded", (90 * minute)..<(120 * minute)),
    ] {
      for time in stride(from: 0, to: 120 * minute, by: minute) {
        all.add(
          "kube_pod_status_phase", pod("train-0", #",phase="\#(phase)""#),
          [(Int64(time), first.contains(time) ? "1" : "0")])
      }
    }
    for name in ["team-a", "other"] {
      all.add(
        "kube_namespace_labels", #"namespace="\#(name)",label_dept="d",instance="ksm:8080""#,
        every: minute, in: two, value: "1")
      all.add(
        "kube_namespace_annotations",
        #"namespace="\#(name)",annotation_field_cattle_io_project_id="c:p",instance="ksm:8080""#,
        every: minute, in: two, value: "1")
    }
    for (metric, count) in [
      ("kube_node_status_capacity", "8"), ("kube_node_status_allocatable", "7"),
    ] {
      all.add(
        metric, #"node="gpu-01",resource="nvidia_com_gpu",instance="ksm:8080""#, every: minute,
        in: two, value: count)
      all.add(
        metric, #"node="gpu-01",resource="cpu",instance="ksm:8080""#, every: minute, in: two,
        value: "64")
    }
    return all
  }
}

@Suite(.enabled(if: RealPrometheus.isInstalled, "no Prometheus on this machine"))
struct KubernetesTests {
  private func observations(
    _ recording: Recording, _ range: TimeRange
  ) async throws -> [Observation] {
    let server = try await RealPrometheus(openMetrics: recording.text)
    let read = try await Collected(
      range, PrometheusSettings(url: server.url, sampleProtocol: .remoteRead))
    let asked = try await Collected(
      range, PrometheusSettings(url: server.url, sampleProtocol: .query))
    #expect(read.window.observations == asked.window.observations)
    return asked.window.observations.filter { $0.kind != .gpuNumbers }
  }

  @Test func `pods with GPUs, their namespace and their node are told hour by hour`() async throws {
    let all = try await observations(.cluster(), hours(0, 2))
    let job = ["owner_kind": "Job", "node": "gpu-01", "label_team": "blue"]
    func of(_ name: String, _ more: [String: String]) -> [String: String] {
      job.merging(["owner_name": "j-\(name)", "uid": "u-\(name)"]) { $1 }.merging(more) { $1 }
    }
    #expect(
      all == [
        Observation(
          kind: .pod, subject: "team-a/asks-0/u-asks-0",
          attributes: of("asks-0", ["containers": "c"]),
          range: hours(0, 1)),
        Observation(
          kind: .pod, subject: "team-a/train-0/u-train-0",
          attributes: of("train-0", ["phase": "Running"]), range: hours(0, 1)),
        Observation(
          kind: .pod, subject: "team-a/train-0/u-train-0",
          attributes: of("train-0", ["phase": "Succeeded"]), range: hours(1, 2)),
        Observation(
          kind: .namespace, subject: "team-a",
          attributes: ["label_dept": "d", "annotation_field_cattle_io_project_id": "c:p"],
          range: hours(0, 2)),
        Observation(
          kind: .nodeCapacity, subject: "gpu-01", attributes: ["gpus": "8"], range: hours(0, 2)),
      ])
  }

  @Test func `without honor_labels the subject stands in the exported labels`() async throws {
    var recording = Recording()
    let whole = 0..<(60 * minute)
    let own = #"namespace="mon",pod="ksm-0",node="infra-1",instance="ksm:8080""#
    recording.add(
      "DCGM_FI_DEV_GPU_UTIL",
      gpuA + #",instance="e:9400",exported_pod="train-0",exported_namespace="team-a""#,
      every: minute, in: whole, value: "90")
    recording.add("up", #"instance="e:9400",pod="dcgm-x""#, every: minute, in: whole, value: "1")
    let subject = #"exported_namespace="team-a",exported_pod="train-0",uid="u","#
    recording.add(
      "kube_pod_labels", subject + own + #",label_team="blue""#, every: minute, in: whole,
      value: "1")
    recording.add(
      "kube_pod_info", subject + own + #",exported_node="gpu-01""#, every: minute, in: whole,
      value: "1")
    recording.add(
      "kube_namespace_labels", own + #",exported_namespace="team-a",label_dept="d""#, every: minute,
      in: whole, value: "1")
    recording.add(
      "kube_node_spec_unschedulable", own + #",exported_node="gpu-01""#, every: minute,
      in: (10 * minute)..<(20 * minute), value: "1")
    let all = try await observations(recording, hours(0, 1))
    #expect(all.map(\.subject) == ["team-a/train-0/u", "team-a", "gpu-01"])
    #expect(
      all.first?.attributes == ["label_team": "blue", "node": "gpu-01", "uid": "u"])
    #expect(all[1].attributes == ["label_dept": "d"])
    #expect(all.last?.attributes == ["reason": "drained"])
  }

  @Test func `outages are told to the millisecond and reach in from before the window`()
    async throws
  {
    var recording = Recording.cluster()
    let node = #"node="gpu-01",instance="ksm:8080""#
    let ready = node + #",condition="Ready",status="true""#
    // Every minute at 17 ms; drained from 58 minutes to 63, silent after 80 while not ready.
    for step in 0..<120 {
      let time = Int64(step * minute + 17)
      let isDrained = (58..<63).contains(step)
      recording.add("kube_node_spec_unschedulable", node, [(time, isDrained ? "1" : "0")])
      if step <= 80 {
        let isReady = !(79...80).contains(step)
        recording.add("kube_node_status_condition", ready, [(time, isReady ? "1" : "0")])
      }
    }
    recording.add(
      "kube_node_spec_unschedulable", #"node="cpu-01",instance="ksm:8080""#, every: minute,
      in: 0..<(120 * minute), value: "1")
    let all = try await observations(recording, hours(1, 2)).filter { $0.kind == .outage }
    func range(_ from: Int64, _ to: Int64) -> TimeRange {
      TimeRange(hourZero + from, hourZero + to)
    }
    let size = Int64(minute)
    #expect(
      all == [
        Observation(
          kind: .outage, subject: "gpu-01", attributes: ["reason": "drained"],
          range: range(60 * size, 63 * size + 17)),
        Observation(
          kind: .outage, subject: "gpu-01", attributes: ["reason": "not_ready"],
          range: range(79 * size + 17, 82 * size + 17)),
      ])
  }

  @Test func `kube-state-metrics may be absent`() async throws {
    var recording = Recording()
    recording.add(
      "DCGM_FI_DEV_GPU_UTIL", gpuA + #",instance="e:9400""#, every: minute, in: 0..<minute,
      value: "1")
    #expect(try await observations(recording, hours(0, 1)).isEmpty)
  }

  @Test(
    arguments: [
      (["nvidia_com_gpu": 8], 8), (["amd_com_gpu": 4], 4), (["nvidia_com_gpu": 0], 0),
      (["nvidia_com_mig_1g_10gb": 56], 8), (["nvidia_com_mig_3g_40gb": 16], 8),
      (["nvidia_com_mig_3g_40gb": 8, "nvidia_com_mig_2g_20gb": 16], 8),
      (["nvidia_com_gpu": 4, "nvidia_com_mig_7g_80gb": 4], 8),
      (["nvidia_com_gpu_shared": 40], nil),
      (["nvidia_com_gpu_shared": 40, "nvidia_com_gpu": 1], 1),
    ] as [([String: Int], Int?)])
  func `resources count cards`(resources: [String: Int], cards: Int?) {
    #expect(GPUResource.cards(resources) == cards)
  }

  @Test func `a bad sample speaks for twice the interval at most`() {
    let series = RawSeries(
      labels: [:], timestamps: [0, 10, 20, 30, 100, 110], values: [0, 1, 1, 1, 1, 0])
    let bad = NodeOutages.badRanges([series], badValue: 1)
    #expect(
      bad == [TimeRange(milliseconds: 10..<50), TimeRange(milliseconds: 100..<110)])
    let alone = RawSeries(labels: [:], timestamps: [5], values: [1])
    #expect(NodeOutages.badRanges([alone], badValue: 1) == [TimeRange(milliseconds: 5..<60_005)])
    #expect(NodeOutages.badRanges([], badValue: 1).isEmpty)
  }
}

@Suite(.enabled(if: RealPrometheus.isInstalled, "no Prometheus on this machine"))
struct PrometheusCheckTests {
  private func check(_ url: String, now: UTCInstant) async -> SourceCheck {
    await PrometheusCollector(
      settings: PrometheusSettings(url: url), client: Waiting().client, log: .init(label: "test")
    ).check(now: now)
  }

  @Test func `a healthy source is described`() async throws {
    let server = try await RealPrometheus(openMetrics: Recording.cluster().text)
    let check = await check(server.url, now: hourZero + Int64(90 * minute) + 5_000)
    #expect(check.gpus == 1 && check.targets == 1 && check.gpuSeries == 1)
    #expect(check.hasKubeStateMetrics && check.isUsable)
    #expect(check.version?.hasPrefix("2.") == true)
    #expect(check.newestSample == hourZero + Int64(90 * minute))
    #expect(
      check.findings == [
        "\(server.url): version \(check.version ?? ""), 1 GPUs on 1 targets, 1 series within "
          + "the last hour",
        "\(server.url): the newest sample is 5 s old",
        "\(server.url): kube-state-metrics is there",
        "\(server.url): samples are read by remote read",
      ])
  }

  @Test func `a source gone silent is told with its last sample`() async throws {
    let server = try await RealPrometheus(openMetrics: Recording.cluster().text)
    let check = await check(server.url, now: hourZero + Int64(300 * minute))
    #expect(
      check.warnings == [
        "\(server.url): the newest sample is of 2026-11-02T01:59:00Z; check that dcgm-exporter "
          + "runs and is scraped",
        "\(server.url): kube-state-metrics shows no kube_node_spec_unschedulable and no "
          + "kube_node_status_condition, so GPUs of drained and failed nodes count as free or unknown",
      ])
    let late = await self.check(server.url, now: hourZero + 30 * UTCInstant.millisecondsPerDay)
    #expect(
      late.problems == [
        "\(server.url): no GPU metric in the last week; check that this Prometheus scrapes "
          + "dcgm-exporter, and the source's matchers"
      ])
  }

  @Test func `a source that is not there is told once`() async {
    let check = await check("http://127.0.0.1:1", now: hourZero)
    #expect(check.problems.count == 1 && check.problems[0].contains("check that the server runs"))
  }
}
