import Records
import TestSupport
import Testing

@testable import Collectors

/// Instance types have the GPUs that their providers say, fractions among them.
@Suite struct GPUInstanceTableTests {
  private static let table = GPUInstanceTable()

  @Test(arguments: [
    (Cloud.aws, "p4d.24xlarge", "8 x NVIDIA A100-SXM4-40GB"),
    (.aws, "p4de.24xlarge", "8 x NVIDIA A100-SXM4-80GB"),
    (.aws, "p5.48xlarge", "8 x NVIDIA H100 80GB HBM3"),
    (.aws, "p5.4xlarge", "1 x NVIDIA H100 80GB HBM3"), (.aws, "P5EN.48XLARGE", "8 x NVIDIA H200"),
    (.aws, "p6-b200.48xlarge", "8 x NVIDIA B200"), (.aws, "g5.24xlarge", "4 x NVIDIA A10G"),
    (.aws, "ml.g5.48xlarge", "8 x NVIDIA A10G"), (.aws, "g6f.large", "1/8 x NVIDIA L4"),
    (.aws, "gr6f.4xlarge", "1/2 x NVIDIA L4"), (.aws, "g6e.12xlarge", "4 x NVIDIA L40S"),
    (.azure, "Standard_NC24ads_A100_v4", "1 x NVIDIA A100 80GB PCIe"),
    (.azure, "Standard_ND96asr_v4", "8 x NVIDIA A100-SXM4-40GB"),
    (.azure, "Standard_ND96isr_H100_v5", "8 x NVIDIA H100 80GB HBM3"),
    (.azure, "Standard_NC80adis_H100_v5", "2 x NVIDIA H100 NVL"),
    (.azure, "Standard_NV6ads_A10_v5", "1/6 x NVIDIA A10"),
    (.azure, "Standard_ND96isr_MI300X_v5", "8 x AMD Instinct MI300X"),
    (.gcp, "a2-highgpu-4g", "4 x NVIDIA A100-SXM4-40GB"),
    (.gcp, "a2-ultragpu-1g", "1 x NVIDIA A100-SXM4-80GB"),
    (.gcp, "a2-megagpu-16g", "16 x NVIDIA A100-SXM4-40GB"),
    (.gcp, "a3-highgpu-8g", "8 x NVIDIA H100 80GB HBM3"), (.gcp, "g2-standard-96", "8 x NVIDIA L4"),
    (.oci, "BM.GPU.H100.8", "8 x NVIDIA H100 80GB HBM3"),
    (.oci, "BM.GPU.A100-v2.8", "8 x NVIDIA A100-SXM4-80GB"),
    (.oci, "VM.GPU.A10.2", "2 x NVIDIA A10"),
  ])
  func `a type has its GPUs`(cloud: Cloud, type: String, gpu: String) {
    #expect(Self.table.row(cloud, type)?.gpu?.description == gpu)
  }

  @Test(arguments: [
    (Cloud.aws, "inf2.xlarge"), (.aws, "trn1.32xlarge"), (.aws, "f1.2xlarge"),
    (.aws, "dl1.24xlarge"),
    (.azure, "Standard_NP10s"),
  ])
  func `other accelerators are known to be no GPUs`(cloud: Cloud, type: String) throws {
    #expect(try #require(Self.table.row(cloud, type)).gpu == nil)
  }

  @Test func `types of one cloud are none of another`() {
    #expect(Self.table.row(.gcp, "p5.48xlarge") == nil)
    #expect(Self.table.row(.aws, "m5.large") == nil)
  }

  @Test func `a row of the configuration is added, or replaces the built-in one`() {
    let table = GPUInstanceTable(extra: [
      GPUInstanceType(.aws, "p9.48xlarge", BilledGPU(model: "NVIDIA R100", count: 8)),
      GPUInstanceType(.aws, "p5.48xlarge", nil),
    ])
    #expect(table.row(.aws, "p9.48xlarge")?.gpu?.model == "NVIDIA R100")
    #expect(table.row(.aws, "p5.48xlarge")?.gpu == nil)
    #expect(table.count == Self.table.count + 1)
  }

  @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
  func `every type of the public lists is in the table with their count`() throws {
    let lists: [(cloud: Cloud, file: String, type: Int, count: Int)] = [
      (.aws, "aws_gpu_instances.csv", 0, 3), (.azure, "azure_gpu_instances_counts.csv", 0, 3),
    ]
    for list in lists {
      let text = String(decoding: try SharedData.bytes(list.file), as: UTF8.self)
      let rows = text.split(whereSeparator: \.isNewline).dropFirst().map {
        $0.split(separator: ",")
      }
      #expect(rows.count > 40)
      for row in rows {
        let type = String(row[list.type])
        let found = try #require(Self.table.row(list.cloud, type), "\(type)")
        guard let gpu = found.gpu else {
          #expect(type.hasPrefix("Standard_NP"), "\(type)")
          continue
        }
        // The lists have no fractions: 0 there, or a whole GPU.
        if gpu.divisor == 1 { #expect("\(gpu.count)" == row[list.count], "\(type)") }
        #expect(gpu.divisor == 1 || ["0", "1"].contains(row[list.count]), "\(type)")
      }
    }
  }

  @Test(
    arguments: [
      ("AWS", Cloud.aws), ("Amazon Web Services, Inc.", .aws), ("Microsoft", .azure),
      ("Google Cloud", .gcp), ("Oracle", .oci), ("Nebius", nil),
    ] as [(String, Cloud?)])
  func `clouds are known by their providers' names`(name: String, cloud: Cloud?) {
    #expect(Cloud(provider: name) == cloud)
  }
}
