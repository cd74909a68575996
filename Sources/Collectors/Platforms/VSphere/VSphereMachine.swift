import Quantities
import Records

/// A virtual machine of a vCenter.
struct VSphereMachine: Sendable {
  typealias Reference = VSphereText.Reference

  static let properties = [
    "name", "parent", "config.instanceUuid", "config.hardware.device", "runtime.powerState",
    "runtime.bootTime", "runtime.host", "guest.hostName", "customValue",
  ]

  let reference: Reference
  let uid: String
  let name: String
  let parent: Reference?
  let isOn: Bool
  let booted: UTCInstant?
  let host: Reference?
  let guest: String?
  /// By the number of a field.
  let customValues: [String: String]
  /// nil where they aren't told.
  private let devices: [XMLElement]?

  init(_ object: VSphereObject) {
    reference = object.reference
    let uuid = object.text("config.instanceUuid")
    uid = uuid.isEmpty ? object.reference.value : uuid
    name = VSphereFolders.plain(object.text("name"))
    parent = Reference(object.properties["parent"])
    isOn = object.text("runtime.powerState") == "poweredOn"
    booted = UTCInstant(object.text("runtime.bootTime"))
    host = Reference(object.properties["runtime.host"])
    let guest = object.text("guest.hostName")
    self.guest = guest.isEmpty ? nil : guest
    var values: [String: String] = [:]
    for value in object.properties["customValue"]?.children ?? [] {
      if let key = value.text(of: "key"), let text = value.text(of: "value"), !text.isEmpty {
        values[key] = text
      }
    }
    customValues = values
    devices = object.properties["config.hardware.device"]?.children.filter {
      $0.ownType == "VirtualPCIPassthrough"
    }
  }

  /// Whether nothing is told of its devices, which is so of one whose files can't be reached.
  var isHidden: Bool { devices == nil }

  /// Why a device can't be counted.
  struct Fault: Error, Equatable {
    let rule: String
    let found: String
    let expected: String
  }

  /// What it has of GPUs while it runs.
  ///
  /// - Parameters:
  ///   - gpus: the kinds of devices that are GPUs.
  ///   - others: those of which it is known that they are none.
  func share(
    gpus: Set<VSphereHost.DeviceKind>, others: Set<VSphereHost.DeviceKind>,
    _ settings: VSphereSettings
  ) throws(Fault) -> GPUShare {
    var share = GPUShare.none
    for device in devices ?? [] {
      guard let backing = device["backing"] else { continue }
      switch backing.ownType {
      case "VirtualPCIPassthroughVmiopBackingInfo":
        let own = try Self.share(
          ofProfile: backing.text(of: "vgpu") ?? "", settings)
        share.add(own.parts, of: own.whole)
      case "VirtualPCIPassthroughDynamicBackingInfo":
        let kinds = backing.all("allowedDevice").compactMap(Self.kind)
        if try Self.isGPU(kinds, gpus, others) { share.add(1) }
      default:
        guard let kind = Self.kind(backing) else {
          throw Fault(
            rule: "passed-through device unknown", found: backing.ownType ?? "no kind of backing",
            expected: "the numbers of a vendor and a device")
        }
        if try Self.isGPU([kind], gpus, others) { share.add(1) }
      }
    }
    return share
  }

  private static func share(
    ofProfile name: String, _ settings: VSphereSettings
  ) throws(Fault) -> VSphereSettings.Share {
    if let share = settings.profiles[name.lowercased()] { return share }
    if let type = VGPUType(name: name) {
      return VSphereSettings.Share(parts: type.parts, of: type.divisor)
    }
    throw Fault(
      rule: "unknown profile of virtual GPUs", found: "'\(name.prefix(80))'",
      expected: "vgpu_profiles: { \(name.prefix(80)): how many of it a card makes }")
  }

  private static func isGPU(
    _ kinds: [VSphereHost.DeviceKind], _ gpus: Set<VSphereHost.DeviceKind>,
    _ others: Set<VSphereHost.DeviceKind>
  ) throws(Fault) -> Bool {
    if kinds.contains(where: gpus.contains) { return true }
    if let odd = kinds.first(where: { $0.isOfGPUVendor && !others.contains($0) }) {
      throw Fault(
        rule: "passed-through device unknown",
        found: "vendor \(String(odd.vendor, radix: 16)), device \(String(odd.device, radix: 16))",
        expected: "a device that some connected host lists")
    }
    return false
  }

  /// - Source: a backing has its device's number in hexadecimal digits, an allowed device in
  ///   decimal ones.
  private static func kind(_ element: XMLElement) -> VSphereHost.DeviceKind? {
    guard let vendor = Int(element.text(of: "vendorId") ?? ""),
      let text = element.text(of: "deviceId")
    else { return nil }
    let isAllowed = element.name == "allowedDevice"
    let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
    guard let device = isAllowed ? Int(text) : Int(digits, radix: 16) else { return nil }
    return VSphereHost.DeviceKind(vendor: vendor & 0xffff, device: device & 0xffff)
  }
}

/// Where in a vCenter's tree something is.
struct VSphereFolders: Sendable {
  typealias Reference = VSphereText.Reference

  /// - Source: vCenter allows no more.
  private static let depthMaximum = 64

  private var nodes: [Reference: (name: String, parent: Reference?)] = [:]

  mutating func add(_ object: VSphereObject) {
    nodes[object.reference] = (
      Self.plain(object.text("name")), Reference(object.properties["parent"])
    )
  }

  /// The folders around something, below the one that its datacenter has for machines:
  /// `Research/Vision`; and the datacenter.
  func path(from parent: Reference?) -> (folders: String, datacenter: String) {
    var names: [String] = []
    var next = parent
    for _ in 0..<Self.depthMaximum {
      guard let reference = next, let node = nodes[reference] else { break }
      if reference.type == "Datacenter" {
        return (names.dropFirst().joined(separator: "/"), node.name)
      }
      names.insert(node.name, at: 0)
      next = node.parent
    }
    return (names.joined(separator: "/"), "")
  }

  /// A name as people see it.
  ///
  /// - Source: vCenter writes `/`, `\` and `%` as `%2f`, `%5c` and `%25`.
  static func plain(_ name: String) -> String {
    name.replacing("%2f", with: "/").replacing("%5c", with: "\\").replacing("%25", with: "%")
  }
}
