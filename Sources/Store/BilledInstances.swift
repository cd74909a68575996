import GRDB
import Quantities
import Records

/// The instances with GPUs that a source's bills tell of, as hosts: their slots are there, and held
/// by who is billed for them, for as long as is billed.
struct BilledInstances {
  private let database: Database
  private let origin: SourceOrigin
  /// The hosts of the site's other clusters: what is known of them tells more than a bill does.
  private let otherHosts: Set<String>

  init(_ database: Database, of origin: SourceOrigin) throws {
    self.database = database
    self.origin = origin
    otherHosts = Set(
      try String.fetchAll(
        database, sql: "SELECT name FROM host WHERE site = ? AND cluster <> ?",
        arguments: [origin.site, origin.cluster]
      ).map(HostKey.short))
  }

  /// One use of an instance.
  private struct Use: Hashable {
    let start: Int64
    let end: Int64
    /// Which of the kinds.
    let kind: Int32
  }

  /// What a unit of use is.
  private struct Kind: Hashable {
    let gpus: Int64
    let divisor: Int64
    let model: String
    /// - Unit: milliseconds of one unit.
    let unit: Int64
  }

  private struct Instance {
    /// By use: how many units, in millionths.
    var uses: [Use: Int64] = [:]
    var attributes: [String: String] = [:]
    /// Which item says so.
    var item: Int64?
  }

  /// Makes all claims and slots anew, of which those that change make hours stale.
  ///
  /// - Parameter hours: those of which the bills tell otherwise now.
  func renew(_ hours: Set<Int64>) throws {
    let (instances, kinds) = try self.instances()
    var claims = try ClaimChanges(database, source: origin.name)
    for workload in try Int64.fetchAll(
      database, sql: "SELECT DISTINCT workload_id FROM claim WHERE source = ?",
      arguments: [origin.name])
    {
      try claims.remove(workload: workload)
    }
    let workloads = try WorkloadWriter(database, of: origin)
    var nodes: [Observation] = []
    for (name, instance) in instances.sorted(by: { $0.key < $1.key }) {
      let slots = Self.slots(of: instance.uses, kinds)
      if slots.isEmpty { continue }
      let key = WorkloadKey(
        kind: .instance, namespace: "", name: name, uid: origin.name)
      let workload = try workloads.write(key, user: "", attributes: instance.attributes)
      try Registrar(database: database).register(
        HostKey(site: origin.site, cluster: origin.cluster, name: name))
      for slots in slots {
        nodes.append(slots.observation(of: name))
        claims.add(
          ClaimRow(
            Claim(workload: key, host: name, range: slots.range, reach: .all), workload: workload))
      }
    }
    try claims.apply(of: origin)
    let touched = nodes.map(\.range) + hours.map { TimeRange(milliseconds: $0..<($0 + 3_600_000)) }
    guard let start = touched.map(\.start).min(), let end = touched.map(\.end).max() else { return }
    let range = TimeRange(start, end)
    let names = try ObservationWriter(database: database, source: origin.name)
      .replace(nodes, in: range)
    for name in names {
      try StaleHours(database: database).mark(node: name, ranges: [range], of: origin)
    }
    try database.execute(
      sql: "INSERT OR IGNORE INTO side_source VALUES(?)", arguments: [origin.name])
    for range in TimeRange.joined(
      nodes.map { TimeRange($0.range.start.startOfHour, $0.range.end.endOfHour) })
    {
      try SourceHours.record(
        source: origin.name, range: range, status: .complete, detail: "", in: database)
    }
  }

  private func instances() throws -> (instances: [String: Instance], kinds: [Kind]) {
    let (items, kinds) = try self.items()
    let rows = try RawStatement(
      """
      SELECT item_id, start_ms, end_ms, quantity_micros FROM bill_charge
      WHERE file_id IN (SELECT id FROM bill_file WHERE source = ?) AND quantity_micros IS NOT NULL
      """, in: database)
    rows.bind(origin.name, at: 1)
    var instances: [String: Instance] = [:]
    while try rows.step() {
      guard let item = items[rows.number(0)] else { continue }
      let use = Use(start: rows.number(1), end: rows.number(2), kind: item.kind)
      instances[item.host, default: Instance()].uses[use, default: 0] += rows.number(3)
    }
    for item in items.values {
      // Of several items of an instance, one always says whose it is.
      let known = instances[item.host]?.item ?? .max
      if item.id < known, instances[item.host] != nil {
        instances[item.host]?.item = item.id
        instances[item.host]?.attributes = item.attributes
      }
    }
    return (instances, kinds)
  }

  /// What is billed for the time of instances with GPUs.
  private struct Item {
    let id: Int64
    let host: String
    let kind: Int32
    let attributes: [String: String]
  }

