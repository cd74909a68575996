import Records

/// A cloud whose instance types are known.
package enum Cloud: String, CaseIterable, Sendable {
  case aws, azure, gcp, oci

  /// The cloud that a bill means by the name of its provider: `AWS`, `Microsoft`, `Google Cloud`.
  package init?(provider: String) {
    let name = provider.lowercased()
    let words: [(word: String, cloud: Cloud)] = [
      ("aws", .aws), ("amazon", .aws), ("microsoft", .azure), ("azure", .azure), ("google", .gcp),
      ("gcp", .gcp), ("oracle", .oci), ("oci", .oci),
    ]
    guard let found = words.first(where: { name.contains($0.word) }) else { return nil }
    self = found.cloud
  }
}

/// Which GPUs an instance type has.
package struct GPUInstanceType: Hashable, Sendable {
  package let cloud: Cloud
  /// As the provider writes it; compared without regard to case.
  package let type: String
  /// Nil for a type that is known to have none: FPGAs, Inferentia, Trainium.
  package let gpu: BilledGPU?

  package init(_ cloud: Cloud, _ type: String, _ gpu: BilledGPU?) {
    self.cloud = cloud
    self.type = type
    self.gpu = gpu
  }
}

/// The GPUs of instance types, and of what is charged as GPUs by themselves.
package struct GPUInstanceTable: Sendable {
  /// The day that the built-in rows are of.
  package static let date = "2026-11-15"

  private struct Key: Hashable {
    let cloud: Cloud
    let type: String
  }

  private var byType: [Key: GPUInstanceType] = [:]

  /// - Parameter extra: rows that are added, or that replace the built-in ones of their types.
  package init(extra: [GPUInstanceType] = []) {
    for row in Self.builtIn + extra {
      byType[Key(cloud: row.cloud, type: row.type.lowercased())] = row
    }
  }

  package var count: Int { byType.count }

  /// The row of a type, or nil for one that isn't known.
  package func row(_ cloud: Cloud, _ type: String) -> GPUInstanceType? {
    let name = type.lowercased()
    // SageMaker's instances are those of EC2.
    let plain = cloud == .aws && name.hasPrefix("ml.") ? String(name.dropFirst(3)) : name
    return byType[Key(cloud: cloud, type: plain)]
  }

  /// The model of GPUs that are charged by themselves, or nil where the text names none.
  ///
  /// - Parameter sku: `Nvidia Tesla A100 GPU running in Americas`, `Compute - GPU - H100`.
  package func model(sku: String) -> String? {
    let name = sku.lowercased()
    guard name.contains("gpu") else { return nil }
    return Self.skuWords.first { name.contains($0.word) }?.model
  }

  /// What the text of a GPU's SKU has in it; of several the first counts.
  ///
  /// - Source: SKUs of Google's Compute Engine and of Oracle's price list.
  private static let skuWords: [(word: String, model: String)] = [
    ("gb200", GPUModel.gb200), ("b200", GPUModel.b200), ("h200", GPUModel.h200),
    ("h100", GPUModel.h100), ("a100 80gb", GPUModel.a100With80), ("a100 - v2", GPUModel.a100With80),
    ("a100", GPUModel.a100), ("rtx 6000", GPUModel.rtxPro6000),
    ("rtx pro 6000", GPUModel.rtxPro6000), ("l40s", GPUModel.l40s), ("mi300x", GPUModel.mi300x),
    ("a10", GPUModel.a10), ("l4 ", GPUModel.l4), ("v100", GPUModel.v100), ("p100", GPUModel.p100),
    ("t4", GPUModel.t4), ("k80", GPUModel.k80), ("p4 ", GPUModel.p4),
  ]

  private static let builtIn = aws + azure + gcp + oci
}

/// The names that NVML, or AMD's tool, has for what clouds offer.
enum GPUModel {
  static let k80 = "Tesla K80"
  static let m60 = "Tesla M60"
  static let p4 = "Tesla P4"
  static let p100 = "Tesla P100-PCIE-16GB"
  static let v100 = "Tesla V100-SXM2-16GB"
  static let v100With32 = "Tesla V100-SXM2-32GB"
  static let v100PCIe = "Tesla V100-PCIE-16GB"
  static let t4 = "Tesla T4"
  static let t4g = "NVIDIA T4G"
  static let a10 = "NVIDIA A10"
  static let a10g = "NVIDIA A10G"
  static let a100 = "NVIDIA A100-SXM4-40GB"
  static let a100With80 = "NVIDIA A100-SXM4-80GB"
  static let a100PCIe = "NVIDIA A100 80GB PCIe"
  static let l4 = "NVIDIA L4"
  static let l40s = "NVIDIA L40S"
  static let h100 = "NVIDIA H100 80GB HBM3"
  static let h100NVL = "NVIDIA H100 NVL"
  static let h200 = "NVIDIA H200"
  static let b200 = "NVIDIA B200"
  static let b300 = "NVIDIA B300 SXM6 AC"
  static let gb200 = "NVIDIA GB200"
  static let rtxPro4500 = "NVIDIA RTX PRO 4500 Blackwell Server Edition"
  static let rtxPro6000 = "NVIDIA RTX PRO 6000 Blackwell Server Edition"
  static let mi25 = "AMD Radeon Instinct MI25"
  static let mi300x = "AMD Instinct MI300X"
  static let v520 = "AMD Radeon Pro V520"
}
