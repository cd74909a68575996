/// Reading sources of types `openstack` and `vsphere`.
extension ConfigurationReader {
  private static let platformKeys = [
    "name", "type", "site", "cluster", "url", "tls_config", "headers", "timeout",
  ]
  static let openStackKeys =
    platformKeys + ["auth", "region", "interface", "pci_aliases", "vgpu"]
  static let vSphereKeys =
    platformKeys + ["username", "password_file", "gpu_models", "vgpu_profiles"]
  private static let applicationKeys = [
    "application_credential_id", "application_credential_secret_file",
  ]
  private static let passwordKeys = [
    "username", "password_file", "user_domain", "project", "project_domain",
  ]
  private static let credentialSecrets = [
    "password": "password_file",
    "application_credential_secret": "application_credential_secret_file",
    "secret": "application_credential_secret_file",
  ]

  /// Keys of a platform's source that would hold a secret, with the key to use instead.
  static func platformSecrets(of type: String) -> [String: String] {
    switch type {
    case "vsphere": ["password": "password_file"]
    case "openstack": credentialSecrets.mapValues { "auth." + $0 }
    default: [:]
    }
  }

  func readOpenStack(_ section: Section) -> OpenStackSource? {
    let url = readServer(
      "url", expected: "a URL such as https://keystone.example:5000/v3", section)
    let credentials = readCredentials(section)
    let region = section.text("region", expected: "the name of a region")
    let interface = section.choice("interface", OpenStackSource.Interface.self)
    let aliases = readNames(
      section, "pci_aliases", expected: "the model of its GPUs, such as NVIDIA A100-SXM4-80GB")
    let virtual = readVirtualGPUs(section)
    if aliases.isEmpty, virtual.isEmpty, !section.has("pci_aliases"), !section.has("vgpu") {
      section.tell(
        .missingKey(
          expected: "which aliases of PCI devices are GPUs, { a100: NVIDIA A100-SXM4-80GB }, or "
            + "vgpu: { VGPU: { gpu_model: NVIDIA A40, per_gpu: 4 } }"), of: "pci_aliases")
    }
    guard let url, let credentials else { return nil }
    return OpenStackSource(
      url: url, credentials: credentials, region: region, interface: interface ?? .publicly,
      pciAliases: aliases, virtualGPUs: virtual)
  }

  private func readCredentials(_ section: Section) -> OpenStackSource.Credentials? {
    let expected =
      "{ application_credential_id, application_credential_secret_file }, or { username, "
      + "password_file, project }"
    guard section.has("auth") else {
      section.tell(.missingKey(expected: expected), of: "auth")
      return nil
    }
    let keys = Self.applicationKeys + Self.passwordKeys
    guard
      let own = section.section("auth", valid: keys, secrets: Self.credentialSecrets)
    else { return nil }
    if let application = Self.applicationKeys.first(where: own.has) {
      if let other = Self.passwordKeys.first(where: own.has) {
        own.tell(.conflict(with: application), of: other)
        return nil
      }
      let id = own.requiredText(
        "application_credential_id", expected: "the id of an application credential")
      let file = own.requiredText(
        "application_credential_secret_file", expected: "the path of a file with its secret")
      guard let id, let file else { return nil }
      return .application(id: id, secretFile: resolve(file))
    }
    let username = own.requiredText("username", expected: "the user's name")
    let file = own.requiredText("password_file", expected: "the path of a file with the password")
    let project = own.requiredText(
      "project", expected: "the project in which the user may read all others, such as admin")
    let domain = own.text("user_domain", expected: "the name of a domain") ?? "Default"
    let projectDomain = own.text("project_domain", expected: "the name of a domain") ?? domain
    guard let username, let file, let project else { return nil }
    return .password(
      OpenStackSource.PasswordLogin(
        username: username, passwordFile: resolve(file), userDomain: domain, project: project,
        projectDomain: projectDomain))
  }

  private func readVirtualGPUs(_ section: Section) -> [String: OpenStackSource.VirtualGPU] {
    guard let all = section.section("vgpu", valid: nil) else { return [:] }
    var result: [String: OpenStackSource.VirtualGPU] = [:]
    for name in all.keys {
      guard let own = all.section(name, valid: ["gpu_model", "per_gpu"]) else { continue }
      let model = own.requiredText("gpu_model", expected: "the model of the GPUs")
      let count = own.required("per_gpu", expected: "how many of it a GPU makes, 1 to 256") {
        Int($0).flatMap { (1...256).contains($0) ? $0 : nil }
      }
      if let model, let count {
        result[name] = OpenStackSource.VirtualGPU(gpuModel: model, perGPU: count)
      }
    }
    return result
  }

  func readVSphere(_ section: Section) -> VSphereSource? {
    let url = readServer("url", expected: "a URL such as https://vcenter.example", section)
    let username = section.requiredText(
      "username", expected: "the user's name, such as gputally@vsphere.local")
    let file = section.requiredText(
      "password_file", expected: "the path of a file with the password")
    let models = readNames(
      section, "gpu_models", expected: "the model as exporters name it: NVIDIA A100-SXM4-80GB")
    let profiles = readProfiles(section)
    guard let url, let username, let file else { return nil }
    return VSphereSource(
      url: url, username: username, passwordFile: resolve(file), gpuModels: models,
      profiles: profiles)
  }

  /// `{ grid_a100-20c: 2, grid_a100-3-20c: 3/7 }`: how many make a card, or a fraction of one.
  private func readProfiles(_ section: Section) -> [String: VSphereSource.Share] {
    guard let all = section.section("vgpu_profiles", valid: nil) else { return [:] }
    var result: [String: VSphereSource.Share] = [:]
    for name in all.keys {
      let expected = "how many of it a card makes, such as 4, or its part of one, such as 3/7"
      result[name.lowercased()] = all.value(name, expected: expected) { text in
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard let first = numbers[0], (1...256).contains(first) else { return nil }
        if numbers.count == 1 { return VSphereSource.Share(parts: 1, of: first) }
        guard numbers.count == 2, let whole = numbers[1], (first...256).contains(whole) else {
          return nil
        }
        return VSphereSource.Share(parts: first, of: whole)
      }
    }
    return result
  }

  private func readNames(
    _ section: Section, _ key: String, expected: String
  ) -> [String: String] {
    guard let all = section.section(key, valid: nil) else { return [:] }
    var result: [String: String] = [:]
    for name in all.keys { result[name] = all.text(name, expected: expected) }
    return result
  }
}
