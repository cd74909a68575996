import Records

extension GPUInstanceTable {
  /// Shapes of Oracle's compute instances.
  ///
  /// - Source: Oracle's page of compute shapes, and the lists of its GPU clusters' own tools,
  ///   November 2026.
  static let oci: [GPUInstanceType] =
    ociGPUs.map {
      GPUInstanceType(
        .oci, $0.type, BilledGPU(model: $0.model, count: $0.count, divisor: $0.divisor))
    }

  private static let ociGPUs: [(type: String, model: String, count: Int, divisor: Int)] = [
    ("BM.GPU2.2", GPUModel.p100, 2, 1),
    ("VM.GPU2.1", GPUModel.p100, 1, 1),
    ("VM.GPU3.1", GPUModel.v100, 1, 1),
    ("VM.GPU3.2", GPUModel.v100, 2, 1),
    ("VM.GPU3.4", GPUModel.v100, 4, 1),
    ("BM.GPU3.8", GPUModel.v100, 8, 1),
    ("BM.GPU4.8", GPUModel.a100, 8, 1),
    ("BM.GPU.B4.8", GPUModel.a100, 8, 1),
    ("BM.GPU.A100-v2.8", GPUModel.a100With80, 8, 1),
    ("VM.GPU.A100.40G.1", GPUModel.a100, 1, 1),
    ("VM.GPU.A100.40G.2", GPUModel.a100, 2, 1),
    ("VM.GPU.A100.40G.4", GPUModel.a100, 4, 1),
    ("VM.GPU.A10.1", GPUModel.a10, 1, 1),
    ("VM.GPU.A10.2", GPUModel.a10, 2, 1),
    ("BM.GPU.A10.4", GPUModel.a10, 4, 1),
    ("BM.GPU.T1.2", GPUModel.a10, 2, 1),
    ("BM.GPU.L40S.4", GPUModel.l40s, 4, 1),
    ("VM.GPU.L40S.1", GPUModel.l40s, 1, 1),
    ("VM.GPU.L40S.2", GPUModel.l40s, 2, 1),
    ("BM.GPU.H100.8", GPUModel.h100, 8, 1),
    ("BM.GPU.H200.8", GPUModel.h200, 8, 1),
    ("BM.GPU.B200.8", GPUModel.b200, 8, 1),
    ("BM.GPU.GB200.4", GPUModel.gb200, 4, 1),
    ("BM.GPU.MI300X.8", GPUModel.mi300x, 8, 1),
  ]
}
