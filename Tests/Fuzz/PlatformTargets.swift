@testable import Collectors
@testable import Quantities
@testable import Records
@testable import Transport

extension FuzzTarget {
  /// Readers of what platforms of virtual machines tell.
  static let platforms = [
    FuzzTarget(name: "vcenter", read: readVCenter),
    FuzzTarget(name: "nova", read: readNova),
  ]

  private static let start = UTCInstant(milliseconds: 1_793_577_600_000)
  private static let now = UTCInstant(milliseconds: 1_793_664_000_000)

  private static func readVCenter(_ bytes: [UInt8]) {
    let response = HTTPResponse(
      status: 200, headers: [:], body: bytes, wireBytes: bytes.count)
    guard
      let answer = try? VSphereRefusal.answer(response, depthMaximum: 40, hiding: "hunter2")
    else { return }
    let settings = VSphereSettings(
      url: "https://vc", connection: ConnectionSettings(), username: "u", passwordFile: "p")
    let objects = answer["returnval"]?.all("objects").compactMap { VSphereObject($0) } ?? []
    let events = answer.all("returnval").compactMap { VSphereEvent($0) }
    let hosts = objects.map { VSphereHost($0, models: [:]) }
    let kinds = hosts.reduce(into: Set<VSphereHost.DeviceKind>()) { $0.formUnion($1.gpuKinds) }
    for object in objects {
      let machine = VSphereMachine(object)
      let share = try? machine.share(gpus: kinds, others: [], settings)
      promise(share?.cards ?? 0 >= 0, "a machine has no less than nothing: \(object)")
      let history = VSphereHistory(events, of: machine, since: start, until: now)
      for run in history.runs {
        promise(
          run.range.start < run.range.end && run.range.end <= now,
          "a run is over by now: \(run)")
      }
    }
  }

  private static func readNova(_ bytes: [UInt8]) {
    guard let value = try? JSONValue(bytes) else { return }
    let settings = OpenStackSettings(
      url: "", connection: ConnectionSettings(),
      credentials: .application(id: "", secretFile: ""), pciAliases: ["a100": "A100"],
      virtualGPUs: ["VGPU": OpenStackSettings.VirtualGPU(model: "A40", perGPU: 4)])
    for element in value["servers"]?.elements ?? [value] {
      guard let server = OpenStackServer(element) else { continue }
      let flavor = try? OpenStackFlavor(
        name: server.flavor, extraSpecs: server.extraSpecs, settings)
      promise(flavor?.share.cards ?? 0 >= 0, "a flavour has no less than nothing")
      let actions = (element["actions"]?.elements ?? []).compactMap { OpenStackAction($0) }
        .sorted { $0.start < $1.start }
      let history = OpenStackHistory(
        server: server, actions: actions,
        migrations: (element["migrations"]?.elements ?? []).compactMap { OpenStackMigration($0) },
        hostsOfActions: [:])
      var last: UTCInstant?
      for stay in history.stays(until: now) {
        promise(stay.range.start < stay.range.end && stay.range.end <= now, "it is over: \(stay)")
        promise(last ?? stay.range.start <= stay.range.start, "one after the other: \(stay)")
        last = stay.range.end
      }
    }
  }
}
