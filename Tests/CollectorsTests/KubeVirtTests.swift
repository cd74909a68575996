import Logging
import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

private let minute = 60_000

/// A cluster of KubeVirt with two nodes, written by hand after KubeVirt's documentation of its
/// metrics.
private struct VirtualCluster {
  var recording = Recording()
  /// Whether the server has put the target's labels in the place of the metrics' own.
  var isExported = false

  private var target: String {
    isExported ? #",namespace="kubevirt",pod="virt-controller-1",node="infra-1""# : ""
  }

  private func own(_ name: String) -> String { isExported ? "exported_" + name : name }

  /// A machine in a pod from `first` to `last` minute.
  mutating func run(
    _ name: String, pod: String, on node: String, _ first: Int, _ last: Int,
    resources: [(String, Int)]
  ) {
    let times = (first * minute)..<(last * minute)
    recording.add(
      "kubevirt_vmi_info",
      #"name="\#(name)",\#(own("namespace"))="lab",\#(own("node"))="\#(node)",vmi_pod="\#(pod)","#
        + #"phase="running",instance_type="gpu.large",instance="vc:8443"\#(target)"#,
      every: minute, in: times, value: "1")
    for (resource, count) in resources {
      recording.add(
        "kube_pod_container_resource_requests",
        #"\#(own("namespace"))="lab",\#(own("pod"))="\#(pod)",container="compute","#
          + #"\#(own("node"))="\#(node)",resource="\#(resource)",instance="ksm:8080"\#(target)"#,
        every: minute, in: times, value: "\(count)")
    }
  }

  mutating func node(_ name: String, _ resources: [(String, Int)]) {
    for (resource, count) in resources {
      recording.add(
        "kube_node_status_capacity",
        #"\#(own("node"))="\#(name)",resource="\#(resource)",instance="ksm:8080"\#(target)"#,
        every: minute, in: 0..<(120 * minute), value: "\(count)")
    }
  }
}

@Suite(.enabled(if: RealPrometheus.isInstalled, "no Prometheus on this machine"))
struct KubeVirtTests {
  private static let a100 = "nvidia_com_GA100_A100_PCIE_40GB"

  private func window(_ cluster: VirtualCluster, _ range: TimeRange) async throws
    -> CollectedWindow
  {
    let server = try await RealPrometheus(openMetrics: cluster.recording.text)
    let read = try await Collected(
      range, PrometheusSettings(url: server.url, sampleProtocol: .remoteRead))
    let asked = try await Collected(
      range, PrometheusSettings(url: server.url, sampleProtocol: .query))
    #expect(read.window.machines == asked.window.machines)
    #expect(read.window.observations == asked.window.observations)
    return asked.window
  }

  private func minutes(_ first: Int, _ last: Int) -> TimeRange {
    TimeRange(
      hourZero + Int64(first * minute), hourZero + Int64(last * minute))
  }

