import Quantities

/// Everything that gputally.yaml says, checked.
package struct Configuration: Sendable {
  /// The file it was read from.
  package var file: String
  /// The store, relative paths resolved against the folder of `file`.
  package var store: String
  package var calendar: BillingCalendar
  package var currency: Currency
  package var idle: IdleRule
  package var sites: [Site]
  package var sources: [Source]
  /// Entries of the file, then those of the inventory file.
  package var inventory: [InventoryEntry]
  /// A sentence for each thing to know of the inventory file.
  package var inventoryNotes: [String] = []
  /// In the order of the file, which decides: the first match wins.
  package var teams: [TeamRule]
  /// In the order of the file.
  package var rates: [Rate]
  /// In the order of the file.
  package var storageRates: [StorageRate] = []
  package var exchangeRates: [ExchangeRateEntry]
  /// The file that the rates of exchange stand in, nil where it is `file`.
  package var exchangeRateFile: String?
  /// In the order of the file.
  package var costPools: [CostPoolEntry]
  /// In the order of the file.
  package var policies: [PolicyRule]
  /// In the order of the file.
  package var budgets: [Budget] = []
  /// Rows that are added to the table of instance types, or replace rows of it.
  package var instanceTypes: [InstanceType] = []
  /// Folder of exports, resolved as `store` is.
  package var exportDirectory: String
  /// Where `run` writes its own metrics, nil for nowhere.
  package var metricsFile: String?
  /// How long samples are kept once they are posted, nil for always.
  ///
  /// - Unit: milliseconds.
  package var samplesKept: Int64?

  package init(
    file: String, store: String, calendar: BillingCalendar, currency: Currency,
    idle: IdleRule = IdleRule(), sites: [Site] = [], sources: [Source] = [],
    inventory: [InventoryEntry] = [], teams: [TeamRule] = [], rates: [Rate] = [],
    exchangeRates: [ExchangeRateEntry] = [], exchangeRateFile: String? = nil,
    costPools: [CostPoolEntry] = [], policies: [PolicyRule] = [],
    exportDirectory: String = "out", metricsFile: String? = nil,
    samplesKept: Int64? = nil
  ) {
    self.file = file
    self.store = store
    self.calendar = calendar
    self.currency = currency
    self.idle = idle
    self.sites = sites
    self.sources = sources
    self.inventory = inventory
    self.teams = teams
    self.rates = rates
    self.exchangeRates = exchangeRates
    self.exchangeRateFile = exchangeRateFile
    self.costPools = costPools
    self.policies = policies
    self.exportDirectory = exportDirectory
    self.metricsFile = metricsFile
    self.samplesKept = samplesKept
  }
}

/// When a held GPU counts as idle.
package struct IdleRule: Hashable, Sendable {
  /// - Unit: millionths of full activity; `below_percent: 5` is 50,000.
  package var belowPartsPerMillion: Int64

  package init(belowPartsPerMillion: Int64 = 50_000) {
    self.belowPartsPerMillion = belowPartsPerMillion
  }

  /// Millionths of full activity, of percents as people write them: `5`, `2.5`; nil for what is
  /// none from 0 to 100, or has more than four decimals.
  package static func millionths(ofPercent text: String) -> Int64? {
    guard let parts = Decimals.parse(text, places: 4, wholeDigitsMax: 3),
      (0...1_000_000).contains(parts)
    else { return nil }
    return Int64(parts)
  }
}

/// A place with GPUs.
package struct Site: Hashable, Sendable {
  /// Whose the place is.
  package enum Kind: String, CaseIterable, Sendable {
    case onPrem = "on-prem"
    case privateCloud = "private-cloud"
    case publicCloud = "public-cloud"
  }
  package var name: String
  package var kind: Kind

  package init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }
}

/// Hosts that exist, whether seen or not.
package struct InventoryEntry: Hashable, Sendable {
  package var site: String
  package var cluster: String
  /// Host names, ranges expanded.
  package var hosts: [String]
  package var gpusPerHost: Int
  package var gpuModel: String
  /// The team that owns the hardware, nil where none is named.
  package var owner: String?
  /// The billing day from which the hosts count, nil for ever.
  package var inService: CivilDate?
  /// The billing day from which they no longer count, nil for never.
  package var retired: CivilDate?

  package init(
    site: String, cluster: String, hosts: [String], gpusPerHost: Int, gpuModel: String,
    owner: String? = nil, inService: CivilDate? = nil, retired: CivilDate? = nil
  ) {
    self.site = site
    self.cluster = cluster
    self.hosts = hosts
    self.gpusPerHost = gpusPerHost
    self.gpuModel = gpuModel
    self.owner = owner
    self.inService = inService
    self.retired = retired
  }
}

/// A team and what is charged to it.
package struct TeamRule: Hashable, Sendable {
  /// The keys a match may have, besides `label:NAME` and `namespace_label:NAME`.
  package static let plainMatchKeys = [
    "namespace", "workload", "site", "cluster", "project", "owner", "account", "user", "partition",
    "qos", "reservation", "job_name", "provider", "billing_account", "account_name", "service",
    "region", "resource", "instance_type",
  ]
  /// How the other keys of a match begin; the name of a label follows.
  package static let labelMatchPrefixes = ["label:", "namespace_label:", "tag:"]

  /// A path of teams: `AI/Perception/Lane`.
  package var name: String
  package var costCenter: String?
  /// Other names of the team, which owners and the platform may go by.
  package var aliases: [String]
  /// The first billing day it holds, nil for ever.
  package var from: CivilDate?
  /// The first billing day it no longer holds, nil for never.
  package var to: CivilDate?
  /// The team's if any matches: every key of a match must match its pattern.
  ///
  /// - Shape: keys `namespace`, `workload`, `site`, `cluster`, `project`, `owner`, `account`,
  ///   `user`, `partition`, `qos`, `reservation`, `job_name`, `label:NAME`, `namespace_label:NAME`.
  package var matches: [[String: Pattern]]

  package init(
    name: String, costCenter: String? = nil, aliases: [String] = [], from: CivilDate? = nil,
    to: CivilDate? = nil, matches: [[String: Pattern]] = []
  ) {
    self.name = name
    self.costCenter = costCenter
    self.aliases = aliases
    self.from = from
    self.to = to
    self.matches = matches
  }
}

/// What a GPU-hour costs.
package struct Rate: Hashable, Sendable {
  /// The sites it is for, nil for all.
  package var site: Pattern?
  /// The clusters it is for, nil for all.
  package var cluster: Pattern?
  /// The models it is for, a blank being as good as a dash; nil for all.
  package var gpuModel: Pattern?
  package var perGPUHour: Money
  /// The first billing day it holds, nil for ever.
  package var from: CivilDate?
  /// The first billing day it no longer holds, nil for never.
  package var to: CivilDate?
  /// The line of the configuration file that names it.
  package var line: Int

  package init(
    site: Pattern? = nil, cluster: Pattern? = nil, gpuModel: Pattern? = nil, perGPUHour: Money,
    from: CivilDate? = nil, to: CivilDate? = nil, line: Int = 0
  ) {
    self.site = site
    self.cluster = cluster
    self.gpuModel = gpuModel
    self.perGPUHour = perGPUHour
    self.from = from
    self.to = to
    self.line = line
  }
}
