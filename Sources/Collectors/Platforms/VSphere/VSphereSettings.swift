import Transport

/// How a vCenter is asked, and what can't be read off it.
package struct VSphereSettings: Sendable {
  /// What a profile of virtual GPUs has of a card.
  package struct Share: Hashable, Sendable {
    let parts: Int
    let whole: Int

    package init(parts: Int, of whole: Int) {
      self.parts = parts
      self.whole = whole
    }
  }

  /// Without a slash at its end, and without `/sdk`.
  let url: String
  let connection: ConnectionSettings
  let username: String
  let passwordFile: String
  /// Models as exporters name them, by what vCenter calls the devices.
  let gpuModels: [String: String]
  /// By profile in small letters: `grid_a100-20c`.
  let profiles: [String: Share]

  package init(
    url: String, connection: ConnectionSettings, username: String, passwordFile: String,
    gpuModels: [String: String] = [:], profiles: [String: Share] = [:]
  ) {
    self.url = url.hasSuffix("/sdk") ? String(url.dropLast(4)) : url
    self.connection = connection
    self.username = username
    self.passwordFile = passwordFile
    self.gpuModels = gpuModels
    self.profiles = profiles
  }
}
