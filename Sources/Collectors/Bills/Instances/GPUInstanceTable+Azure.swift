import Records

extension GPUInstanceTable {
  /// Sizes of Azure's virtual machines.
  ///
  /// - Source: the counts of Kubernetes' cluster-autoscaler, November 2026; models and fractions
  ///   from Microsoft's pages of the series. The autoscaler counts a whole GPU for the fractions
  ///   of NVadsA10 v5 and NVas v4.
  static let azure: [GPUInstanceType] =
    azureGPUs.map {
      GPUInstanceType(
        .azure, $0.type, BilledGPU(model: $0.model, count: $0.count, divisor: $0.divisor))
    } + azureOthers.map { GPUInstanceType(.azure, $0, nil) }

  private static let azureGPUs: [(type: String, model: String, count: Int, divisor: Int)] = [
    ("Standard_NC12s_v3", GPUModel.v100PCIe, 2, 1),
    ("Standard_NC16ads_A10_v4", GPUModel.a10, 1, 1),
    ("Standard_NC16as_T4_v3", GPUModel.t4, 1, 1),
    ("Standard_NC24ads_A100_v4", GPUModel.a100PCIe, 1, 1),
    ("Standard_NC24rs_v3", GPUModel.v100PCIe, 4, 1),
    ("Standard_NC24s_v3", GPUModel.v100PCIe, 4, 1),
    ("Standard_NC32ads_A10_v4", GPUModel.a10, 2, 1),
    ("Standard_NC40ads_H100_v5", GPUModel.h100NVL, 1, 1),
    ("Standard_NC48ads_A100_v4", GPUModel.a100PCIe, 2, 1),
    ("Standard_NC4as_T4_v3", GPUModel.t4, 1, 1),
    ("Standard_NC64as_T4_v3", GPUModel.t4, 4, 1),
    ("Standard_NC6s_v3", GPUModel.v100PCIe, 1, 1),
    ("Standard_NC80adis_H100_v5", GPUModel.h100NVL, 2, 1),
    ("Standard_NC8ads_A10_v4", GPUModel.a10, 1, 1),
    ("Standard_NC8as_T4_v3", GPUModel.t4, 1, 1),
    ("Standard_NC96ads_A100_v4", GPUModel.a100PCIe, 4, 1),
    ("Standard_NCC40ads_H100_v5", GPUModel.h100NVL, 1, 1),
    ("Standard_ND40rs_v2", GPUModel.v100With32, 8, 1),
    ("Standard_ND96amsr_A100_v4", GPUModel.a100With80, 8, 1),
    ("Standard_ND96asr_v4", GPUModel.a100, 8, 1),
    ("Standard_ND96isr_H100_v5", GPUModel.h100, 8, 1),
    ("Standard_ND96isr_H200_v5", GPUModel.h200, 8, 1),
    ("Standard_ND96isr_MI300X_v5", GPUModel.mi300x, 8, 1),
    ("Standard_NV12ads_A10_v5", GPUModel.a10, 1, 3),
    ("Standard_NV12s_v2", GPUModel.m60, 2, 1),
    ("Standard_NV12s_v3", GPUModel.m60, 1, 1),
    ("Standard_NV16as_v4", GPUModel.mi25, 1, 2),
    ("Standard_NV18ads_A10_v5", GPUModel.a10, 1, 2),
    ("Standard_NV24s_v2", GPUModel.m60, 4, 1),
    ("Standard_NV24s_v3", GPUModel.m60, 2, 1),
    ("Standard_NV32as_v4", GPUModel.mi25, 1, 1),
    ("Standard_NV36adms_A10_v5", GPUModel.a10, 1, 1),
    ("Standard_NV36ads_A10_v5", GPUModel.a10, 1, 1),
    ("Standard_NV48s_v3", GPUModel.m60, 4, 1),
    ("Standard_NV4as_v4", GPUModel.mi25, 1, 8),
    ("Standard_NV6ads_A10_v5", GPUModel.a10, 1, 6),
    ("Standard_NV6s_v2", GPUModel.m60, 1, 1),
    ("Standard_NV72ads_A10_v5", GPUModel.a10, 2, 1),
    ("Standard_NV8as_v4", GPUModel.mi25, 1, 4),
  ]

  /// FPGAs, which the autoscaler counts as GPUs.
  private static let azureOthers = [
    "Standard_NP10s",
    "Standard_NP20s",
    "Standard_NP40s",
  ]
}
