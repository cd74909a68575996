import Configuration
import Ledger
import Quantities
import Records
import Store

/// The state ledger to money: whole billing months, each in one transaction.
package struct PostingRun {
  private let store: Store
  private let configuration: Configuration
  private let inventory: Inventory

  /// What was posted.
  package struct Outcome: Sendable {
    /// One billing month.
    package struct Month: Sendable {
      package let month: BillingMonth
      package let postings: Int
      package let costMicros: Int64
    }
    package var months: [Month] = []
  }

  package init(store: Store, configuration: Configuration) {
    self.store = store
    self.configuration = configuration
    inventory = Inventory(configuration)
  }

  /// Posts the months of `range`, or without one those that changed since they were posted.
  ///
  /// - Throws: ``StoreError``, or ``LedgerError`` where a price is missing or a balance is off;
  ///   the months before that one are posted then.
  package func run(range: TimeRange? = nil) throws -> Outcome {
    var outcome = Outcome()
    for month in try months(in: range) { outcome.months.append(try post(month)) }
    return outcome
  }

  private func months(in range: TimeRange?) throws(StoreError) -> [BillingMonth] {
    guard let facts = try store.factSpan() else { return [] }
    let calendar = configuration.calendar
    if let range {
      guard let part = range.intersection(facts) else { return [] }
      return Set(calendar.days(in: part).map(BillingMonth.init(containing:))).sorted()
    }
    let all = Set(calendar.days(in: facts).map(BillingMonth.init(containing:)))
    let fingerprint = configuration.moneyFingerprint
    let current = Set(
      try store.postedMonths().filter { $0.fingerprint == fingerprint }.map(\.month))
    let changed = Set(
      try store.unpostedHours().map { BillingMonth(containing: calendar.day(of: $0)) })
    return all.subtracting(current).union(changed).sorted()
  }

  private func post(_ month: BillingMonth) throws -> Outcome.Month {
    let range = configuration.calendar.range(of: month)
    let totals = try self.totals(of: month)
    let attributes = try WorkloadAttributes(store: store, configuration: configuration)
      .all(in: range)
    let book = try MonthLedger(
      month: month, currency: configuration.currency, rates: rates, teams: configuration.teamMap,
      policies: policies
    ).post(totals.map(\.time), workloads: attributes)
    let rows = book.postings.map { posting in
      PostingRow(
        day: posting.day, pool: posting.pool, kind: posting.kind.rawValue,
        team: posting.team, costCenter: posting.costCenter, state: posting.state,
        owner: posting.owner, total: posting.timeIndex.map { totals[$0].total },
        costMicros: posting.costMicros)
    }
    let used = Set(totals.map(\.total.workload))
    try store.setAttributes(attributes.filter { used.contains($0.key) })
    try store.replacePostings(
      of: month, range: range, rows: rows, fingerprint: configuration.moneyFingerprint,
      costMicros: book.costMicros, currency: configuration.currency)
    return Outcome.Month(month: month, postings: rows.count, costMicros: book.costMicros)
  }

  /// The month's state time, each with what else the facts know of it.
  private func totals(of month: BillingMonth) throws(StoreError) -> [(
    total: DayTotal, time: StateTime
  )] {
    let hosts = try store.hosts()
    let models = try store.gpuModels()
    var result: [(total: DayTotal, time: StateTime)] = []
    for day in configuration.calendar.days(in: configuration.calendar.range(of: month)) {
      let dayRange = configuration.calendar.range(of: day)
      var entries: [Int64: InventoryEntry] = [:]
      for total in try store.totals(of: day, range: dayRange) {
        guard let host = hosts[total.host] else {
          throw .broken(path: store.path, reason: "host \(total.host) has facts but no name")
        }
        if entries[total.host] == nil { entries[total.host] = inventory.entry(of: host, on: day) }
        let entry = entries[total.host]
        let seen = models[total.gpu] ?? ""
        let pool = PoolKey(
          site: host.site, cluster: host.cluster,
          gpuModel: seen.isEmpty ? entry?.gpuModel ?? "" : seen)
        let time = StateTime(
          day: day, pool: pool, hostID: total.host, gpuID: total.gpu,
          workloadID: total.workload, state: total.state, owner: entry?.owner,
          gpuMilliseconds: total.gpuMilliseconds)
        result.append((total, time))
      }
    }
    return result
  }

  // MARK: What the configuration says, in the ledger's words

  private var rates: RateCard {
    RateCard(
      configuration.rates.map {
        RateCard.Rate(
          site: $0.site, cluster: $0.cluster, gpuModel: $0.gpuModel, perGPUHour: $0.perGPUHour,
          from: $0.from, to: $0.to)
      })
  }

  private var policies: PolicySet {
    let policies = configuration.policies
    return PolicySet(
      unallocated: Self.policy(policies.unallocated),
      outOfService: Self.policy(policies.outOfService),
      unattributed: Self.policy(policies.unattributed), platform: policies.platform)
  }

  private static func policy(_ configured: Policies.Policy) -> Ledger.Policy {
    switch configured {
    case .proportional: .proportional
    case .even: .even
    case .owner: .owner
    case .platform: .platform
    case .keep: .keep
    }
  }
}

/// Labels as kube-state-metrics spells them: `app.kubernetes.io/name` is `app_kubernetes_io_name`,
/// `projectId` is `project_id`.
enum LabelSpelling {
  /// The keys of a match with their labels so spelled.
  static func matches(_ match: [String: Pattern]) -> [String: Pattern] {
    var result: [String: Pattern] = [:]
    for (key, pattern) in match {
      let prefix = TeamRule.labelMatchPrefixes.first { key.hasPrefix($0) }
      result[prefix.map { $0 + spelled(key.dropFirst($0.count)) } ?? key] = pattern
    }
    return result
  }

  /// - Source: kube-state-metrics, internal/store/utils.go: everything but letters and digits
  ///   becomes an underscore, and a capital letter after a small one or a digit begins a new word.
  private static func spelled(_ label: Substring) -> String {
    var result = ""
    var previous: Character?
    for character in label {
      let isWord = character.isASCII && (character.isLetter || character.isNumber)
      if character.isUppercase, let previous, previous.isLowercase || previous.isNumber {
        result.append("_")
      }
      result += isWord ? character.lowercased() : "_"
      previous = character
    }
    return result
  }
}
