import Quantities

/// Reading `cost_pools`: what is paid for GPUs.
extension ConfigurationReader {
  private static let poolKeys = [
    "name", "site", "cluster", "resource", "gpu_model", "storage_class", "recovery", "from", "to",
    "hardware", "costs", "power",
  ]
  private static let hardwareKeys = [
    "name", "price", "currency", "in_service", "useful_life_months", "residual",
  ]
  /// The last year in which hardware comes into service, so that its life ends in one that has four
  /// digits.
  private static let inServiceYearMax = 9_800
  private static let lifeMonthsMax = 1_200

  static func moneyExpectation(_ example: String) -> String {
    "an amount such as \(example), with 15 digits and 12 decimals at most"
  }

  /// The cost pools in the order of the file.
  func readCostPools(
    _ money: MoneyReading, inventory: [InventoryEntry], clusters: [String]
  ) -> [CostPoolEntry] {
    var firstLines: [String: Int] = [:]
    return root.sections("cost_pools", valid: Self.poolKeys).compactMap { section in
      let name = section.requiredText("name", expected: "a name for the pool")
      if let name { checkRepeated(name, in: section, firstLines: &firstLines) }
      _ = section.requiredText("site", expected: "the name of one of the sites, or a pattern")
      let site = pattern("site", in: section)
      checkSite(site, known: money.sites, in: section)
      let cluster = pattern("cluster", in: section)
      if let cluster, !clusters.isEmpty, !clusters.contains(where: cluster.matches) {
        checkName(
          cluster.text, what: "cluster", known: clusters, at: section.place(of: "cluster"))
      }
      let resource = section.choice("resource", CostPoolEntry.Resource.self) ?? .gpu
      checkResource(resource, in: section)
      let recovery = section.choice("recovery", CostPoolEntry.Recovery.self)
      let from = readDay("from", in: section)
      let to = readDay("to", in: section)
      checkSpan(from, to, key: "to", in: section)
      if !["hardware", "costs", "power"].contains(where: section.has) {
        section.tell(
          .missingKey(expected: "what is paid for the pool: hardware, costs or power"),
          of: "hardware")
      }
      var pool = CostPoolEntry(
        name: name ?? "", site: site ?? "", cluster: cluster, resource: resource,
        gpuModel: pattern(resource == .gpu ? "gpu_model" : "storage_class", in: section),
        recovery: recovery ?? .full, from: from, to: to)
      var names: [String: Int] = [:]
      pool.hardware = section.sections("hardware", valid: Self.hardwareKeys).compactMap {
        readHardware($0, money, names: &names)
      }
      let own = inventory.filter(pool.covers)
      pool.costs = section.sections("costs", valid: RecurringKeys.all).compactMap {
        readRecurring($0, money, hasInventory: !own.isEmpty, names: &names)
      }
      pool.power = section.section("power", valid: PowerKeys.all).flatMap { readPower($0, money) }
      guard name != nil, site != nil else { return nil }
      return pool
    }
  }

  /// Tells of keys that the pool's resource doesn't have.
  private func checkResource(_ resource: CostPoolEntry.Resource, in section: Section) {
    switch resource {
    case .gpu:
      if section.has("storage_class") {
        section.tell(.missingPartner("resource: storage"), of: "storage_class")
      }
    case .storage:
      for key in ["gpu_model", "power"] where section.has(key) {
        section.tell(.conflict(with: "resource: storage"), of: key)
      }
    }
  }

  private func readHardware(
    _ section: Section, _ money: MoneyReading, names: inout [String: Int]
  ) -> HardwareEntry? {
    let name = section.requiredText("name", expected: "a name for what was bought")
    if let name { checkRepeated(name, in: section, firstLines: &names) }
    let currency = readCurrency(in: section, money)
    let price = section.required(
      "price", expected: Self.moneyExpectation("\"4000000000\""), parse: Self.amount)
    let residual =
      section.value(
        "residual", expected: Self.moneyExpectation("\"400000000\""), parse: Self.amount) ?? 0
    if let price, residual > price {
      section.tell(
        .badValue(
          found: section.text("residual") ?? "", expected: "no more than the price"),
        of: "residual")
    }
    let inService = section.required("in_service", expected: "a day such as 2026-11-23") { text in
      CivilDate(text).flatMap { $0.year <= Self.inServiceYearMax ? $0 : nil }
    }
    let life = section.required(
      "useful_life_months", expected: "a whole number of months, 1 to \(Self.lifeMonthsMax)"
    ) { Self.whole($0, in: 1...Self.lifeMonthsMax) }
    guard let name, let currency, let price, let inService, let life else { return nil }
    return HardwareEntry(
      name: name, price: Money(picos: price, currency: currency),
      residual: Money(picos: residual, currency: currency), inService: inService,
      usefulLifeMonths: life)
  }

  /// An amount that is not negative, in picos.
  static func amount(_ text: String) -> Int128? {
    Decimals.parse(text, places: 12, wholeDigitsMax: 15).flatMap { $0 >= 0 ? $0 : nil }
  }

  /// A whole number as digits alone tell it.
  static func whole(_ text: String, in range: ClosedRange<Int>) -> Int? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text),
      range.contains(number)
    else { return nil }
    return number
  }
}
