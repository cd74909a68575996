import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

private let minute = 60_000

/// An hour of a cluster with a GPU, in which pods wait for more.
@Suite(.enabled(if: RealPrometheus.isInstalled, "no Prometheus on this machine"))
struct PendingGPUsTests {
  private let requests = "kube_pod_container_resource_requests"

  private func pod(_ name: String, _ more: String) -> String {
    #"namespace="ml",pod="\#(name)",uid="u-\#(name)",instance="ksm:8080","# + more
  }

  private func gpus(_ container: String, node: String?) -> String {
    #"container="\#(container)",resource="nvidia_com_gpu",unit="integer""#
      + (node.map { #",node="\#($0)""# } ?? "")
  }

  private func recording() -> Recording {
    var all = Recording()
    let whole = 0..<(120 * minute)
    all.add(
      "DCGM_FI_DEV_GPU_UTIL", gpuA + #",instance="e:9400""#, every: minute, in: whole, value: "90")
    all.add("up", #"instance="e:9400""#, every: minute, in: whole, value: "1")
    return all
  }

  private func demands(_ recording: Recording, _ range: TimeRange) async throws -> [Demand] {
    let server = try await RealPrometheus(openMetrics: recording.text)
    let read = try await Collected(
      range, PrometheusSettings(url: server.url, sampleProtocol: .remoteRead))
    let asked = try await Collected(
      range, PrometheusSettings(url: server.url, sampleProtocol: .query))
    #expect(read.window.demands == asked.window.demands)
    return asked.window.demands
  }

  private func wait(_ name: String, _ minutes: Range<Int>, _ gpus: Int, uid: String? = nil)
    -> Demand
  {
    Demand(
      workload: WorkloadKey(kind: .pod, namespace: "ml", name: name, uid: uid ?? "u-\(name)"),
      range: TimeRange(
        hourZero + Int64(minutes.lowerBound * minute), hourZero + Int64(minutes.upperBound * minute)
      ),
      gpuCount: gpus)
  }

  @Test func `a pod waits from when it is seen without a node until it has one`() async throws {
    var all = recording()
    // Two containers, of which one asks for two, from minute 10 on; placed in minute 25.
    for (container, count) in [("a", "1"), ("b", "2")] {
      all.add(
        requests, pod("train", gpus(container, node: nil)), every: minute,
        in: (10 * minute)..<(25 * minute), value: count)
      all.add(
        requests, pod("train", gpus(container, node: "gpu-01")), every: minute,
        in: (25 * minute)..<(90 * minute), value: count)
    }
    // Waits over the hour's end, and after four missing scrapes again.
    all.add(
      requests, pod("big", gpus("c", node: nil)), every: minute,
      in: (50 * minute)..<(80 * minute), value: "8")
    all.add(
      requests, pod("big", gpus("c", node: nil)), every: minute,
      in: (85 * minute)..<(90 * minute), value: "8")
    // Asks for no GPU, and for slices of one card.
    all.add(
      requests, pod("web", #"container="c",resource="cpu""#), every: minute,
      in: 0..<(60 * minute), value: "4")
    all.add(
      requests, pod("slices", #"container="c",resource="nvidia_com_mig_3g_40gb""#), every: minute,
      in: 0..<(5 * minute), value: "2")
    #expect(
      try await demands(all, hours(0, 1)) == [
        wait("big", 50..<60, 8), wait("slices", 0..<5, 1), wait("train", 10..<25, 3),
      ])
    #expect(
      try await demands(all, hours(1, 2)) == [wait("big", 60..<80, 8), wait("big", 85..<90, 8)])
  }

  @Test func `without honor_labels the subject stands in the exported labels`() async throws {
    var all = recording()
    let own = #"namespace="mon",pod="ksm-0",node="infra-1",instance="ksm:8080",uid="u","#
    let subject = own + #"exported_namespace="ml",exported_pod="train","#
    all.add(
      requests, subject + gpus("c", node: nil), every: minute, in: 0..<(10 * minute), value: "4")
    all.add(
      requests, subject + gpus("c", node: nil) + #",exported_node="gpu-01""#, every: minute,
      in: (10 * minute)..<(60 * minute), value: "4")
    #expect(try await demands(all, hours(0, 1)) == [wait("train", 0..<10, 4, uid: "u")])
  }

  @Test func `what Kueue holds back counts once`() async throws {
    var all = recording()
    for (count, minutes) in [("16", 0..<20), ("8", 20..<30), ("0", 30..<60)] {
      all.add(
        "kueue_cluster_queue_resource_pending",
        #"cluster_queue="research",resource="nvidia.com/gpu",instance="kueue:8443""#, every: minute,
        in: (minutes.lowerBound * minute)..<(minutes.upperBound * minute), value: count)
    }
    for name in ["gated", "stuck"] {
      all.add(
        requests, pod(name, gpus("c", node: nil)), every: minute, in: 0..<(30 * minute),
        value: "8")
    }
    all.add(
      "kube_pod_status_unschedulable", pod("stuck", #"x="y""#), every: minute,
      in: 0..<(30 * minute), value: "1")
    let queue = WorkloadKey(kind: .pod, namespace: "", name: "cluster-queue/research", uid: "")
    func held(_ minutes: Range<Int>, _ gpus: Int) -> Demand {
      let range = wait("", minutes, 0).range
      return Demand(workload: queue, range: range, gpuCount: gpus)
    }
    #expect(
      try await demands(all, hours(0, 1)) == [
        held(0..<20, 16), held(20..<30, 8), wait("stuck", 0..<30, 8),
      ])
  }

  @Test func `why a pod was put out is told of it`() async throws {
    var all = Recording.cluster()
    for (reason, value) in [("Evicted", "1"), ("NodeLost", "0")] {
      all.add(
        "kube_pod_status_reason",
        #"namespace="team-a",pod="train-0",uid="u-train-0",reason="\#(reason)",instance="ksm:8080""#,
        every: minute, in: (100 * minute)..<(120 * minute), value: value)
    }
    let server = try await RealPrometheus(openMetrics: all.text)
    let window = try await Collected(hours(0, 2), PrometheusSettings(url: server.url)).window
    let reasons = window.observations.filter { $0.attributes["reason"] != nil && $0.kind == .pod }
    #expect(reasons.map(\.attributes["reason"]) == ["Evicted"])
    #expect(reasons.map(\.range) == [hours(1, 2)])
  }
}
