import Quantities

extension Configuration {
  /// A text that changes when something changes that the ledger of states depends on: the idle
  /// rule, which GPUs exist when, and scrape intervals.
  ///
  /// Names of teams, prices and the order of sources and hosts leave it as it is.
  package var stateFingerprint: String { Self.digest(stateLines) }

  /// A text that changes when something changes that money depends on: prices, teams, policies,
  /// billing days, the currency, sites, and whose the hosts are and of which model.
  ///
  /// The order of teams and rates counts, since it decides; their lines in the file don't.
  package var moneyFingerprint: String { Self.digest(moneyLines) }

  private var stateLines: [[String]] {
    var lines = [["idle", String(idle.belowPartsPerMillion)]]
    lines += sources.map { source in
      let interval =
        switch source.kind {
        case .prometheus(let prometheus): prometheus.scrapeInterval
        case .dcgmExporter(let exporter): exporter.interval
        case .slurm: Int64?.none
        }
      return ["source", source.name, source.site, source.cluster, Self.text(interval)]
    }.sorted(by: Self.isBefore)
    // Days are told as instants, since the zone decides when a day starts.
    lines += hostLines { entry in
      let start = entry.inService.map { calendar.start(of: $0).description }
      let end = entry.retired.map { calendar.start(of: $0).description }
      return [String(entry.gpusPerHost), Self.text(start), Self.text(end)]
    }
    return lines
  }

  private var moneyLines: [[String]] {
    var lines = [["zone", calendar.zone], ["currency", currency.code]]
    lines += sites.map { ["site", $0.name, $0.kind.rawValue] }.sorted(by: Self.isBefore)
    lines += hostLines { [$0.gpuModel, Self.text($0.owner)] }
    for team in teams {
      lines.append(["team", team.name, Self.text(team.costCenter)])
      for match in team.matches {
        lines.append(
          ["match"] + match.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value.text] })
      }
    }
    lines += rates.map { rate in
      [
        "rate", Self.text(rate.site), Self.text(rate.cluster), Self.text(rate.gpuModel),
        rate.perGPUHour.description, Self.text(rate.from), Self.text(rate.to),
      ]
    }
    lines.append([
      "policies", policies.unallocated.rawValue, policies.outOfService.rawValue,
      policies.unattributed.rawValue, policies.platform,
    ])
    return lines
  }

  /// One line a host, sorted, so that ranges may be cut anew.
  private func hostLines(_ facts: (InventoryEntry) -> [String]) -> [[String]] {
    inventory.flatMap { entry in
      let told = facts(entry)
      return entry.hosts.map { ["host", entry.site, entry.cluster, $0] + told }
    }.sorted(by: Self.isBefore)
  }

  /// What is absent is told apart from what is empty.
  private static func text(_ value: (some CustomStringConvertible)?) -> String {
    value.map { "=\($0)" } ?? "-"
  }

  private static func isBefore(_ left: [String], _ right: [String]) -> Bool {
    left.lexicographicallyPrecedes(right)
  }

  /// Each line counts with its length, so that no two lists of lines are told alike.
  private static func digest(_ lines: [[String]]) -> String {
    let parts = lines.flatMap { [String($0.count)] + $0 }
    let digits = String(ContentHash.number(parts), radix: 16)
    return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
  }
}
