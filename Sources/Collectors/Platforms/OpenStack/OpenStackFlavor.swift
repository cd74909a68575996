/// What a flavour asks for of GPUs.
///
/// - Source: `pci_passthrough:alias` holds `alias:count` with commas between them, and
///   `resources:VGPU` or `resources1:VGPU` a number (Nova, flavors' extra specs).
struct OpenStackFlavor: Sendable {
  let name: String
  private(set) var share = GPUShare.none
  private(set) var models: Set<String> = []
  /// Aliases that the configuration doesn't call GPUs.
  private(set) var otherAliases: Set<String> = []

  /// Why extra specs can't be understood.
  struct Fault: Error, Equatable {
    let rule: String
    let found: String
    let expected: String
  }

  /// Classes of resources that are GPUs by their names.
  ///
  /// - Source: os-resource-classes.
  private static let gpuClasses: Set = ["VGPU", "PGPU"]

  init(
    name: String, extraSpecs: [String: JSONValue], _ settings: OpenStackSettings
  ) throws(Fault) {
    self.name = name
    for (key, value) in extraSpecs.sorted(by: { $0.key < $1.key }) {
      let text = value.text ?? ""
      if key == "pci_passthrough:alias" {
        try addDevices(text, settings.pciAliases)
      } else if key.hasPrefix("resources"), let colon = key.firstIndex(of: ":") {
        try addResource(String(key[key.index(after: colon)...]), text, settings.virtualGPUs)
      }
    }
  }

  private mutating func addDevices(
    _ text: String, _ aliases: [String: String]
  ) throws(Fault) {
    for word in text.split(separator: ",") {
      let parts = word.split(separator: ":").map { $0.filter { $0 != " " } }
      guard let alias = parts.first, parts.count <= 2,
        let count = parts.count == 2 ? Int(parts[1]) : 1, (1...1_024).contains(count)
      else {
        throw Fault(
          rule: "unreadable pci_passthrough:alias", found: "'\(text.prefix(80))'",
          expected: "alias:count, with commas between several")
      }
      guard let model = aliases[alias] else {
        otherAliases.insert(alias)
        continue
      }
      share.add(count)
      models.insert(model)
    }
  }

  private mutating func addResource(
    _ name: String, _ text: String, _ known: [String: OpenStackSettings.VirtualGPU]
  ) throws(Fault) {
    guard let unit = known[name] else {
      if Self.gpuClasses.contains(name) {
        throw Fault(
          rule: "virtual GPUs of an unknown part of a card",
          found: "resources:\(name)",
          expected: "vgpu: { \(name): { gpu_model: ..., per_gpu: how many a GPU makes } }")
      }
      return
    }
    guard let count = Int(text), (0...1_024).contains(count) else {
      throw Fault(
        rule: "unreadable resources", found: "'\(text.prefix(80))'",
        expected: "a number of \(name)")
    }
    if count == 0 { return }
    share.add(count, of: unit.perGPU)
    models.insert(unit.model)
  }
}
