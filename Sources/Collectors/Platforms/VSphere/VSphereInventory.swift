import Quantities
import Records

/// A vCenter's tree, its hosts' devices and the names of its custom fields.
struct VSphereInventory {
  typealias Reference = VSphereText.Reference

  private let settings: VSphereSettings
  private let hosts: [Reference: VSphereHost]
  private let gpuKinds: Set<VSphereHost.DeviceKind>
  private let otherKinds: Set<VSphereHost.DeviceKind>
  private var folders = VSphereFolders()
  /// By their numbers.
  private var fields: [String: String] = [:]

  init(
    _ objects: [VSphereObject], hosts: [Reference: VSphereHost], _ settings: VSphereSettings
  ) {
    self.settings = settings
    self.hosts = hosts
    gpuKinds = hosts.values.reduce(into: []) { $0.formUnion($1.gpuKinds) }
    otherKinds = hosts.values.reduce(into: []) { $0.formUnion($1.otherKinds) }
    for object in objects {
      switch object.reference.type {
      case "CustomFieldsManager":
        for field in object.properties["field"]?.children ?? [] {
          if let key = field.text(of: "key") { fields[key] = field.text(of: "name") }
        }
      case "Folder", "Datacenter": folders.add(object)
      default: break
      }
    }
  }

  /// Adds what a machine had while it ran.
  func add(
    _ machine: VSphereMachine, _ history: VSphereHistory, _ events: [VSphereEvent], _ place: String,
    to view: inout PlatformView
  ) {
    let subject = "\(place): virtual machine '\(machine.name)'"
    if machine.isHidden {
      view.refuse(
        place + ": virtual machines", "devices not told", found: "'\(machine.name)'",
        expected: "a machine that can be reached, and the role Read-only on it")
      return
    }
    let share: GPUShare
    do throws(VSphereMachine.Fault) {
      share = try machine.share(
        gpus: gpuKinds, others: otherKinds, settings)
    } catch {
      view.refuse(subject, error.rule, found: error.found, expected: error.expected)
      return
    }
    // What it had before its devices were changed isn't told.
    let changed = events.filter(\.changesDevices).map(\.time).max()
    if let unknown = history.unknownRun, !share.isEmpty {
      view.refuse(
        subject, "end of a run unknown", found: "off now, and no event says since when",
        expected: "an event of its power", in: unknown)
    }
    for run in history.runs {
      let host = run.host.flatMap { hosts[$0] }
      if let changed, run.range.start < changed {
        view.unexplained.append(
          PlatformView.Unexplained(
            machine: machine.uid, host: host?.name ?? "", range: run.range, isContinued: false,
            rejection: Rejection(
              place: subject, rule: "devices of an earlier run unknown",
              found: "other devices since \(changed)",
              expected: "a collection before it; that run counts as without GPUs")))
        continue
      }
      if share.isEmpty { continue }
      guard let host else {
        view.refuse(
          subject, "host unknown", found: run.host?.value ?? "none",
          expected: "a host that the vCenter still has", in: run.range)
        continue
      }
      view.machines.append(record(machine, on: host, run.range, share))
    }
  }

  private func record(
    _ machine: VSphereMachine, on host: VSphereHost, _ range: TimeRange, _ share: GPUShare
  ) -> Machine {
    let (project, datacenter) = folders.path(from: machine.parent)
    var attributes = [
      "project": project, "datacenter": datacenter,
      KnownMachines.reference: machine.reference.value,
    ]
    for (key, value) in machine.customValues {
      if let name = fields[key] { attributes["tag:" + name] = value }
    }
    return Machine(
      uid: machine.uid, name: machine.name, project: project, guest: machine.guest,
      host: host.name, range: range, reach: share.reach, attributes: attributes)
  }

  /// Tells of a machine that is there no more: what it had can't be asked.
  func addGone(
    _ reference: Reference, _ events: [VSphereEvent], _ history: VSphereHistory, _ place: String,
    to view: inout PlatformView
  ) {
    for run in history.runs {
      guard let host = run.host.flatMap({ hosts[$0] }), host.gpus ?? 0 > 0 else { continue }
      view.unexplained.append(
        PlatformView.Unexplained(
          machine: reference.value, host: host.name, range: run.range, isContinued: false,
          rejection: Rejection(
            place: place, rule: "virtual machines removed since they ran on a host with GPUs",
            found: "'\(events.last?.machineName ?? "")' on \(host.name)",
            expected: "a collection while they are there; what they had isn't known")))
    }
  }
}
