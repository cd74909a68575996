import Quantities
import Records

extension SourceCheck {
  /// What of a platform is there now.
  ///
  /// - Parameter unit: what it calls a machine and a host.
  mutating func describe(
    _ view: PlatformView, unit: (machine: String, host: String), now: UTCInstant
  ) {
    let running = view.running(at: now)
    var share = GPUShare.none
    for machine in running {
      if let own = machine.reach.share { share.add(own.parts, of: own.whole) }
    }
    let machines = Set(running.map(\.uid)).count
    let known = view.hosts.filter { $0.gpus != nil }.reduce(0) { $0 + ($1.gpus ?? 0) }
    let models = Set(view.hosts.map(\.model)).filter { !$0.isEmpty }.sorted()
    gpus = max(known, share.cards)
    findings.append(
      "\(view.hosts.count) \(unit.host)s"
        + (known > 0 ? " with \(known) GPUs" : "")
        + (models.isEmpty ? "" : " (\(Self.listed(models)))")
        + "; \(machines) \(unit.machine)s have \(share.cards) GPUs of "
        + "\(Set(running.map(\.host)).count) of them now")
    let projects = Set(view.machines.map(\.project))
    if !projects.isEmpty {
      findings.append(
        "projects: " + Self.listed(projects.sorted()))
    }
    for outage in view.outages where outage.range.end >= now {
      warnings.append(
        "\(unit.host) '\(outage.subject)' is out of service: \(outage.attributes["reason"] ?? "")")
    }
    warnings += view.shortfalls
    // What a span was, nobody can mend any more.
    warnings += view.refusals.filter { $0.range != nil }.map(\.rejection.description).prefix(5)
    problems += view.refusals.filter { $0.range == nil }.map(\.rejection.description).prefix(5)
  }
}
