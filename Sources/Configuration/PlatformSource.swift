/// An OpenStack cloud, whose servers have GPUs of their hypervisors.
package struct OpenStackSource: Hashable, Sendable {
  /// Who asks.
  package enum Credentials: Hashable, Sendable {
    case application(id: String, secretFile: String)
    case password(PasswordLogin)
  }
  /// A user of a domain and the project whose role lets it see all others.
  package struct PasswordLogin: Hashable, Sendable {
    package var username: String
    package var passwordFile: String
    package var userDomain: String
    package var project: String
    package var projectDomain: String

    package init(
      username: String, passwordFile: String, userDomain: String, project: String,
      projectDomain: String
    ) {
      self.username = username
      self.passwordFile = passwordFile
      self.userDomain = userDomain
      self.project = project
      self.projectDomain = projectDomain
    }
  }
  /// Which of a service's addresses is asked.
  package enum Interface: String, CaseIterable, Sendable {
    case publicly = "public"
    case internally = "internal"
    case admin
  }
  /// A class of resources of which flavours ask for parts of GPUs.
  package struct VirtualGPU: Hashable, Sendable {
    package var gpuModel: String
    /// How many of it a GPU makes.
    package var perGPU: Int

    package init(gpuModel: String, perGPU: Int) {
      self.gpuModel = gpuModel
      self.perGPU = perGPU
    }
  }

  /// Keystone's, without a slash at its end: `https://keystone:5000/v3`.
  package var url: String
  package var credentials: Credentials
  package var region: String?
  package var interface: Interface
  /// The models of GPUs by the aliases of PCI devices that are GPUs.
  package var pciAliases: [String: String]
  /// By class of resources: `VGPU`.
  package var virtualGPUs: [String: VirtualGPU]

  package init(
    url: String, credentials: Credentials, region: String? = nil, interface: Interface = .publicly,
    pciAliases: [String: String], virtualGPUs: [String: VirtualGPU] = [:]
  ) {
    self.url = url
    self.credentials = credentials
    self.region = region
    self.interface = interface
    self.pciAliases = pciAliases
    self.virtualGPUs = virtualGPUs
  }
}

/// A vCenter, whose virtual machines have GPUs of their hosts.
package struct VSphereSource: Hashable, Sendable {
  /// What a profile of virtual GPUs has of a card.
  package struct Share: Hashable, Sendable {
    package var parts: Int
    package var whole: Int

    package init(parts: Int, of whole: Int) {
      self.parts = parts
      self.whole = whole
    }
  }

  /// Without a slash at its end: `https://vcenter.example`.
  package var url: String
  package var username: String
  package var passwordFile: String
  /// The names of models as exporters have them, by what vCenter calls the devices.
  package var gpuModels: [String: String]
  /// By profile: `grid_a100-20c`.
  package var profiles: [String: Share]

  package init(
    url: String, username: String, passwordFile: String, gpuModels: [String: String] = [:],
    profiles: [String: Share] = [:]
  ) {
    self.url = url
    self.username = username
    self.passwordFile = passwordFile
    self.gpuModels = gpuModels
    self.profiles = profiles
  }
}
