import Quantities
import Records

/// What a platform of virtual machines told: which of them had GPUs of which host, and when.
package struct PlatformView: Sendable {
  /// A host that machines run on.
  struct Host: Sendable {
    let name: String
    /// nil where the platform doesn't tell it.
    var gpus: Int?
    /// Empty where the platform doesn't tell it.
    var model = ""
  }

  /// A time in which a machine ran, and of which it isn't told what it had.
  struct Unexplained: Sendable {
    /// The machine's uid, or its `reference` among its attributes.
    let machine: String
    let host: String
    let range: TimeRange
    /// Whether only what it was known to have at the beginning counts.
    let isContinued: Bool
    let rejection: Rejection
  }

  /// Something that can't be understood or isn't told.
  struct Refusal: Sendable {
    let rejection: Rejection
    /// The time that it concerns, nil for none that is known.
    var range: TimeRange?
  }

  /// Machines that have GPUs, each for as long as it had these ones, up to now.
  var machines: [Machine] = []
  var unexplained: [Unexplained] = []
  /// The uids of the machines that are there, with or without GPUs; nil where those that are gone are
  /// told, too.
  var present: Set<String>?
  var hosts: [Host] = []
  var outages: [Observation] = []
  var refusals: [Refusal] = []
  /// What couldn't be asked, and why.
  var shortfalls: [String] = []

  mutating func refuse(
    _ place: String, _ rule: String, found: String, expected: String, in range: TimeRange? = nil
  ) {
    refusals.append(
      Refusal(
        rejection: Rejection(place: place, rule: rule, found: found, expected: expected),
        range: range))
  }

  /// What was told of `window`.
  ///
  /// - Parameters:
  ///   - isFirst: whether what is said of no time is told with it.
  ///   - known: what was known of the platform's machines before, in the order of time: it says
  ///     what one had that is gone, or that is another one now.
  package func window(
    _ window: TimeRange, isFirst: Bool, known: KnownMachines
  ) -> CollectedWindow {
    var result = CollectedWindow(range: window)
    var tally = RejectionTally()
    var machines = machines.map(known.named)
    for run in unexplained where run.range.overlaps(window) {
      if let machine = known.machine(in: run) {
        machines.append(machine)
      } else {
        tally.add(run.rejection)
      }
    }
    machines += known.gone(from: present, besides: Set(unexplained.map(\.machine)))
    result.machines = machines.compactMap { machine in
      guard let part = machine.range.intersection(window) else { return nil }
      var machine = machine
      machine.range = part
      return machine
    }
    let byHost = Dictionary(grouping: result.machines) { HostKey.short($0.host) }
    result.observations =
      hosts.map { host in
        let count = host.gpus ?? Self.cardsAtOnce(byHost[HostKey.short(host.name)] ?? [])
        return SchedulerNode(name: host.name, gpuCount: count, gpuType: host.model)
          .observation(window)
      }
      + outages.compactMap { outage in
        outage.range.intersection(window).map {
          Observation(
            kind: outage.kind, subject: outage.subject, attributes: outage.attributes, range: $0)
        }
      }
    for refusal in refusals {
      if refusal.range?.overlaps(window) ?? isFirst { tally.add(refusal.rejection) }
    }
    result.rejections = tally.all
    result.shortfalls = shortfalls
    return result
  }

  /// The most cards that machines of one host had at once.
  private static func cardsAtOnce(_ machines: [Machine]) -> Int {
    var most = 0
    for time in Set(machines.map(\.range.start)) {
      var share = GPUShare.none
      for machine in machines where machine.range.contains(time) {
        if let own = machine.reach.share { share.add(own.parts, of: own.whole) }
      }
      most = max(most, share.cards)
    }
    return most
  }

  /// Machines that run now.
  func running(at now: UTCInstant) -> [Machine] {
    machines.filter { $0.range.start < now && $0.range.end >= now }
  }
}
