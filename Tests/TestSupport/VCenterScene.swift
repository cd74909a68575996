/// What is in a ``SimulatedVCenter``, and what happened in it.
package struct VCenterScene: Sendable {
  /// A device of a host, or what a machine is given.
  package enum Device: Sendable {
    /// A whole card of a kind that hosts have.
    case card
    /// The same, of which vCenter chooses one.
    case anyCard
    case profile(String)
    /// A network card.
    case network
  }

  package struct Host: Sendable {
    package var id: String
    package var name: String
    package var gpus = 8
    package var model = "GA100 [A100 SXM4 80GB]"
    package var isInMaintenance = false
    package var isConnected = true

    package init(_ id: String, _ name: String, gpus: Int = 8) {
      self.id = id
      self.name = name
      self.gpus = gpus
    }
  }

  package struct Machine: Sendable {
    package var id: String
    package var name: String
    package var folder: String
    package var host: String
    package var devices: [Device]
    package var isOn = true
    package var booted: String?
    package var guest: String?
    package var customValues: [Int: String] = [:]

    package init(
      _ id: String, _ name: String, folder: String, on host: String, _ devices: [Device]
    ) {
      self.id = id
      self.name = name
      self.folder = folder
      self.host = host
      self.devices = devices
    }
  }

  package struct Event: Sendable {
    package var type: String
    package var time: String
    /// nil for one of a host.
    package var machine: String?
    package var machineName = ""
    package var host: String
    package var sourceHost: String?

    package init(
      _ type: String, _ time: String, _ machine: String?, on host: String,
      from source: String? = nil
    ) {
      self.type = type
      self.time = time
      self.machine = machine
      self.host = host
      sourceHost = source
    }
  }

  package var apiType = "VirtualCenter"
  package var hosts: [Host] = []
  package var machines: [Machine] = []
  /// Names by number, each inside another one or the datacenter's folder of machines.
  package var folders: [(id: String, name: String, parent: String)] = []
  package var fields: [Int: String] = [:]
  /// In the order of time.
  package var events: [Event] = []
  package var objectsPerPage = 3
  package var eventsPerPage = 2
  /// What the user may not.
  package var missingPrivilege: String?

  package init() {}

  /// An object and the texts of its properties, with their types.
  struct Object {
    let type: String
    let id: String
    let values: [String: String]

    /// As an answer gives it, with some of its properties.
    func text(_ paths: [String]) -> String {
      let sets = paths.compactMap { path in
        values[path].map { "<propSet><name>\(path)</name>\($0)</propSet>" }
      }
      return "<objects><obj type=\"\(type)\">\(id)</obj>\(sets.joined())</objects>"
    }
  }

  var objects: [Object] {
    let tree = [
      Object(
        type: "Datacenter", id: "datacenter-2",
        values: [
          "name": VCenterXML.text("dc1"), "parent": VCenterXML.reference("Folder", "group-d1"),
        ]),
      Object(
        type: "Folder", id: "group-v3",
        values: [
          "name": VCenterXML.text("vm"),
          "parent": VCenterXML.reference("Datacenter", "datacenter-2"),
        ]),
      Object(
        type: "CustomFieldsManager", id: "CustomFieldsManager",
        values: ["field": VCenterXML.fields(fields)]),
    ]
    return tree
      + folders.map { folder in
        Object(
          type: "Folder", id: folder.id,
          values: [
            "name": VCenterXML.text(folder.name),
            "parent": VCenterXML.reference("Folder", folder.parent),
          ])
      } + hosts.map(VCenterXML.host) + machines.map(VCenterXML.machine)
  }
}

extension VCenterScene.Event {
  func text(key: Int, _ scene: VCenterScene) -> String {
    func named(_ element: String, _ id: String) -> String {
      let name = scene.hosts.first { $0.id == id }?.name ?? ""
      return "<\(element)><name>\(name)</name><host type=\"HostSystem\">\(id)</host></\(element)>"
    }
    let machine = machine.map { id in
      let name = VCenterXML.escaped(
        scene.machines.first { $0.id == id }?.name ?? machineName)
      return "<vm><name>\(name)</name><vm type=\"VirtualMachine\">\(id)</vm></vm>"
    }
    var own = ""
    if machine != nil { own += "<template>false</template>" }
    if let sourceHost { own += named("sourceHost", sourceHost) }
    if type == "VmReconfiguredEvent" {
      own +=
        "<configSpec><deviceChange><operation>add</operation>"
        + VCenterXML.device(.card, key: 13_000, element: "device") + "</deviceChange></configSpec>"
    }
    return """
      <returnval xsi:type="\(type)"><key>\(key)</key><chainId>\(key)</chainId>\
      <createdTime>\(time)</createdTime><userName>VSPHERE.LOCAL\\\\somebody</userName>\
      <datacenter><name>dc1</name><datacenter type="Datacenter">datacenter-2</datacenter></datacenter>\
      \(named("host", host))\(machine ?? "")\(own)</returnval>
      """
  }
}
