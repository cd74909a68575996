import Quantities
import Records
import TestSupport
import Testing

@testable import Collectors

@Suite struct PlatformTests {
  @Test func `parts of cards sum without being rounded`() {
    var share = GPUShare.none
    share.add(1, of: 4)
    share.add(1, of: 6)
    #expect(share.reach == .parts(5, of: 12) && share.cards == 1)
    share.add(2)
    #expect(share.reach == .parts(29, of: 12) && share.cards == 3)
    var whole = GPUShare.none
    whole.add(2)
    #expect(whole.reach == .count(2))
  }

  private static let settings = OpenStackSettings(
    url: "", connection: .init(), credentials: .application(id: "", secretFile: ""),
    pciAliases: ["a100": "A100", "h100": "H100"],
    virtualGPUs: ["VGPU": .init(model: "A40", perGPU: 4)])

  @Test(
    arguments: [
      ([:], nil), (["pci_passthrough:alias": "a100:2"], .count(2)),
      (["pci_passthrough:alias": "a100:2, nic:1,h100"], .count(3)),
      (["pci_passthrough:alias": "nic:1"], nil), (["resources:VGPU": "1"], .parts(1, of: 4)),
      (["resources1:VGPU": "1", "resources2:VGPU": "2", "resources:VCPU": "8"], .parts(3, of: 4)),
      (["resources:VGPU": "0"], nil),
    ] as [([String: String], Claim.Reach?)])
  func `a flavour has what its extra specs ask for`(
    specs: [String: String], expected: Claim.Reach?
  ) throws {
    let flavor = try OpenStackFlavor(
      name: "f", extraSpecs: specs.mapValues(JSONValue.text), Self.settings)
    #expect((flavor.share.isEmpty ? nil : flavor.share.reach) == expected)
  }

  @Test(arguments: [
    ("pci_passthrough:alias", "a100:x", "unreadable pci_passthrough:alias"),
    ("pci_passthrough:alias", "a100:1:2", "unreadable pci_passthrough:alias"),
    ("resources:VGPU", "many", "unreadable resources"),
    ("resources:PGPU", "1", "virtual GPUs of an unknown part of a card"),
  ])
  func `a flavour that can not be understood is refused`(key: String, text: String, rule: String) {
    let fault = #expect(throws: OpenStackFlavor.Fault.self) {
      try OpenStackFlavor(name: "f", extraSpecs: [key: .text(text)], Self.settings)
    }
    #expect(fault?.rule == rule)
  }

  private static func range(_ from: Int64, _ to: Int64) -> TimeRange {
    TimeRange(milliseconds: from * 3_600_000..<to * 3_600_000)
  }

  private static func machine(
    _ uid: String, _ range: TimeRange, _ reach: Claim.Reach, host: String = "a"
  ) -> Machine {
    Machine(uid: uid, name: "m", project: "p", host: host, range: range, reach: reach)
  }

  @Test func `what a machine had before it became another one is what was known of it`() {
    var view = PlatformView()
    view.machines = [Self.machine("1", Self.range(12, 24), .count(4))]
    view.unexplained = [
      PlatformView.Unexplained(
        machine: "1", host: "a", range: Self.range(0, 12), isContinued: true,
        rejection: Rejection(place: "p", rule: "r", found: "f", expected: "e"))
    ]
    view.hosts = [PlatformView.Host(name: "a.lab"), PlatformView.Host(name: "b")]
    let day = Self.range(0, 24)
    let unknown = view.window(day, isFirst: true, known: KnownMachines([]))
    #expect(unknown.machines.count == 1 && unknown.rejections.map(\.rule) == ["r"])
    // Known until the window's beginning, and of the window itself: the same.
    for known in [Self.range(-24, 0), Self.range(-24, 12)] {
      let told = view.window(
        day, isFirst: true, known: KnownMachines([Self.machine("1", known, .count(2))]))
      #expect(
        told.machines.map(\.reach) == [.count(4), .count(2)]
          && told.machines.map(\.range) == [Self.range(12, 24), Self.range(0, 12)]
          && told.rejections.isEmpty)
      // A host whose GPUs aren't told has as many as its machines at once.
      #expect(told.observations.map { $0.attributes["gpus"] } == ["4", "0"])
    }
    let before = KnownMachines([Self.machine("1", Self.range(-24, -1), .count(2))])
    #expect(view.window(day, isFirst: false, known: before).rejections.count == 1)
  }

  @Test func `JSON is read as a whole, and refused where it is none`() throws {
    let value = try JSONValue(
      Array(#"{"a": [1, -2.5e3, "x\n", true, null], "b": {"c": "d"}, "b2": null}"#.utf8))
    #expect(value["a"]?.elements.count == 5 && value["b"]?.text("c") == "d" && value["b2"] == nil)
    #expect(
      value["a"]?.elements == [
        .number("1"), .number("-2.5e3"), .text("x\n"), .boolean(true), .null,
      ])
    for text in ["", "{", "[1,]", "{\"a\" 1}", "[1] 2", String(repeating: "[", count: 99)] {
      #expect(throws: MalformedJSON.self) { try JSONValue(Array(text.utf8)) }
    }
  }

  @Test func `an element tells its types, whatever they are prefixed with`() throws {
    let text =
      #"<a xmlns:q="x"><val type="HostSystem" q:type="vim:Ref">host-1</val><b key='type="x"'/></a>"#
    let root = try XMLElement.root(of: Array(text.utf8))
    #expect(root["val"]?.type == "HostSystem" && root["val"]?.ownType == "Ref")
    #expect(root["b"]?.type == nil && root["b"]?.ownType == nil)
  }
}
