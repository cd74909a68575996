import Quantities

/// When a machine ran on which host: by events, and by what is so now.
struct VSphereHistory {
  typealias Reference = VSphereText.Reference

  /// A time on one host.
  struct Run: Hashable {
    let host: Reference?
    let range: TimeRange
  }

  /// Of this machine since `start`, in the order of time.
  let events: [VSphereEvent]
  let start: UTCInstant
  let now: UTCInstant
  /// nil for a machine that is gone.
  let machine: VSphereMachine?

  init(
    _ events: [VSphereEvent], of machine: VSphereMachine?, since start: UTCInstant,
    until now: UTCInstant
  ) {
    self.events =
      events.filter { Self.moves.contains($0.type) || Self.power($0) != nil }
      .sorted { ($0.time, $0.key) < ($1.time, $1.key) }
    self.machine = machine
    self.start = start
    self.now = now
  }

  private static let moves: Set = ["VmMigratedEvent", "DrsVmMigratedEvent", "VmRelocatedEvent"]

  /// Whether the machine is on after an event, nil where that is left open.
  private static func power(_ event: VSphereEvent) -> Bool? {
    switch event.type {
    case "VmPoweredOnEvent", "DrsVmPoweredOnEvent": true
    case "VmPoweredOffEvent", "VmSuspendedEvent", "VmRemovedEvent": false
    default: nil
    }
  }

  /// When it was last powered on, as far as it is on.
  private var booted: UTCInstant? {
    guard let machine, machine.isOn else { return nil }
    return machine.booted ?? start
  }

  /// The runs since `start`, in the order of time.
  var runs: [Run] {
    var result: [Run] = []
    let firstPower = events.lazy.compactMap(Self.power).first
    // What was switched off had been on.
    var isOn = firstPower.map { !$0 } ?? (booted != nil)
    // A machine that was removed while it was off is removed, not switched off.
    if events.first(where: { Self.power($0) != nil })?.type == "VmRemovedEvent" { isOn = false }
    var from = firstPower == nil ? max(start, booted ?? start) : start
    var host = events.first.flatMap { $0.sourceHost ?? $0.host } ?? machine?.host
    func end(_ time: UTCInstant) {
      let time = min(time, now)
      if isOn, from < time { result.append(Run(host: host, range: TimeRange(from, time))) }
    }
    for event in events where event.time >= start {
      switch Self.power(event) {
      case true:
        // Where a host failed, its machines start elsewhere without having been switched off.
        end(event.time)
        (isOn, from, host) = (true, event.time, event.host ?? host)
      case false:
        end(event.time)
        isOn = false
      case nil:
        end(event.time)
        (from, host) = (max(from, event.time), event.host ?? host)
      }
    }
    let last = events.last { Self.power($0) != nil }?.time ?? start
    if isOn, machine?.isOn ?? false {
      end(now)
    } else if !isOn, let booted, booted > last, let machine {
      // Its beginning is in no event.
      (isOn, from, host) = (true, booted, machine.host)
      end(now)
    }
    return result
  }

  /// The time since a run's beginning of which no event tells how long it went on.
  var unknownRun: TimeRange? {
    guard let last = events.last(where: { Self.power($0) != nil }), Self.power(last) == true,
      !(machine?.isOn ?? false), last.time < now
    else { return nil }
    return TimeRange(last.time, now)
  }
}

/// When hosts were out of service: by events, and by what is so now.
struct VSphereOutages {
  /// - Parameters:
  ///   - begins: the events that begin it.
  ///   - ends: the event that ends it.
  ///   - isOut: whether it is so now.
  /// - Returns: the ranges from `start` to `now`.
  static func ranges(
    _ events: [VSphereEvent], begins: Set<String>, ends: String, isOut: Bool,
    since start: UTCInstant, until now: UTCInstant
  ) -> [TimeRange] {
    let changes = events.filter { begins.contains($0.type) || $0.type == ends }
      .sorted { ($0.time, $0.key) < ($1.time, $1.key) }
    // What ended had begun.
    var isDown = changes.first.map { $0.type == ends } ?? isOut
    // A host that is connected for the first time hadn't been down.
    if changes.first?.type == "HostConnectedEvent" { isDown = false }
    var from = start
    var result: [TimeRange] = []
    for change in changes where change.time >= start && change.time < now {
      if isDown, from < change.time { result.append(TimeRange(from, change.time)) }
      let begins = begins.contains(change.type)
      if begins != isDown || !begins { from = change.time }
      isDown = begins
    }
    if isDown, isOut, from < now { result.append(TimeRange(from, now)) }
    return TimeRange.joined(result)
  }
}
