/// Objects of a ``SimulatedVCenter`` as its answers have them.
enum VCenterXML {
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }

  static func text(_ text: String) -> String { value("xsd:string", escaped(text)) }

  static func reference(_ type: String, _ id: String) -> String {
    "<val type=\"\(type)\" xsi:type=\"ManagedObjectReference\">\(id)</val>"
  }

  private static func value(_ type: String, _ inside: String) -> String {
    "<val xsi:type=\"\(type)\">\(inside)</val>"
  }

  static func fields(_ fields: [Int: String]) -> String {
    value(
      "ArrayOfCustomFieldDef",
      fields.sorted { $0.key < $1.key }.map { key, name in
        "<CustomFieldDef><key>\(key)</key><name>\(escaped(name))</name><type>string</type>"
          + "<managedObjectType>VirtualMachine</managedObjectType></CustomFieldDef>"
      }.joined())
  }

  static func host(_ host: VCenterScene.Host) -> VCenterScene.Object {
    var devices = (0..<host.gpus).map { number in
      let id = "0000:\(String(0x10 + number, radix: 16)):00.0"
      return pciDevice(
        id: id, classID: 0x0302, bus: 0x10 + number, vendor: 0x10de, device: 0x20b2,
        name: host.model)
    }
    // The first card has a virtual function, the board a display and a network card.
    devices.append(
      pciDevice(
        id: "0000:10:00.4", classID: 0x0302, bus: 0x10, function: 4, vendor: 0x10de,
        device: 0x20b2, name: host.model))
    devices.append(
      pciDevice(
        id: "0000:03:00.0", classID: 0x0300, bus: 3, vendor: 0x102b, device: 0x0536,
        name: "Integrated Matrox G200eW3 Graphics Controller"))
    devices.append(
      pciDevice(
        id: "0000:04:00.0", classID: 0x0200, bus: 4, vendor: 0x15b3, device: 0x1017,
        name: "MT27800 Family [ConnectX-5]"))
    devices.append(
      pciDevice(
        id: "0000:90:00.0", classID: 0x0680, bus: 0x70, vendor: 0x10de, device: 0x1af1,
        name: "GA100 [A100 NVSwitch]"))
    return VCenterScene.Object(
      type: "HostSystem", id: host.id,
      values: [
        "name": text(host.name), "parent": reference("ClusterComputeResource", "domain-c8"),
        "runtime.connectionState": value(
          "HostSystemConnectionState", host.isConnected ? "connected" : "notResponding"),
        "runtime.inMaintenanceMode": value("xsd:boolean", "\(host.isInMaintenance)"),
        "hardware.pciDevice": value("ArrayOfHostPciDevice", devices.joined()),
      ])
  }

  private static func pciDevice(
    id: String, classID: Int, bus: Int, function: Int = 0, vendor: Int, device: Int, name: String
  ) -> String {
    let short = { (number: Int) in number > 0x7fff ? number - 0x10000 : number }
    return """
      <HostPciDevice><id>\(id)</id><classId>\(classID)</classId><bus>\(bus)</bus><slot>0</slot>\
      <function>\(function)</function><vendorId>\(short(vendor))</vendorId>\
      <subVendorId>\(short(vendor))</subVendorId><vendorName>vendor</vendorName>\
      <deviceId>\(short(device))</deviceId><subDeviceId>5183</subDeviceId>\
      <deviceName>\(escaped(name))</deviceName></HostPciDevice>
      """
  }

  static func machine(_ machine: VCenterScene.Machine) -> VCenterScene.Object {
    var values = [
      "name": text(machine.name), "parent": reference("Folder", machine.folder),
      "config.instanceUuid": text("uuid-" + machine.id),
      "config.hardware.device": value(
        "ArrayOfVirtualDevice",
        disk
          + machine.devices.enumerated().map { number, device in
            self.device(device, key: 13_000 + number, element: "VirtualDevice")
          }.joined()),
      "runtime.powerState": value(
        "VirtualMachinePowerState", machine.isOn ? "poweredOn" : "poweredOff"),
      "runtime.host": reference("HostSystem", machine.host),
      "customValue": value(
        "ArrayOfCustomFieldValue",
        machine.customValues.sorted { $0.key < $1.key }.map { key, text in
          "<CustomFieldValue xsi:type=\"CustomFieldStringValue\"><key>\(key)</key>"
            + "<value>\(escaped(text))</value></CustomFieldValue>"
        }.joined()),
    ]
    if let booted = machine.booted { values["runtime.bootTime"] = value("xsd:dateTime", booted) }
    if let guest = machine.guest { values["guest.hostName"] = text(guest) }
    return VCenterScene.Object(type: "VirtualMachine", id: machine.id, values: values)
  }

  private static let disk =
    "<VirtualDevice xsi:type=\"VirtualIDEController\"><key>200</key><busNumber>0</busNumber>"
    + "</VirtualDevice>"

  static func device(_ device: VCenterScene.Device, key: Int, element: String) -> String {
    let backing =
      switch device {
      case .card:
        "<backing xsi:type=\"VirtualPCIPassthroughDeviceBackingInfo\"><deviceName></deviceName>"
          + "<id>0000:10:00.0</id><deviceId>20b2</deviceId><systemId>6000-1</systemId>"
          + "<vendorId>4318</vendorId></backing>"
      case .anyCard:
        "<backing xsi:type=\"VirtualPCIPassthroughDynamicBackingInfo\"><deviceName></deviceName>"
          + "<allowedDevice><vendorId>4318</vendorId><deviceId>8370</deviceId></allowedDevice>"
          + "</backing>"
      case .profile(let name):
        "<backing xsi:type=\"VirtualPCIPassthroughVmiopBackingInfo\"><vgpu>\(escaped(name))</vgpu>"
          + "</backing>"
      case .network:
        "<backing xsi:type=\"VirtualPCIPassthroughDeviceBackingInfo\"><deviceName></deviceName>"
          + "<id>0000:04:00.0</id><deviceId>1017</deviceId><systemId>6000-1</systemId>"
          + "<vendorId>5555</vendorId></backing>"
      }
    return "<\(element) xsi:type=\"VirtualPCIPassthrough\"><key>\(key)</key>"
      + "<deviceInfo><label>PCI device</label><summary></summary></deviceInfo>\(backing)</\(element)>"
  }

  static let session = """
    <returnval><key>52e1</key><userName>gputally</userName><fullName>gputally</fullName>\
    <loginTime>2026-11-02T00:00:00Z</loginTime><lastActiveTime>2026-11-02T00:00:00Z</lastActiveTime>\
    <locale>en</locale><messageLocale>en</messageLocale></returnval>
    """

  static func serviceContent(apiType: String) -> String {
    """
    <returnval><rootFolder type="Folder">group-d1</rootFolder>\
    <propertyCollector type="PropertyCollector">propertyCollector</propertyCollector>\
    <viewManager type="ViewManager">ViewManager</viewManager>\
    <about><name>VMware vCenter Server</name>\
    <fullName>VMware vCenter Server 8.0.2 (simulated)</fullName><vendor>VMware, Inc.</vendor>\
    <version>8.0.2</version><build>1</build><osType>linux-x64</osType>\
    <productLineId>vpx</productLineId><apiType>\(apiType)</apiType><apiVersion>8.0.2.0</apiVersion>\
    </about><sessionManager type="SessionManager">SessionManager</sessionManager>\
    <eventManager type="EventManager">EventManager</eventManager>\
    <customFieldsManager type="CustomFieldsManager">CustomFieldsManager</customFieldsManager>\
    </returnval>
    """
  }
}
