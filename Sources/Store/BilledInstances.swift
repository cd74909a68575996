import GRDB
import Quantities
import Records

/// The instances with GPUs that a source's bills tell of, as hosts: their slots are there, and held
/// by who is billed for them, for as long as is billed.
struct BilledInstances {
  /// How many are written before the changes of their claims are.
  private static let instancesAtOnce = 256

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

  /// Makes all claims and slots anew, of which those that change make hours stale.
  func renew() throws {
    let instances = try BilledUse(database, source: origin.name, otherHosts: otherHosts)
      .instances()
    var left = Set(
      try Int64.fetchAll(
        database, sql: "SELECT DISTINCT workload_id FROM claim WHERE source = ?",
        arguments: [origin.name]))
    var gone = Set(
      try String.fetchAll(
        database, sql: "SELECT DISTINCT subject FROM observation WHERE source = ? AND kind = ?",
        arguments: [origin.name, Observation.Kind.schedulerNode.rawValue]))
    var claims = try ClaimChanges(database, source: origin.name)
    let workloads = try WorkloadWriter(database, of: origin)
    var hours: Set<Int64> = []
    for (number, instance) in instances.enumerated() {
      let slots = instance.slots
      if slots.isEmpty { continue }
      gone.remove(instance.name)
      left.remove(try renew(instance, slots, workloads, &claims))
      for slots in slots { hours.formUnion(slots.range.hours) }
      if number % Self.instancesAtOnce == 0 { try claims.applyAndClear(of: origin) }
    }
    for workload in left.sorted() { try claims.remove(workload: workload) }
    try claims.applyAndClear(of: origin)
    for name in gone.sorted() { try tell([], of: name) }
    try database.execute(
      sql: "INSERT OR IGNORE INTO side_source VALUES(?)", arguments: [origin.name])
    for range in TimeRange.joined(hours.map { TimeRange(hour: $0) }) {
      try SourceHours.record(
        source: origin.name, range: range, status: .complete, detail: "", in: database)
    }
  }

  /// - Returns: the number of the workload that the instance is.
  private func renew(
    _ instance: BilledUse.Instance, _ slots: [BilledUse.Slots], _ workloads: WorkloadWriter,
    _ claims: inout ClaimChanges
  ) throws -> Int64 {
    let key = WorkloadKey(
      kind: .instance, namespace: "", name: instance.name, uid: origin.name)
    let workload = try workloads.write(key, user: "", attributes: try attributes(instance.item))
    try Registrar(database: database).register(
      HostKey(site: origin.site, cluster: origin.cluster, name: instance.name))
    try claims.remove(workload: workload)
    for slots in slots {
      let claim = Claim(workload: key, host: instance.name, range: slots.range, reach: .all)
      claims.add(ClaimRow(claim, workload: workload))
    }
    try tell(
      slots.map { slots in
        Observation(
          kind: .schedulerNode, subject: instance.name,
          attributes: ["gpus": String(slots.count), "gpu_type": slots.model], range: slots.range)
      }, of: instance.name)
    return workload
  }

  /// Says of a host when it had how many GPUs, and nothing else.
  private func tell(_ nodes: [Observation], of name: String) throws {
    let changed = try ObservationWriter(database: database, source: origin.name)
      .replaceAll(.schedulerNode, of: name, nodes)
    if changed.isEmpty { return }
    try StaleHours(database: database).mark(node: name, ranges: changed, of: origin)
  }

  /// What an item says of whose it is.
  private func attributes(_ item: Int64) throws -> [String: String] {
    let row = try Row.fetchOne(
      database, sql: "SELECT \(BillItemRow.columns) FROM bill_item AS item WHERE id = ?",
      arguments: [item])
    return row.map { BillItemRow($0).attributes } ?? [:]
  }
}

extension TimeRange {
  /// The UTC hour that starts at `start`.
  fileprivate init(hour start: Int64) {
    self.init(milliseconds: start..<(start + UTCInstant.millisecondsPerHour))
  }

  /// The starts of the UTC hours that it touches.
  fileprivate var hours: StrideTo<Int64> {
    stride(
      from: start.startOfHour.milliseconds, to: end.milliseconds,
      by: Int(UTCInstant.millisecondsPerHour))
  }
}
