import Quantities
import Records

/// A host of a vCenter and its GPUs.
struct VSphereHost: Sendable {
  typealias Reference = VSphereText.Reference

  /// A kind of device by the numbers of its vendor and of itself.
  struct DeviceKind: Hashable, Sendable {
    let vendor: Int
    let device: Int

    /// Those of whose devices it matters whether they are GPUs.
    ///
    /// - Source: PCI ids of NVIDIA, AMD and Habana.
    var isOfGPUVendor: Bool { [0x10de, 0x1002, 0x1da3].contains(vendor) }
  }

  static let properties = [
    "name", "parent", "runtime.connectionState", "runtime.inMaintenanceMode",
    "hardware.pciDevice",
  ]

  let reference: Reference
  let name: String
  let isConnected: Bool
  let isInMaintenance: Bool
  /// nil where its devices aren't told.
  private(set) var gpus: Int?
  /// Empty for none, or several.
  private(set) var model = ""
  /// Which kinds of devices are GPUs.
  private(set) var gpuKinds: Set<DeviceKind> = []
  private(set) var otherKinds: Set<DeviceKind> = []

  /// - Parameter models: as exporters name them, by what vCenter calls them.
  init(_ object: VSphereObject, models: [String: String]) {
    reference = object.reference
    name = object.text("name")
    isConnected = ["connected", ""].contains(object.text("runtime.connectionState"))
    isInMaintenance = object.text("runtime.inMaintenanceMode") == "true"
    guard let devices = object.properties["hardware.pciDevice"]?.children else { return }
    var names: [String] = []
    for device in devices {
      guard let kind = Self.kind(device) else { continue }
      guard Self.isGPU(device, kind) else {
        otherKinds.insert(kind)
        continue
      }
      gpuKinds.insert(kind)
      if !Self.isVirtualFunction(device) { names.append(device.text(of: "deviceName") ?? "") }
    }
    otherKinds.subtract(gpuKinds)
    gpus = names.count
    let told = Set(names.map { models[$0] ?? $0 })
    if told.count == 1, let only = told.first { model = only }
  }

  /// Numbers of 16 bits come as signed ones.
  private static func kind(_ device: XMLElement) -> DeviceKind? {
    guard let vendor = Int(device.text(of: "vendorId") ?? ""),
      let number = Int(device.text(of: "deviceId") ?? "")
    else { return nil }
    return DeviceKind(vendor: vendor & 0xffff, device: number & 0xffff)
  }

  /// Displays, 3D controllers and accelerators of vendors whose such devices are GPUs; not the
  /// display of a board's management.
  private static func isGPU(_ device: XMLElement, _ kind: DeviceKind) -> Bool {
    guard kind.isOfGPUVendor, let number = Int(device.text(of: "classId") ?? "") else {
      return false
    }
    return [0x03, 0x12].contains((number & 0xffff) >> 8)
  }

  /// Whether it is a part of a card that goes by a number of its own: a card is function 0 of slot 0
  /// on its bus.
  private static func isVirtualFunction(_ device: XMLElement) -> Bool {
    ["slot", "function"].contains { (Int(device.text(of: $0) ?? "0") ?? 0) != 0 }
  }
}

/// What was done to a host or a machine, and when.
struct VSphereEvent: Sendable {
  typealias Reference = VSphereText.Reference

  static let machineTypes = [
    "VmPoweredOnEvent", "DrsVmPoweredOnEvent", "VmPoweredOffEvent", "VmSuspendedEvent",
    "VmMigratedEvent", "DrsVmMigratedEvent", "VmRelocatedEvent", "VmRemovedEvent",
    "VmReconfiguredEvent",
  ]
  static let hostTypes = [
    "EnteredMaintenanceModeEvent", "ExitMaintenanceModeEvent", "HostConnectionLostEvent",
    "HostDisconnectedEvent", "HostConnectedEvent",
  ]

  let type: String
  let key: Int
  let time: UTCInstant
  let machine: Reference?
  let machineName: String
  /// After what was done.
  let host: Reference?
  /// Before a machine moved.
  let sourceHost: Reference?
  /// Whether a machine's passed-through devices became other ones.
  let changesDevices: Bool

  init?(_ element: XMLElement) {
    guard let type = element.ownType, let time = UTCInstant(element.text(of: "createdTime") ?? "")
    else { return nil }
    self.type = type
    self.time = time
    key = Int(element.text(of: "key") ?? "") ?? 0
    machine = Reference(element["vm"]?["vm"])
    machineName = element["vm"]?.text(of: "name") ?? ""
    host = Reference(element["host"]?["host"])
    sourceHost = Reference(element["sourceHost"]?["host"])
    changesDevices =
      element["configSpec"]?.all("deviceChange").contains {
        $0["device"]?.ownType == "VirtualPCIPassthrough"
      } ?? false
  }
}
