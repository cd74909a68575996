import Quantities
import Records
import TestSupport
import Testing
import Transport

@testable import Collectors

/// Exporters besides NVIDIA's own. What AMD's and Intel's print is written by hand, by their
/// documentation.
@Suite struct OtherExporterTests {
  /// What a scrape of a page gives: `GPU model metric value holder`.
  private func scraped(_ page: String) async throws -> [String] {
    let server = ScriptedServer { _, _ in
      ScriptedResponse(200, headers: ["Content-Type": "text/plain; version=0.0.4"], page)
    }
    let collector = DCGMExporterCollector(
      settings: DCGMExporterSettings(targets: ["127.0.0.1:\(server.port)"]),
      client: Waiting().client)
    let result = try #require(await collector.scrape(at: hourZero).first)
    #expect(result.rejections.map(\.description) == [])
    return try result.points.get().map { point in
      let entity = point.key.entity
      let words = [
        entity.uuid, entity.model, "\(point.key.metric)", "\(point.values.first ?? .nan)",
        point.key.workload?.description ?? "-",
      ]
      return words.joined(separator: "|")
    }.sorted()
  }

  private static let zeros = "GPU-00000000-0000-0000-0000-000000000000"

  @Test(
    .enabled(if: SharedData.isPresent, "\(SharedData.absence)"),
    arguments: [
      (
        "linux-x86_64__nvidia-h100-80gb-hbm3__590.48.01__load.metrics",
        [
          "\(zeros)|NVIDIA H100 80GB HBM3|framebufferUsed|19818.0|-",
          "\(zeros)|NVIDIA H100 80GB HBM3|gpuUtilization|100.0|-",
          "\(zeros)|NVIDIA H100 80GB HBM3|powerUsage|631.95|-",
        ]
      ),
      (
        "linux-x86_64__nvidia-h100-mig__590.48.01__load.metrics",
        [
          "\(zeros)|NVIDIA H100 80GB HBM3|framebufferUsed|11125.0|-",
          "\(zeros)|NVIDIA H100 80GB HBM3|powerUsage|433.78|-",
        ]
      ),
    ])
  func `a capture of nvidia_gpu_exporter has its model, and our own units`(
    name: String, expected: [String]
  ) async throws {
    let bytes = try SharedData.bytes("nvidia_gpu_exporter/" + name)
    #expect(try await scraped(String(decoding: bytes, as: UTF8.self)) == expected)
  }

  @Test func `AMD's partitions are one card, whose activity the first one tells`() async throws {
    func labels(_ partition: Int, pod: String) -> String {
      #"serial_number="692251001124",gpu_id="\#(partition)",gpu_partition_id="\#(partition)","#
        + #"card_model="AMD_Instinct_MI300X_OAM",hostname="mi300-01",pod="\#(pod)","#
        + #"namespace="team-a",container="c",job_id="",job_user="""#
    }
    let page = [
      "gpu_gfx_activity{\(labels(0, pod: "p0"))} 97", "gpu_gfx_activity{\(labels(1, pod: "p1"))} 0",
      "amd_gpu_package_power{\(labels(0, pod: "p0"))} 610",
      "gpu_energy_consumed{\(labels(0, pod: "p0"))} 5000000",
      "gpu_used_vram{\(labels(1, pod: "p1"))} 4096",
      "gpu_gfx_activity_total{\(labels(0, pod: ""))} 1",
    ].joined(separator: "\n")
    #expect(
      try await scraped(page + "\n") == [
        "GPU-692251001124|AMD_Instinct_MI300X_OAM|framebufferUsed|4096.0|team-a/p1",
        "GPU-692251001124|AMD_Instinct_MI300X_OAM|gpuUtilization|97.0|team-a/p0",
        "GPU-692251001124|AMD_Instinct_MI300X_OAM|powerUsage|610.0|team-a/p0",
        "GPU-692251001124|AMD_Instinct_MI300X_OAM|totalEnergy|5000.0|team-a/p0",
      ])
  }

  @Test func `AMD's label names a batch job, anybody else's doesn't`() async throws {
    let page = """
      gpu_gfx_activity{serial_number="1",card_model="MI300X",hostname="a",job_id="4711"} 50
      DCGM_FI_DEV_GPU_UTIL{UUID="GPU-2",modelName="H100",Hostname="a",job_id="4711"} 50

      """
    #expect(
      try await scraped(page) == [
        "GPU-1|MI300X|gpuUtilization|50.0|4711", "GPU-2|H100|gpuUtilization|50.0|-",
      ])
  }

  @Test func `Intel's ratios are percent, its milliwatts watts, its tiles one card`() async throws {
    let xpu =
      #"uuid="00000000-0000-0000-0000-020a00000000",dev_name="Intel Data Center GPU Max 1550""#
    let page = """
      habanalabs_utilization{UUID="01P4-HL2080A0",device="0"} 37
      habanalabs_power_mW{UUID="01P4-HL2080A0",device="0"} 412000
      habanalabs_memory_used_bytes{UUID="01P4-HL2080A0",device="0"} 1073741824
      xpum_engine_ratio{\(xpu),sub_dev="0",node="pvc-1",kube_pod="train",kube_namespace="b"} 0.29
      xpum_engine_ratio{\(xpu),sub_dev="1",node="pvc-1",kube_pod="train",kube_namespace="b"} 0.11
      xpum_energy_joules_total{\(xpu),node="pvc-1",kube_pod="train",kube_namespace="b"} 12.5

      """
    #expect(
      try await scraped(page) == [
        "GPU-00000000-0000-0000-0000-020a00000000|Intel Data Center GPU Max 1550|gpuUtilization"
          + "|29.0|b/train",
        "GPU-00000000-0000-0000-0000-020a00000000|Intel Data Center GPU Max 1550|totalEnergy"
          + "|12500.0|b/train",
        "GPU-01P4-HL2080A0||framebufferUsed|1024.0|-", "GPU-01P4-HL2080A0||gpuUtilization|37.0|-",
        "GPU-01P4-HL2080A0||powerUsage|412.0|-",
      ])
  }
}
