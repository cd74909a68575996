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

/// Cards and parts of cards, added up.
struct CardCount: Equatable {
  private(set) var parts = 0
  private(set) var divisor = 1
  private(set) var models: Set<String> = []

  /// Adds `count` of `resource`.
  mutating func add(_ resource: PassthroughResource, count: Int) {
    guard count > 0 else { return }
    let common = Divisor.leastCommonMultiple(divisor, resource.divisor)
    parts = parts * (common / divisor) + count * resource.parts * (common / resource.divisor)
    divisor = common
    models.insert(resource.model)
  }

  /// How many cards hold them at least.
  var cards: Int { (parts + divisor - 1) / divisor }

  /// What a machine with them has of its host.
  ///
  /// - Parameter uuids: of cards that are known to be among them.
  func reach(_ uuids: [String]) -> Claim.Reach {
    if divisor > 1 { return .parts(parts, of: divisor) }
    return uuids.isEmpty ? .count(parts) : .including(uuids, count: parts)
  }
}

private enum Divisor {
  static func leastCommonMultiple(_ left: Int, _ right: Int) -> Int {
    var (a, b) = (left, right)
    while b != 0 { (a, b) = (b, a % b) }
    return left / a * right
  }
}
