import Quantities

extension Configuration {
  /// A text that changes when something changes that the ledger of states depends on: the idle
  /// rule, which GPUs exist when, and scrape intervals.
  ///
  /// Names of teams, prices and the order of sources and hosts leave it as it is.
  package var stateFingerprint: String { Self.digest(stateLines) }

  /// A text that changes when something changes that money depends on: prices, cost pools, rates
  /// of exchange, teams, policies, billing days, the currency, sites, and whose the hosts are and of
  /// which model.
  ///
  /// The order of teams, rates and policies counts, since it decides; their lines in the file don't.
  package var moneyFingerprint: String { Self.digest(moneyLines) }

  /// A text that changes when something changes that says whose workloads are.
  package var teamFingerprint: String { Self.digest(teamLines) }

  /// A text that changes when rows of the table of instance types do; empty without any.
  package var instanceTypeFingerprint: String {
    if instanceTypes.isEmpty { return "" }
    return Self.digest(
      instanceTypes.map {
        [
          $0.provider.rawValue, $0.name.lowercased(), String($0.gpus), String($0.divisor),
          Self.text($0.gpuModel),
        ]
      }.sorted(by: Self.isBefore))
  }

  private var stateLines: [[String]] {
    var lines = [["idle", String(idle.belowPartsPerMillion)]]
    lines += sources.compactMap { source in
      let interval: Int64?
      switch source.kind {
      case .prometheus(let prometheus): interval = prometheus.scrapeInterval
      case .dcgmExporter(let exporter): interval = exporter.interval
      case .slurm, .reservations, .assignments, .bill, .openstack, .vsphere: interval = nil
      // They know names, and of no GPU-time.
      case .rancher, .uyuni: return nil
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
    // What is stored of the same money has changed so often.
    var lines = [["layout", "2"], ["zone", calendar.zone], ["currency", currency.code]]
    lines += sites.map { ["site", $0.name, $0.kind.rawValue] }.sorted(by: Self.isBefore)
    lines += hostLines { [$0.gpuModel, Self.text($0.owner)] }
    lines += teamLines
    lines += rates.map { rate in
      [
        "rate", Self.text(rate.site), Self.text(rate.cluster), Self.text(rate.gpuModel),
        rate.perGPUHour.description, Self.text(rate.from), Self.text(rate.to),
      ]
    }
    lines += storageRates.map { rate in
      [
        "storage rate", Self.text(rate.site), Self.text(rate.cluster),
        Self.text(rate.storageClass), rate.perGibibyte.description, rate.span.rawValue,
        rate.counted.rawValue, Self.text(rate.replicas), Self.text(rate.from), Self.text(rate.to),
      ]
    }
    lines += exchangeRates.map {
      ["exchange rate", $0.month.description, $0.currency.code, String($0.picos)]
    }.sorted(by: Self.isBefore)
    lines += costPools.flatMap(Self.costLines)
    // Numbers of hosts and GPUs are the inventory's where a cost names none.
    if !costPools.isEmpty {
      lines += hostLines {
        [String($0.gpusPerHost), Self.text($0.inService), Self.text($0.retired)]
      }
    }
    lines += sources.compactMap { source in
      guard case .bill(let bill) = source.kind else { return nil }
      return ["bill", source.name, source.site, source.cluster, Self.text(bill.cost?.rawValue)]
    }.sorted(by: Self.isBefore)
    lines += sources.compactMap { source in
      switch source.kind {
      case .rancher: ["rancher", source.name]
      case .prometheus(let prometheus):
        prometheus.rancherCluster.map { ["rancher cluster", source.site, source.cluster, $0] }
      default: nil
      }
    }.sorted(by: Self.isBefore)
    lines += policies.map { rule in
      [
        "policies", Self.text(rule.site), Self.text(rule.from), Self.text(rule.to),
        Self.text(rule.unallocated?.rawValue), Self.text(rule.outOfService?.rawValue),
        Self.text(rule.unattributed?.rawValue), Self.text(rule.unknown?.rawValue),
        Self.text(rule.ownerMillionths), Self.text(rule.platform),
      ]
    }
    return lines
  }

  private var teamLines: [[String]] {
    var lines: [[String]] = []
    for team in teams {
      lines.append(
        ["team", team.name, Self.text(team.costCenter), Self.text(team.from), Self.text(team.to)]
          + team.aliases.sorted())
      for match in team.matches {
        lines.append(
          ["match"] + match.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value.text] })
      }
    }
    return lines
  }

  private static func costLines(of pool: CostPoolEntry) -> [[String]] {
    var lines = [
      [
        "cost pool", pool.name, pool.site.text, text(pool.cluster), text(pool.gpuModel),
        pool.recovery.rawValue, text(pool.from), text(pool.to),
      ] + (pool.resource == .storage ? [pool.resource.rawValue] : [])
    ]
    lines += pool.hardware.map {
      [
        "hardware", $0.name, $0.price.description, $0.residual.description,
        $0.inService.description, String($0.usefulLifeMonths),
      ]
    }
    lines += pool.costs.map {
      [
        "cost", $0.name, $0.kind.rawValue, $0.amount.description, $0.span.rawValue,
        text($0.unit?.rawValue), text($0.count), text($0.from), text($0.to),
      ]
    }
    guard let power = pool.power else { return lines }
    lines.append([
      "power", String(power.pueMillionths), String(power.nameplateWattsPerGPU),
      power.currency.code,
    ])
    lines += power.tariffs.map {
      [
        "tariff", $0.perKilowattHour.description,
        text($0.weekdays.map { $0.map(\.rawValue).sorted().joined(separator: ",") }),
        text($0.hours.map { $0.sorted().map(String.init).joined(separator: ",") }),
        text($0.from), text($0.to),
      ]
    }
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
