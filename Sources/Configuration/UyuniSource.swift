import Quantities

/// A Uyuni, or a SUSE Manager: it knows hosts, their devices and groups.
package struct UyuniSource: Hashable, Sendable {
  /// Without a slash at its end.
  package var url: String
  package var user: String
  package var passwordFile: String
  /// Groups whose names are those of the teams that own their hosts; nil for none.
  package var ownerGroups: Pattern?
  /// The models of cards, as exporters print them, by the names of PCI's data base.
  package var gpuModels: [String: String]

  package init(
    url: String, user: String, passwordFile: String, ownerGroups: Pattern? = nil,
    gpuModels: [String: String] = [:]
  ) {
    self.gpuModels = gpuModels
    self.url = url
    self.user = user
    self.passwordFile = passwordFile
    self.ownerGroups = ownerGroups
  }
}

/// Reading sources of type `uyuni`.
extension ConfigurationReader {
  static let uyuniKeys = [
    "name", "type", "site", "cluster", "url", "user", "password_file", "owner_groups",
    "gpu_models", "tls_config", "headers", "timeout",
  ]
  static let uyuniSecrets = ["password": "password_file"]

  func readUyuni(_ section: Section) -> UyuniSource? {
    let url = readServer(
      "url", expected: "the address of the server, such as https://uyuni.example", section)
    let user = section.requiredText("user", expected: "the name of a user who may read")
    let file = section.requiredText(
      "password_file", expected: "the path of a file with the password")
    let groups = section.text("owner_groups", expected: "a pattern such as team-*")
    let models = section.section("gpu_models", valid: nil)
    var names: [String: String] = [:]
    for key in models?.keys ?? [] {
      names[key] = models?.text(key, expected: "the model as the exporter prints it")
    }
    guard let url, let user, let file else { return nil }
    return UyuniSource(
      url: url, user: user, passwordFile: resolve(file), ownerGroups: groups.map { Pattern($0) },
      gpuModels: names)
  }
}
