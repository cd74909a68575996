import Records
import Testing

@testable import Collectors

@Suite struct NormalisationTests {
  private func series(_ labels: [String: String], values: [Double] = [1]) -> RawSeries {
    RawSeries(
      labels: labels, timestamps: values.indices.map { Int64($0) * 1_000 }, values: values)
  }

  @Test(arguments: [
    ("DCGM_FI_DEV_GPU_UTIL", Metric.gpuUtilization, 100.0, 100.5),
    ("DCGM_FI_DEV_GPU_UTIL_RATIO", .gpuUtilization, 100, -1),
    ("DCGM_FI_PROF_GR_ENGINE_ACTIVE", .graphicsEngineActive, 1, 1.01),
    ("DCGM_FI_PROF_GR_ENGINE_UTIL_RATIO", .graphicsEngineActive, 0.5, 50),
    ("DCGM_FI_DEV_FB_USED", .framebufferUsed, 81_559, 3_000_000),
    ("DCGM_FI_DEV_POWER_USAGE", .powerUsage, 699.5, -0.1),
    ("DCGM_FI_DEV_BOARD_POWER_WATTS", .powerUsage, 0, 10_001),
    ("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", .totalEnergy, 1_234_567_890_123, -1),
    (
      "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", .totalEnergy, 2_147_483_633,
      9_223_372_036_854_775_808
    ),
  ])
  func `every name of a field has its metric and range`(
    name: String, metric: Metric, good: Double, bad: Double
  ) throws {
    var normaliser = TargetNormaliser(target: "t:1", holder: .atExporter)
    normaliser.add(series(["__name__": name, "UUID": "GPU-a"], values: [good, bad, .nan, good]))
    let frame = normaliser.frame()
    #expect(frame.series.map(\.key.metric) == [metric])
    #expect(frame.timestamps == [0, 3_000] && frame.series.first?.values == [good, good])
    #expect(normaliser.rejections.all.map(\.count) == [1])
  }

  @Test(
    arguments: [
      9_223_372_036_854_775_808, 2_147_483_632, 2_147_483_635, 140_737_488_355_328,
      140_737_488_355_331,
    ] as [Double])
  func `a blank is no value`(blank: Double) {
    var normaliser = TargetNormaliser(target: "t:1", holder: .atExporter)
    normaliser.add(
      series(
        ["__name__": "DCGM_FI_DEV_FB_USED", "UUID": "a"],
        values: [blank, blank, .infinity, Double(bitPattern: 0x7ff0_0000_0000_0002)]))
    #expect(normaliser.frame().isEmpty)
    #expect(
      normaliser.rejections.all.map { "\($0.place) \($0.rule) \($0.count)" }
        == ["target t:1, GPU-a blank value 2", "target t:1, GPU-a infinite value 1"])
  }

  @Test(arguments: [
    (["UUID": "GPU-a"], "GPU-a"), (["uuid": "a"], "GPU-a"), (["gpu_uuid": "GPU-b"], "GPU-b"),
  ])
  func `a GPU is its UUID under any label`(labels: [String: String], uuid: String) throws {
    #expect(try GPUIdentity.entity(of: labels, target: "h:1").uuid == uuid)
  }

  @Test(
    arguments: [
      (["hostname": "a", "Hostname": "b", "node": "c"], "a"),
      (["Hostname": "b", "node": "c"], "b"),
      (["node": "c"], "c"), ([:], "10.0.0.5"),
    ] as [([String: String], String)])
  func `the host is named by the first label that does`(
    labels: [String: String], host: String
  ) throws {
    let all = labels.merging(["UUID": "x"]) { $1 }
    #expect(try GPUIdentity.entity(of: all, target: "10.0.0.5:9400").host == host)
  }

  @Test(arguments: [("[::1]:9400", "::1"), ("::1", "::1"), ("gpu-01", "gpu-01"), ("a:1", "a")])
  func `a target's host is without its port`(target: String, host: String) {
    #expect(GPUIdentity.host(ofTarget: target) == host)
  }

  @Test(
    arguments: [
      ("3g.40gb", 3), ("1g.10gb+me", 1), ("7g.80gb", 7), ("1c.3g.40gb", nil), ("", nil),
      ("9g.1gb", nil), ("g.1gb", nil),
    ] as [(String, Int?)])
  func `a profile has its slices`(profile: String, slices: Int?) {
    #expect(GPUIdentity.slices(of: profile) == slices)
  }

  @Test func `a MIG instance is not its card`() throws {
    let entity = try GPUIdentity.entity(
      of: ["UUID": "GPU-a", "GPU_I_ID": "7", "GPU_I_PROFILE": "1g.10gb", "model_name": "H100"],
      target: "h:1")
    #expect(
      entity == GPUEntity(uuid: "GPU-a", instance: 7, slices: 1, model: "H100", host: "h"))
  }

  @Test func `what names no GPU is counted, not taken`() {
    var normaliser = TargetNormaliser(target: "t:1", holder: .atExporter)
    let name = "DCGM_FI_DEV_GPU_UTIL"
    normaliser.add(series(["__name__": name], values: [1, 2]))
    normaliser.add(series(["__name__": name, "UUID": ""], values: [1]))
    normaliser.add(series(["__name__": name, "UUID": "a", "GPU_I_ID": "x"]))
    normaliser.add(series(["__name__": name, "UUID": "a", "GPU_I_ID": "1"]))
    normaliser.add(series(["__name__": "DCGM_FI_DEV_SM_CLOCK", "UUID": "a"]))
    #expect(normaliser.frame().isEmpty)
    #expect(
      normaliser.rejections.all.map(\.description) == [
        "target t:1: GPU instance id not understood: found x, expected a whole number",
        "target t:1: MIG profile not understood: found no profile, expected a profile like 3g.40gb",
        "target t:1: series without a GPU UUID: found no label UUID, expected UUID=\"GPU-…\" (3 "
          + "times)",
      ])
  }
}

