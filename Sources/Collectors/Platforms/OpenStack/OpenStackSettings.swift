import Transport

/// How an OpenStack cloud is asked, and what counts as a GPU in it.
package struct OpenStackSettings: Sendable {
  /// Who asks.
  package enum Credentials: Hashable, Sendable {
    case application(id: String, secretFile: String)
    case password(
      user: String, userDomain: String, passwordFile: String, project: String,
      projectDomain: String)

    /// The file with the secret.
    var secretFile: String {
      switch self {
      case .application(_, let file), .password(_, _, let file, _, _): file
      }
    }

    /// What to check where Keystone doesn't know them.
    var advice: String {
      switch self {
      case .application:
        "check application_credential_id and application_credential_secret_file under auth, "
          + "and that the credential has not expired"
      case .password:
        "check username, password_file, user_domain, project and project_domain under auth"
      }
    }
  }

  /// What a unit of a class of resources is.
  package struct VirtualGPU: Hashable, Sendable {
    let model: String
    /// How many of it a GPU makes.
    let perGPU: Int

    package init(model: String, perGPU: Int) {
      self.model = model
      self.perGPU = perGPU
    }
  }

  /// Keystone's address, without a slash at its end.
  let url: String
  let connection: ConnectionSettings
  let credentials: Credentials
  /// nil for the only one.
  let region: String?
  /// `public`, `internal` or `admin`.
  let interface: String
  /// Models by the aliases of PCI devices.
  let pciAliases: [String: String]
  let virtualGPUs: [String: VirtualGPU]

  package init(
    url: String, connection: ConnectionSettings, credentials: Credentials, region: String? = nil,
    interface: String = "public", pciAliases: [String: String],
    virtualGPUs: [String: VirtualGPU] = [:]
  ) {
    self.url = url
    self.connection = connection
    self.credentials = credentials
    self.region = region
    self.interface = interface
    self.pciAliases = pciAliases
    self.virtualGPUs = virtualGPUs
  }
}
