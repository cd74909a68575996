import Records

/// A resource of a node that is a GPU for virtual machines: a whole card, or a vGPU.
///
/// - Source: KubeVirt names host devices and mediated devices by vendor and what the device is:
///   `nvidia.com/GA102GL_A10`, `nvidia.com/NVIDIA_A2-4Q`; kube-state-metrics writes an underscore
///   for what is no letter or digit.
struct PassthroughResource {
  /// What resources of GPU vendors are asked for; which of them are GPUs is told by ``init(name:)``.
  static let matcher = LabelMatcher("resource", .matching, "(nvidia|amd)_com_.+")

  /// Other functions of a card, and what is beside cards.
  private static let others = ["AUDIO", "USB", "UCSI", "NVSWITCH", "BRIDGE"]

  /// How many parts of a card one of it is, and of how many; whole cards are one of one.
  let parts: Int
  let divisor: Int
  /// What kind of GPU it is, as far as the name tells.
  let model: String

  /// - Returns: nil for what is no GPU, or one that containers share.
  init?(name: String) {
    let isContainers =
      ["nvidia_com_gpu", "nvidia_com_gpu_shared", "amd_com_gpu"].contains(name)
      || name.hasPrefix("nvidia_com_mig_")
    if isContainers || Self.others.contains(where: name.uppercased().contains) { return nil }
    guard let vendor = ["nvidia_com_", "amd_com_"].first(where: name.hasPrefix) else { return nil }
    let device = String(name.dropFirst(vendor.count))
    if device.isEmpty { return nil }
    let type = VGPUType(name: device)
    parts = type?.parts ?? 1
    divisor = type?.divisor ?? 1
    model = type?.card ?? device.replacing("_", with: " ")
  }
}

extension GPUShare {
  /// Adds `count` of `resource`.
  mutating func add(_ resource: PassthroughResource, count: Int) {
    add(count * resource.parts, of: resource.divisor)
  }
}
