import Quantities
import Records

/// What was known of a platform's machines before it is asked again.
package struct KnownMachines: Sendable {
  /// In the order of time.
  private let byName: [String: [Machine]]
  private let all: [Machine]

  /// - Parameter machines: in the order of their beginnings.
  package init(_ machines: [Machine]) {
    all = machines
    var byName: [String: [Machine]] = [:]
    for machine in machines {
      byName[machine.uid, default: []].append(machine)
      if let reference = machine.attributes[Self.reference] {
        byName[reference, default: []].append(machine)
      }
    }
    self.byName = byName
  }

  /// The attribute that holds what a machine is called in events.
  static let reference = "reference"

  /// The machine with what it called itself before, where it doesn't tell now: one that is off.
  func named(_ machine: Machine) -> Machine {
    guard machine.guest == machine.name, let known = byName[machine.uid]?.last else {
      return machine
    }
    var machine = machine
    if known.guest != known.name { machine.guest = known.guest }
    return machine
  }

  /// A machine as it was known, in a run of which it isn't told what it had.
  func machine(in run: PlatformView.Unexplained) -> Machine? {
    let known = byName[run.machine]?.last { machine in
      let start = run.range.start
      return run.isContinued
        ? machine.range.start <= start && machine.range.end >= start
        : machine.range.start < run.range.end
    }
    guard var machine = known, !run.host.isEmpty else { return nil }
    machine.host = run.host
    machine.range = run.range
    return machine
  }

  /// The machines that are no longer there, as they were known.
  ///
  /// - Parameters:
  ///   - present: those that are; nil where none is missed.
  ///   - others: those of which more is told, by uid or reference.
  func gone(from present: Set<String>?, besides others: Set<String>) -> [Machine] {
    guard let present else { return [] }
    return all.filter { machine in
      !present.contains(machine.uid)
        && !others.contains(machine.attributes[Self.reference] ?? machine.uid)
    }
  }
}
