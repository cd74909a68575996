import Quantities
import Records
import Transport

/// Reads from a vCenter which machines had GPUs of which hosts, and when.
///
/// A machine that is off or suspended has no GPU: another one may be started with it.
struct VSphereReader: Sendable {
  typealias Reference = VSphereText.Reference

  private let settings: VSphereSettings
  private let session: VSphereSession

  init(_ settings: VSphereSettings, client: HTTPClient) {
    self.settings = settings
    session = VSphereSession(settings, client: client)
  }

  private static let properties: [(type: String, paths: [String])] = [
    ("VirtualMachine", VSphereMachine.properties), ("HostSystem", VSphereHost.properties),
    ("Folder", ["name", "parent"]), ("Datacenter", ["name", "parent"]),
  ]

  /// What the server told.
  private struct Told: Sendable {
    let name: String
    let objects: [VSphereObject]
    let events: [VSphereEvent]
  }

  func read(
    since start: UTCInstant, now: UTCInstant
  ) async throws(CollectorError) -> PlatformView {
    view(try await tell(since: start), since: start, until: now)
  }

  private func tell(since start: UTCInstant) async throws(CollectorError) -> Told {
    let session = session
    return try await session.run { services throws(CollectorError) in
      // Events come after what is so now: of what happens in between they tell more.
      let objects = try await session.objects(Self.properties, services)
      let events = try await session.events(
        VSphereEvent.machineTypes + VSphereEvent.hostTypes, since: start, services)
      return Told(
        name: services.name, objects: objects, events: events.compactMap { VSphereEvent($0) })
    }
  }

  private func view(
    _ told: Told, since start: UTCInstant, until now: UTCInstant
  ) -> PlatformView {
    var view = PlatformView()
    let hosts = told.objects.filter { $0.reference.type == "HostSystem" }
      .map { VSphereHost($0, models: settings.gpuModels) }
    let byReference = Dictionary(hosts.map { ($0.reference, $0) }) { first, _ in first }
    let events = Dictionary(grouping: told.events) { $0.machine }
    let eventsOfHosts = Dictionary(grouping: told.events.filter { $0.machine == nil }) { $0.host }
    for host in hosts {
      view.add(host, eventsOfHosts[host.reference] ?? [], since: start, until: now)
    }
    let inventory = VSphereInventory(told.objects, hosts: byReference, settings)
    let machines = told.objects.filter { $0.reference.type == "VirtualMachine" }
      .map(VSphereMachine.init)
    view.present = Set(machines.filter { !$0.isHidden }.map(\.uid))
    for machine in machines {
      let history = VSphereHistory(
        events[machine.reference] ?? [], of: machine, since: start, until: now)
      inventory.add(machine, history, events[machine.reference] ?? [], session.place, to: &view)
    }
    let there = Set(machines.map(\.reference))
    for (reference, events) in events {
      guard let reference, !there.contains(reference) else { continue }
      let history = VSphereHistory(events, of: nil, since: start, until: now)
      inventory.addGone(reference, events, history, session.place, to: &view)
    }
    return view
  }

  /// What the vCenter has, as sentences of `check`.
  func check(now: UTCInstant) async -> SourceCheck {
    var check = SourceCheck()
    do throws(CollectorError) {
      let start = now - UTCInstant.millisecondsPerDay
      let told = try await tell(since: start)
      check.version = told.name
      let machines = told.objects.count { $0.reference.type == "VirtualMachine" }
      check.findings.append(
        "\(told.name): \(machines) virtual machines, \(told.events.count) events of the last day")
      check.describe(
        view(told, since: start, until: now), unit: ("virtual machine", "host"), now: now)
      if machines == 0 {
        check.warnings.append(
          "no virtual machine is seen; give the user the role Read-only on the vCenter, with its "
            + "children")
      }
    } catch {
      check.problems.append("\(error)")
    }
    return check
  }
}

extension PlatformView {
  fileprivate mutating func add(
    _ host: VSphereHost, _ events: [VSphereEvent], since start: UTCInstant, until now: UTCInstant
  ) {
    hosts.append(Host(name: host.name, gpus: host.gpus, model: host.model))
    let kinds: [(reason: String, begins: Set<String>, ends: String, isOut: Bool)] = [
      (
        "maintenance", ["EnteredMaintenanceModeEvent"], "ExitMaintenanceModeEvent",
        host.isInMaintenance
      ),
      (
        "down", ["HostConnectionLostEvent", "HostDisconnectedEvent"], "HostConnectedEvent",
        !host.isConnected
      ),
    ]
    for kind in kinds {
      let ranges = VSphereOutages.ranges(
        events, begins: kind.begins, ends: kind.ends, isOut: kind.isOut, since: start, until: now)
      outages += ranges.map {
        Observation(
          kind: .outage, subject: host.name, attributes: ["reason": kind.reason], range: $0)
      }
    }
  }
}
