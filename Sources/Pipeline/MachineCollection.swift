import Collectors
import Configuration
import Quantities
import Records
import Store
import Transport

/// Brings a platform of virtual machines up to date.
struct MachineCollection {
  private let store: Store
  private let client: HTTPClient

  init(store: Store, client: HTTPClient) {
    self.store = store
    self.client = client
  }

  /// - Throws: ``StoreError`` where the store fails; a source that fails is told in the outcome.
  func run(
    _ platform: PlatformSource, of source: Source, plan: CollectPlan, now: UTCInstant,
    _ counter: ProgressCounter
  ) async throws -> Collection.SourceOutcome {
    var outcome = Collection.SourceOutcome(source: source.name)
    outcome.machines = 0
    guard let start = plan.windows.map(\.start).min() else { return outcome }
    do {
      let view = try await platform.read(since: start, now: now)
      let known = KnownMachines(
        try store.machineClaims(of: source.name).map(Machine.init))
      var seen: Set<String> = []
      for (index, window) in plan.windows.enumerated() {
        var collected = view.window(window, isFirst: index == 0, known: known)
        if !platform.keepsHistory {
          // What is over isn't told any more: it stays as it was seen.
          collected.observations += try store.observations(
            .outage, sources: [source.name], in: window)
        }
        let writer = store.window(window, of: source.origin)
        try writer.commit(collected)
        outcome.add(window, samples: 0, collected)
        seen.formUnion(collected.machines.map(\.uid))
        counter.step()
      }
      outcome.machines = seen.count
    } catch let error as CollectorError {
      for window in plan.windows {
        try store.recordGap(source: source.name, range: window, reason: "\(error)")
        outcome.miss(window, "\(error)")
        counter.step()
      }
    }
    return outcome
  }
}

extension Machine {
  /// A machine as it is stored.
  fileprivate init(_ claim: MachineClaim) {
    var attributes = claim.attributes
    let user = attributes.removeValue(forKey: "user")
    let guest = attributes.removeValue(forKey: "guest")
    for key in ["namespace", "uid"] { attributes[key] = nil }
    self.init(
      uid: claim.workload.uid, name: claim.workload.name, project: claim.workload.namespace,
      user: user ?? "", guest: guest, host: claim.host, range: claim.range, reach: claim.reach,
      attributes: attributes)
  }
}