  @Test(arguments: [false, true])
  func `a machine holds its GPUs while it runs, also without honor_labels`(isExported: Bool)
    async throws
  {
    var cluster = VirtualCluster()
    cluster.isExported = isExported
    cluster.node("gpu-1", [(Self.a100, 8), ("cpu", 64)])
    cluster.run(
      "train", pod: "virt-launcher-train-abc", on: "gpu-1", 10, 90,
      resources: [(Self.a100, 2), ("cpu", 8), ("devices_kubevirt_io_kvm", 1)])
    cluster.run(
      "web", pod: "virt-launcher-web-abc", on: "gpu-1", 0, 120, resources: [("cpu", 4)])
    let window = try await window(cluster, hours(0, 2))
    #expect(
      window.machines == [
        Machine(
          uid: "", name: "train", project: "lab", host: "gpu-1", range: minutes(10, 90),
          reach: .count(2), attributes: ["instance_type": "gpu.large"])
      ])
    #expect(
      window.observations.filter { $0.kind == .schedulerNode } == [
        Observation(
          kind: .schedulerNode, subject: "gpu-1",
          attributes: ["gpus": "8", "gpu_type": "GA100 A100 PCIE 40GB"], range: hours(0, 2))
      ])
    #expect(window.shortfalls == [])
  }

  @Test func `a machine that moves has its GPUs on one node and then on the other`() async throws {
    var cluster = VirtualCluster()
    cluster.run(
      "train", pod: "virt-launcher-train-abc", on: "gpu-1", 0, 30, resources: [(Self.a100, 1)])
    cluster.run(
      "train", pod: "virt-launcher-train-xyz", on: "gpu-2", 30, 60, resources: [(Self.a100, 1)])
    let machines = try await window(cluster, hours(0, 1)).machines
    #expect(machines.map(\.host) == ["gpu-1", "gpu-2"])
    #expect(machines.map(\.range) == [minutes(0, 30), minutes(30, 60)])
    #expect(Set(machines.map(\.workload)).count == 1)
  }

  @Test func `a silence in which a machine's pod stays the same is no end of it`() async throws {
    var cluster = VirtualCluster()
    for (first, last) in [(0, 20), (40, 60)] {
      cluster.run(
        "train", pod: "virt-launcher-train-abc", on: "gpu-1", first, last,
        resources: [(Self.a100, 1)])
    }
    #expect(try await window(cluster, hours(0, 1)).machines.map(\.range) == [minutes(0, 60)])
  }

  @Test func `vGPUs are parts of cards, and a card's other functions are no GPUs`() async throws {
    var cluster = VirtualCluster()
    cluster.node("gpu-1", [("nvidia_com_NVIDIA_A2_4Q", 8)])
    cluster.run(
      "desk", pod: "virt-launcher-desk-abc", on: "gpu-1", 0, 60,
      resources: [
        ("nvidia_com_NVIDIA_A2_4Q", 1), ("nvidia_com_GA107_HIGH_DEFINITION_AUDIO_CONTROLLER", 1),
      ])
    let window = try await window(cluster, hours(0, 1))
    #expect(window.machines.map(\.reach) == [.parts(1, of: 4)])
    #expect(window.observations.map(\.attributes) == [["gpus": "2", "gpu_type": "A2"]])
  }

  @Test func `a node that has GPUs for containers too is left to its exporter`() async throws {
    var cluster = VirtualCluster()
    cluster.node("gpu-1", [(Self.a100, 4), ("nvidia_com_gpu", 4)])
    cluster.run(
      "train", pod: "virt-launcher-train-abc", on: "gpu-1", 0, 60, resources: [(Self.a100, 1)])
    let window = try await window(cluster, hours(0, 1))
    #expect(window.observations.filter { $0.kind == .schedulerNode } == [])
    #expect(window.machines.map(\.reach) == [.count(1)])
  }

  @Test func `which card a machine has is told where KubeVirt tells it`() async throws {
    var cluster = VirtualCluster()
    let pod = "virt-launcher-train-abc"
    cluster.run("train", pod: pod, on: "gpu-1", 0, 60, resources: [(Self.a100, 2)])
    cluster.recording.add(
      "kubevirt_vmi_gpu_info",
      #"namespace="lab",pod="\#(pod)",name="train",node="gpu-1",uuid="GPU-aaaa",instance="vc:8443""#,
      every: minute, in: 0..<(60 * minute), value: "1")
    #expect(
      try await window(cluster, hours(0, 1)).machines.map(\.reach)
        == [.including(["GPU-aaaa"], count: 2)])
  }

  @Test func `a cluster of machines alone is looked at without a word of missing exporters`()
    async throws
  {
    var cluster = VirtualCluster()
    cluster.node("gpu-1", [(Self.a100, 8)])
    for name in ["train", "tune"] {
      cluster.run(
        name, pod: "virt-launcher-\(name)-abc", on: "gpu-1", 0, 60, resources: [(Self.a100, 1)])
    }
    cluster.run("web", pod: "virt-launcher-web-abc", on: "gpu-1", 0, 60, resources: [("cpu", 1)])
    let server = try await RealPrometheus(openMetrics: cluster.recording.text)
    let check = await PrometheusCollector(
      settings: PrometheusSettings(url: server.url), client: Waiting().client,
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ).check(now: minutes(0, 61).end)
    #expect(check.problems == [])
    #expect(
      check.findings.contains(
        "\(server.url): 3 virtual machines of KubeVirt, of which some ask for \(Self.a100)"))
  }

  @Test func `a machine's GPUs of which nobody tells when it ran are told as a shortfall`()
    async throws
  {
    var cluster = VirtualCluster()
    cluster.run("web", pod: "virt-launcher-web-abc", on: "gpu-1", 0, 60, resources: [])
    cluster.recording.add(
      "kube_pod_container_resource_requests",
      #"namespace="lab",pod="virt-launcher-train-abc",container="compute",node="gpu-1","#
        + #"resource="\#(Self.a100)",instance="ksm:8080""#,
      every: minute, in: 0..<(60 * minute), value: "1")
    let shortfalls = try await window(cluster, hours(0, 1)).shortfalls
    #expect(shortfalls.count == 1)
    #expect(
      shortfalls.first?.hasSuffix(
        "lab/virt-launcher-train-abc has GPUs, but kubevirt_vmi_info doesn't tell of its machine")
        == true)
  }
}

@Suite struct VGPUTypeTests {
  @Test(arguments: [
    ("NVIDIA_A2_4Q", 1, 4, "A2"), ("grid_a100-40c", 1, 1, "A100"),
    ("NVIDIA A100-10C", 1, 4, "A100"), ("grid_a100d-20c", 1, 4, "A100D"),
    ("NVIDIA A100-3-20C", 3, 7, "A100"), ("A30-2-12C", 2, 4, "A30"),
    ("NVIDIA RTX6000-Ada-24Q", 1, 2, "RTX6000ADA"), ("GRID_T4_1B", 1, 16, "T4"),
    ("A100-1-5CME", 1, 7, "A100"), ("GRID A100X-40C", 1, 1, "A100X"),
    ("H100L-15C", 1, 6, "H100L"), ("H200-4C", 1, 32, "H200"), ("GRID M10-0B", 1, 16, "M10"),
    ("GRID V100D-2B4", 1, 16, "V100D"),
  ])
  func `a name tells which part of a card it is`(
    name: String, parts: Int, divisor: Int, card: String
  ) throws {
    let type = try #require(VGPUType(name: name))
    #expect((type.parts, type.divisor, type.card) == (parts, divisor, card))
  }

  @Test(arguments: [
    "GA100_A100_PCIE_40GB", "NVIDIA X9-4Q", "NVIDIA A2-32Q", "", "Q", "A2-Q", "A100-8-40C",
  ])
  func `what is no type of a known card is none`(name: String) {
    #expect(VGPUType(name: name) == nil)
  }
}
