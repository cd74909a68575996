import Quantities
import Yams

/// Makes a configuration of a file's YAML, telling all that is wrong with it.
struct ConfigurationReader {
  static let keys = [
    "store", "time_zone", "currency", "idle", "sites", "sources", "inventory", "inventory_file",
    "teams", "rates", "storage_rates", "exchange_rates", "cost_pools", "policies", "budgets",
    "exports", "metrics_file", "retention", "instance_types",
  ]
  /// Names that postings use for themselves.
  static let reservedTeams = [
    "unassigned", "unallocated", "out-of-service", "unattributed", "unknown", "variance",
    "unclaimed",
  ]

  /// Two days.
  private static let retentionMin: Int64 = 172_800_000
  /// A hundred years.
  private static let retentionMax: Int64 = 3_153_600_000_000

  let file: String
  let root: Section
  var problems: ProblemList { root.problems }

  init(root node: Node, file: String) {
    self.file = file
    root = Section(
      node, at: Place(file: file, line: 1, key: ""), valid: Self.keys, problems: ProblemList())
  }

  /// The path of the inventory file, nil where none is named.
  var inventoryFile: String? { Self.inventoryPath(root).map(resolve) }

  /// Everything the file says, or nil where what must be known is missing.
  func read(inventoryText: String?, exchangeRateText: String?) -> Configuration? {
    let currency = root.required(
      "currency", expected: "a currency's code of ISO 4217, such as KRW or USD"
    ) { Currency($0) }
    let calendar = readCalendar()
    let sites = readSites()
    let siteNames = sites.map(\.name)
    let sources = readSources(sites: siteNames)
    let (inventory, inventoryNotes) = readInventory(text: inventoryText, sites: siteNames)
    let teams = readTeams()
    let exchangeRates = readExchangeRates(text: exchangeRateText, reporting: currency)
    let money = MoneyReading(
      reporting: currency, exchanged: Set(exchangeRates.map(\.currency)), sites: siteNames)
    let rates = readRates(money)
    let clusters = Set(sources.map(\.cluster) + inventory.map(\.cluster)).subtracting([""])
      .sorted()
    let costPools = readCostPools(money, inventory: inventory, clusters: clusters)
    let storageRates = readStorageRates(money)
    let idle = readIdle()
    let policies = readPolicies(sites: siteNames)
    let budgets = readBudgets(
      currency: currency, teams: teams,
      others: inventory.compactMap(\.owner) + ["platform"] + policies.compactMap(\.platform))
    let exports = root.section("exports", valid: ["directory"])
    let directory = exports?.text("directory", expected: "a path") ?? "./out"
    let store = root.text("store", expected: "a path") ?? "gputally.sqlite"
    let samplesKept = readRetention()
    let metricsFile = root.text("metrics_file", expected: "a path")
    let instanceTypes = readInstanceTypes()
    guard let currency, let calendar else { return nil }
    var configuration = Configuration(
      file: file, store: resolve(store), calendar: calendar, currency: currency, idle: idle,
      sites: sites, sources: sources, inventory: inventory, teams: teams, rates: rates,
      exchangeRates: exchangeRates, exchangeRateFile: exchangeRateFile, costPools: costPools,
      policies: policies, exportDirectory: resolve(directory),
      metricsFile: metricsFile.map(resolve), samplesKept: samplesKept)
    configuration.budgets = budgets
    configuration.storageRates = storageRates
    configuration.sources = askingForStorage(sources, rates: storageRates, costPools: costPools)
    configuration.instanceTypes = instanceTypes
    configuration.inventoryNotes = inventoryNotes
    return configuration
  }

  /// `path` as seen from the folder of the configuration file.
  func resolve(_ path: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
    var rest = Substring(path)
    while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
    return String(file[...slash] + rest)
  }

  /// Tells where a team bears one of our own names.
  func checkTeamName(_ name: String?, of key: String, in section: Section) {
    guard let name, Self.isReserved(name) else { return }
    section.tell(.reservedName(TeamPath.root(of: name)), of: key)
  }

  /// Whether a team's name is one of our own, or under it.
  static func isReserved(_ name: String) -> Bool {
    reservedTeams.contains(TeamPath.root(of: name))
  }

  /// Tells where a name is none of `known`.
  func checkName(_ name: String, what: String, known: [String], at place: Place) {
    guard !known.contains(name) else { return }
    let nearest = NearestName.find(name, among: known)
    problems.add(.unknownName(name, what: what, nearest: nearest, known: known), at: place)
  }

  private func readCalendar() -> BillingCalendar? {
    let zone = root.text("time_zone", expected: "a zone such as Asia/Seoul") ?? "UTC"
    do {
      return try BillingCalendar(zone: zone)
    } catch {
      let expected =
        switch error {
        case .unknownZone: "a zone of this machine's zone data base, such as Asia/Seoul or UTC"
        case .notOnTheHour: "a zone whose days start on a full UTC hour, which is the ledger's unit"
        }
      root.tell(.badValue(found: zone, expected: expected), of: "time_zone")
      return nil
    }
  }

  private func readIdle() -> IdleRule {
    let section = root.section("idle", valid: ["below_percent"])
    let parts = section?.value("below_percent", expected: "a percentage from 0 to 100, such as 5") {
      IdleRule.millionths(ofPercent: $0)
    }
    return parts.map { IdleRule(belowPartsPerMillion: $0) } ?? IdleRule()
  }

  /// - Returns: milliseconds; nil to keep samples always.
  private func readRetention() -> Int64? {
    let section = root.section("retention", valid: ["samples"])
    return section?.value(
      "samples",
      expected: "a duration of at least 2d, such as 400d: late samples and silences that are still "
        + "open need the days before them"
    ) { text in
      PrometheusDuration.parse(text, longest: Self.retentionMax)
        .flatMap { $0 >= Self.retentionMin ? $0 : nil }
    }
  }

  func readSites() -> [Site] {
    var firstLines: [String: Int] = [:]
    return root.sections("sites", valid: ["name", "kind"]).compactMap { section in
      let name = section.requiredText("name", expected: "the site's name")
      if !section.has("kind") {
        section.tell(.missingKey(expected: "on-prem, private-cloud or public-cloud"), of: "kind")
      }
      let kind = section.choice("kind", Site.Kind.self)
      guard let name else { return nil }
      checkRepeated(name, in: section, firstLines: &firstLines)
      return Site(name: name, kind: kind ?? .onPrem)
    }
  }

  /// Tells where a name was given before.
  func checkRepeated(_ name: String, in section: Section, firstLines: inout [String: Int]) {
    if let line = firstLines[name] {
      section.tell(.repeatedName(name, firstLine: line), of: "name")
    } else {
      firstLines[name] = section.place(of: "name").line
    }
  }
}
