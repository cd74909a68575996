import Records

extension GPUInstanceTable {
  /// Machine types of Google's Compute Engine with GPUs of their own.
  ///
  /// A bill charges these GPUs by themselves, beside the cores; the types are for whoever starts
  /// from a machine.
  ///
  /// - Source: Google's pages of the accelerator-optimised machine types, November 2026.
  static let gcp: [GPUInstanceType] =
    gcpGPUs.map {
      GPUInstanceType(
        .gcp, $0.type, BilledGPU(model: $0.model, count: $0.count, divisor: $0.divisor))
    }

  private static let gcpGPUs: [(type: String, model: String, count: Int, divisor: Int)] = [
    ("a2-highgpu-1g", GPUModel.a100, 1, 1),
    ("a2-highgpu-2g", GPUModel.a100, 2, 1),
    ("a2-highgpu-4g", GPUModel.a100, 4, 1),
    ("a2-highgpu-8g", GPUModel.a100, 8, 1),
    ("a2-megagpu-16g", GPUModel.a100, 16, 1),
    ("a2-ultragpu-1g", GPUModel.a100With80, 1, 1),
    ("a2-ultragpu-2g", GPUModel.a100With80, 2, 1),
    ("a2-ultragpu-4g", GPUModel.a100With80, 4, 1),
    ("a2-ultragpu-8g", GPUModel.a100With80, 8, 1),
    ("a3-highgpu-1g", GPUModel.h100, 1, 1),
    ("a3-highgpu-2g", GPUModel.h100, 2, 1),
    ("a3-highgpu-4g", GPUModel.h100, 4, 1),
    ("a3-highgpu-8g", GPUModel.h100, 8, 1),
    ("a3-edgegpu-8g", GPUModel.h100, 8, 1),
    ("a3-megagpu-8g", GPUModel.h100, 8, 1),
    ("a3-ultragpu-8g", GPUModel.h200, 8, 1),
    ("a4-highgpu-8g", GPUModel.b200, 8, 1),
    ("a4x-highgpu-4g", GPUModel.gb200, 4, 1),
    ("g2-standard-4", GPUModel.l4, 1, 1),
    ("g2-standard-8", GPUModel.l4, 1, 1),
    ("g2-standard-12", GPUModel.l4, 1, 1),
    ("g2-standard-16", GPUModel.l4, 1, 1),
    ("g2-standard-24", GPUModel.l4, 2, 1),
    ("g2-standard-32", GPUModel.l4, 1, 1),
    ("g2-standard-48", GPUModel.l4, 4, 1),
    ("g2-standard-96", GPUModel.l4, 8, 1),
    ("g4-standard-48", GPUModel.rtxPro6000, 1, 1),
    ("g4-standard-96", GPUModel.rtxPro6000, 2, 1),
    ("g4-standard-192", GPUModel.rtxPro6000, 4, 1),
    ("g4-standard-384", GPUModel.rtxPro6000, 8, 1),
  ]
}