@Suite struct HolderRuleTests {
  private static let up = RawSeries(labels: ["pod": "dcgm-exporter-x", "namespace": "gpu-operator"])
  private static let own = ["pod": "dcgm-exporter-x", "namespace": "gpu-operator"]

  private func holder(
    _ labels: [String: String], up: [RawSeries], others: [[String: String]] = []
  ) -> String? {
    let series = ([labels] + others).map { RawSeries(labels: $0) }
    return HolderRule(up: up, series: series).workload(of: labels)
      .map { $0.uid.isEmpty ? "\($0)" : "\($0)/\($0.uid)" }
  }

  @Test(
    arguments: [
      (["exported_pod": "p", "exported_namespace": "n", "pod_uid": "u"], "n/p/u"),
      (["exported_pod_name": "p", "exported_pod_namespace": "n"], "n/p"),
      (["pod_name": "p", "pod_namespace": "n"], "n/p"), (["exported_pod": ""], nil), ([:], nil),
    ] as [([String: String], String?)])
  func `with honorLabels false the exported labels are the workload's`(
    labels: [String: String], workload: String?
  ) {
    let all = labels.merging(Self.own) { $1 }
    #expect(holder(all, up: [Self.up]) == workload)
  }

  @Test func `with honorLabels true an idle GPU keeps the exporter's pod and is nobody's`() {
    #expect(holder(Self.own, up: [Self.up]) == nil)
    #expect(holder(["pod": "p", "namespace": "n"], up: [Self.up]) == "n/p")
    #expect(
      holder(["pod": "dcgm-exporter-x", "namespace": "n"], up: [Self.up]) == "n/dcgm-exporter-x")
  }

  @Test func `a target that is no pod leaves pod to the workload`() {
    let up = RawSeries(labels: ["instance": "10.0.0.5:9400"])
    #expect(holder(["pod": "p", "namespace": "n"], up: [up]) == "n/p")
  }

  @Test func `an exporter that was restarted had two pods`() {
    let second = RawSeries(labels: ["pod": "dcgm-exporter-y", "namespace": "gpu-operator"])
    let labels = ["pod": "dcgm-exporter-y", "namespace": "gpu-operator"]
    #expect(holder(labels, up: [Self.up, second]) == nil)
  }

  @Test func `without any up an idle GPU still is not the monitoring's`() {
    #expect(holder(Self.own, up: [], others: [["exported_pod": "p"]]) == nil)
    #expect(holder(Self.own, up: []) == nil)
    #expect(
      holder(
        ["pod": "x", "namespace": "monitoring", "container": "nvidia-dcgm-exporter"], up: []) == nil
    )
    #expect(holder(["pod": "train-0", "namespace": "n"], up: []) == "n/train-0")
  }
}

@Suite struct ReplicasTests {
  private func series(_ replica: String, _ times: [Int64], _ value: Double) -> RawSeries {
    RawSeries(
      labels: ["UUID": "a", "prometheus_replica": replica], timestamps: times,
      values: times.map { _ in value })
  }

  @Test func `of each hour the fuller replica counts, the first of equal ones`() {
    let hour: Int64 = 3_600_000
    let replicas = Replicas(labels: ["prometheus_replica", "replica"])
    let kept = replicas.deduplicated([
      series("b", [1, 2, 3, hour, hour + 1, 2 * hour], 2),
      series("a", [5, 6, hour + 5, hour + 6, hour + 7, 2 * hour + 5], 1),
    ])
    #expect(kept.map(\.timestamps) == [[hour + 5, hour + 6, hour + 7, 2 * hour + 5], [1, 2, 3]])
    #expect(kept.map { $0.values.first } == [1, 2])
  }

  @Test func `one replica is left as it is`() {
    let only = [series("a", [1, 2], 1)]
    #expect(Replicas(labels: ["prometheus_replica"]).deduplicated(only) == only)
  }
}

@Suite struct PlanTests {
  @Test func `targets are put together until an answer is full`() {
    let samples = ["a": 40, "b": 40, "c": 40, "d": 500, "e": 1]
    #expect(
      TargetPlan.batches(samples, samplesMaximum: 100) == [["a", "b"], ["c"], ["d"], ["e"]])
    #expect(TargetPlan.batches([:], samplesMaximum: 100) == [])
    let many = Dictionary(uniqueKeysWithValues: (0..<450).map { ("t\($0)", 1) })
    #expect(TargetPlan.batches(many, samplesMaximum: 1_000).map(\.count) == [200, 200, 50])
  }

  @Test func `names are taken literally`() {
    #expect(Selector.anyOf(["a.b:1"], label: "instance").value == "a.b:1")
    let two = Selector([Selector.anyOf(["a.b:1", "[::1]:9400"], label: "instance")])
    #expect(two.text == #"{instance=~"a\\.b:1|\\[::1\\]:9400"}"#)
    #expect(
      Selector([LabelMatcher("k", .unequal, "q\"\\\n")]).text(over: 5)
        == #"{k!="q\"\\\n"}[5ms]"#)
  }
}
