/// What an instance type of a cloud has of GPUs, where the built-in table doesn't know it or says
/// otherwise.
package struct InstanceType: Hashable, Sendable {
  /// Whose types are known.
  package enum Provider: String, CaseIterable, Sendable {
    case aws, azure, gcp, oci
  }

  package var provider: Provider
  /// As the provider writes it; compared without regard to case.
  package var name: String
  /// Cards, or parts of cards; 0 for a type without any.
  package var gpus: Int
  /// Into how many parts each card is divided.
  package var divisor: Int
  /// As the exporter prints it; nil only for a type without GPUs.
  package var gpuModel: String?

  package init(
    provider: Provider, name: String, gpus: Int, divisor: Int = 1, gpuModel: String? = nil
  ) {
    self.provider = provider
    self.name = name
    self.gpus = gpus
    self.divisor = divisor
    self.gpuModel = gpuModel
  }
}

/// Reading `instance_types`.
extension ConfigurationReader {
  private static let gpusExpected =
    "a whole number of GPUs, 0 to 1024; 0 for a type without any"
  private static let divisorExpected =
    "into how many parts a card is divided of which 'gpus' counts, 2 to 1024"

  /// The rows in the order of the file.
  func readInstanceTypes() -> [InstanceType] {
    var firstLines: [String: Int] = [:]
    let valid = ["provider", "name", "gpus", "gpu_model", "divisor"]
    return root.sections("instance_types", valid: valid).compactMap { section in
      let providers = InstanceType.Provider.allCases.map(\.rawValue).joined(separator: ", ")
      if !section.has("provider") {
        section.tell(.missingKey(expected: "one of " + providers), of: "provider")
      }
      let provider = section.choice("provider", InstanceType.Provider.self)
      let name = section.requiredText(
        "name", expected: "the type as the provider writes it, such as p5.48xlarge")
      let gpus = section.required("gpus", expected: Self.gpusExpected) { text in
        text == "0" ? 0 : InventoryFile.gpus(text)
      }
      let divisor = section.value("divisor", expected: Self.divisorExpected) { text in
        InventoryFile.gpus(text).flatMap { $0 > 1 ? $0 : nil }
      }
      let model = readModel(section, gpus: gpus)
      guard let provider, let name, let gpus else { return nil }
      let key = provider.rawValue + " " + name.lowercased()
      if let line = firstLines[key] {
        section.tell(.repeatedName(name, firstLine: line), of: "name")
      }
      firstLines[key] = section.place(of: "name").line
      return InstanceType(
        provider: provider, name: name, gpus: gpus, divisor: divisor ?? 1, gpuModel: model)
    }
  }

  /// A type has a model exactly where it has GPUs.
  private func readModel(_ section: Section, gpus: Int?) -> String? {
    let expected = "the model as the exporter prints it"
    guard gpus == 0 else {
      return section.requiredText("gpu_model", expected: expected)
    }
    for key in ["gpu_model", "divisor"] where section.has(key) {
      section.tell(.conflict(with: "gpus: 0"), of: key)
    }
    return nil
  }
}
