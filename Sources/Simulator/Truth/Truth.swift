import Quantities
import Records

/// What the account book must find: the time and energy of a fleet by team, model and state.
package struct Truth: Equatable, Sendable {
  /// The name under which pods are booked whose namespace no rule names.
  package static let unassigned = "unassigned"

  /// What a figure is told apart by.
  package struct Key: Hashable, Comparable, Sendable {
    /// Empty where nobody holds the GPU.
    package let team: String
    package let model: String
    package let state: State

    package init(team: String, model: String, state: State) {
      self.team = team
      self.model = model
      self.state = state
    }

    package static func < (left: Self, right: Self) -> Bool {
      (left.team, left.model, left.state.description)
        < (right.team, right.model, right.state.description)
    }
  }

  /// How much.
  package struct Amount: Equatable, Sendable {
    /// - Unit: milliseconds of one GPU.
    package var milliseconds: Int128 = 0
    /// - Unit: microjoules.
    package var microjoules: Int128 = 0
  }

  package let site: String
  package let cluster: String
  package private(set) var amounts: [Key: Amount] = [:]

  init(site: String, cluster: String) {
    self.site = site
    self.cluster = cluster
  }

  /// Adds time and energy to the figure of `key`.
  mutating func add(_ milliseconds: Int128, _ microjoules: Int128, to key: Key) {
    if milliseconds == 0 && microjoules == 0 { return }
    amounts[key, default: Amount()].milliseconds += milliseconds
    amounts[key, default: Amount()].microjoules += microjoules
  }

  /// The time of all states.
  package var milliseconds: Int128 { amounts.values.reduce(0) { $0 + $1.milliseconds } }

  /// The time in `state`.
  package func milliseconds(in state: State) -> Int128 {
    amounts.reduce(0) { $0 + ($1.key.state == state ? $1.value.milliseconds : 0) }
  }

  /// The figures as CSV, sorted.
  package var csv: String {
    var text = "site,cluster,team,gpu_model,state,gpu_milliseconds,energy_microjoules\n"
    for key in amounts.keys.sorted() {
      guard let amount = amounts[key] else { continue }
      text += "\(site),\(cluster),\(key.team),\(key.model),\(key.state),"
      text += "\(amount.milliseconds),\(amount.microjoules)\n"
    }
    return text
  }
}

extension Fleet {
  /// Counts the fleet's script, scrape by scrape, in the way the account book must.
  ///
  /// - Complexity: O(n) in the number of scrapes times GPUs.
  package func truth() -> Truth {
    var truth = Truth(site: plan.site, cluster: plan.cluster)
    for host in hosts {
      let outages = outages(node: host.name)
      for card in host.cards {
        let account = CardAccount(self, host, card, outages: outages)
        account.post(to: &truth)
        for range in account.unseen {
          postEmptySlot(range, model: host.model, outages: outages, to: &truth)
        }
      }
    }
    postPark(to: &truth)
    let outages = outages(node: spare.name)
    for _ in 0..<plan.gpusPerHost {
      postEmptySlot(plan.span, model: spare.model, outages: outages, to: &truth)
    }
    return truth
  }

  /// The time of a slot of the inventory while no GPU fills it.
  private func postEmptySlot(
    _ range: TimeRange, model: GPUModel, outages: [TimeRange], to truth: inout Truth
  ) {
    for piece in range.pieces(by: outages) {
      let state: State = piece.isCovered ? .outOfService : .unknown
      truth.add(
        Int128(piece.range.milliseconds), 0,
        to: Truth.Key(team: "", model: model.name, state: state))
    }
  }
}