  private func items() throws -> (items: [Int64: Item], kinds: [Kind]) {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT \(BillItemRow.columns), gpu_model, gpus, gpu_divisor FROM bill_item AS item
        WHERE source = ? AND gpus IS NOT NULL AND category = 'usage' AND NOT is_correction
        """, arguments: [origin.name])
    var items: [Int64: Item] = [:]
    var kinds: [Kind] = []
    var numbers: [Kind: Int32] = [:]
    while let row = try rows.next() {
      let item = BillItemRow(row)
      guard let host = item.host, let unit = item.unitMilliseconds, !otherHosts.contains(host)
      else { continue }
      let id: Int64 = row["item_id"]
      let kind = Kind(
        gpus: row["gpus"], divisor: row["gpu_divisor"], model: row["gpu_model"] ?? "", unit: unit)
      if numbers[kind] == nil {
        numbers[kind] = Int32(kinds.count)
        kinds.append(kind)
      }
      items[id] = Item(
        id: id, host: host, kind: numbers[kind] ?? 0, attributes: item.attributes)
    }
    return (items, kinds)
  }

  /// So many slots of a host for a time.
  private struct Slots {
    let model: String
    let count: Int64
    let range: TimeRange

    func observation(of host: String) -> Observation {
      Observation(
        kind: .schedulerNode, subject: host,
        attributes: ["gpus": String(count), "gpu_type": model], range: range)
    }
  }

  /// When an instance had how many GPUs.
  ///
  /// What is used for less than the time it is billed for counts from the beginning of that; more
  /// units than fit into it are as many instances at once. A part of a card is the card for a part
  /// of the time.
  private static func slots(of uses: [Use: Int64], _ kinds: [Kind]) -> [Slots] {
    struct Same: Hashable {
      let model: String
      let count: Int64
    }
    var ranges: [Same: [TimeRange]] = [:]
    for (use, quantity) in uses where quantity > 0 {
      let length = Int128(use.end - use.start)
      guard length > 0 else { continue }
      // Millionths of milliseconds.
      let kind = kinds[Int(use.kind)]
      let used = Int128(quantity) * Int128(kind.unit)
      let whole = length * 1_000_000
      let instances = max(1, (used + whole - 1) / whole)
      let milliseconds = Rounding.halfEven(
        used, dividedBy: instances * Int128(kind.divisor) * 1_000_000)
      guard milliseconds > 0, let count = Int64(exactly: Int128(kind.gpus) * instances),
        let time = Int64(exactly: milliseconds)
      else { continue }
      ranges[Same(model: kind.model, count: count), default: []].append(
        TimeRange(milliseconds: use.start..<(use.start + time)))
    }
    return ranges.flatMap { same, ranges in
      TimeRange.joined(ranges).map { Slots(model: same.model, count: same.count, range: $0) }
    }.sorted { ($0.range.start, $0.count, $0.model) < ($1.range.start, $1.count, $1.model) }
  }
}

/// A row of `bill_item`, as far as it says whose and of what its charges are.
struct BillItemRow {
  static let columns = """
    item.id AS item_id, item.currency AS currency, item.category AS category,
      item.is_correction AS is_correction, item.provider AS provider,
      item.billing_account AS billing_account, item.account AS account,
      item.account_name AS account_name, item.service AS service, item.region AS region,
      item.resource AS resource, item.sku AS sku, item.instance_type AS instance_type,
      item.unit AS unit, item.tags AS tags
    """
  private let row: Row

  init(_ row: Row) {
    self.row = row
  }

  var account: String { row["account"] ?? "" }

  /// The host that an instance is: the last part of its name at the provider; where the bill names
  /// none, all of a type and account are one.
  var host: String? {
    if let resource: String = row["resource"], let name = resource.split(separator: "/").last {
      return HostKey.short(name.split(separator: ":").last.map(String.init) ?? String(name))
    }
    guard let type: String = row["instance_type"] ?? row["sku"] else { return nil }
    return HostKey.short((type + " " + account).replacing(".", with: "-"))
  }

  /// - Unit: milliseconds; nil where its quantity isn't time.
  var unitMilliseconds: Int64? {
    guard let unit: String = row["unit"] else { return nil }
    switch unit.lowercased() {
    case "hrs", "hr", "hours", "hour", "h", "1 hour", "gpu-hours", "instance-hours":
      return UTCInstant.millisecondsPerHour
    case "seconds", "second", "s", "sec", "gpu-seconds": return 1_000
    default: return nil
    }
  }

  /// What rules of teams can match.
  var attributes: [String: String] {
    var result: [String: String] = [:]
    for key in [
      "provider", "billing_account", "account", "account_name", "service", "region", "resource",
      "instance_type",
    ] {
      if let text: String = row[key], !text.isEmpty { result[key] = text }
    }
    for (name, value) in AttributeText.attributes(row["tags"] ?? "{}") {
      result["tag:" + name] = value
    }
    return result
  }
}
