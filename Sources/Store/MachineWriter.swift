import GRDB
import Quantities
import Records

/// Puts the virtual machines that a source saw in a window in the place of those that the store
/// has of it.
///
/// As with observations, by ``ReplacedRanges``.
struct MachineWriter {
  private let database: Database
  private let origin: SourceOrigin

  init(_ database: Database, of origin: SourceOrigin) {
    self.database = database
    self.origin = origin
  }

  func replace(_ machines: [Machine], in range: TimeRange) throws {
    var ranges = ReplacedRanges(try touching(range), in: range)
    let workloads = try WorkloadWriter(database, of: origin)
    var guests: [Int64: String] = [:]
    for machine in machines where !machine.range.isEmpty {
      let key = machine.workload
      let workload = try workloads.write(
        key, user: machine.user, attributes: Self.attributes(of: machine))
      guests[workload] = HostKey.short(machine.guest)
      let claim = Claim(
        workload: key, host: machine.host, range: machine.range, reach: machine.reach)
      var row = ClaimRow(claim, workload: workload).open
      row.start = 0
      ranges.add(row, machine.range)
    }
    let changes = ranges.changes
    if changes.isEmpty { return }
    var claims = try ClaimChanges(database, source: origin.name)
    for workload in Set(changes.map(\.saying.workload)) { try claims.remove(workload: workload) }
    let changed = Dictionary(grouping: changes, by: \.saying.workload)
    for (workload, changes) in changed {
      for (row, range) in try untouched(workload, changes) { claims.add(row.during(range)) }
      for (row, _, new) in changes { for range in new { claims.add(row.during(range)) } }
    }
    try claims.apply(of: origin)
    for (workload, changes) in changed {
      try markGuest(
        try guests[workload] ?? guest(of: workload), changes.flatMap { $0.old + $0.new })
    }
  }

  /// What rules of teams can match.
  private static func attributes(of machine: Machine) -> [String: String] {
    var result = machine.attributes
    result["namespace"] = machine.project
    result["user"] = machine.user
    result["uid"] = machine.uid
    if machine.guest != machine.name { result["guest"] = machine.guest }
    return result.filter { !$0.value.isEmpty }
  }

  /// The claims of a source that touch `range`, each without its time.
  private func touching(_ range: TimeRange) throws -> [ClaimRow: [TimeRange]] {
    var result: [ClaimRow: [TimeRange]] = [:]
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT \(Self.columns) FROM claim
        WHERE source = ? AND end_ms >= ? AND start_ms <= ? ORDER BY start_ms
        """, arguments: [origin.name, range.start.milliseconds, range.end.milliseconds])
    while let row = try rows.next() {
      let (claim, range) = Self.claim(row)
      result[claim, default: []].append(range)
    }
    return result
  }

  private static let columns =
    "host, workload_id, start_ms, end_ms, gpus, devices, gpu_model, gpu_divisor"

  private static func claim(_ row: Row) -> (ClaimRow, TimeRange) {
    let claim = ClaimRow(
      host: row[0], workload: row[1], start: 0, end: 0, gpus: row[4], devices: row[5],
      model: row[6], divisor: row[7])
    return (claim, TimeRange(milliseconds: row[2]..<row[3]))
  }

  /// The claims of a workload that stay as they are.
  private func untouched(
    _ workload: Int64, _ changes: [(saying: ClaimRow, old: [TimeRange], new: [TimeRange])]
  ) throws -> [(ClaimRow, TimeRange)] {
    let gone = Dictionary(
      uniqueKeysWithValues: changes.map { ($0.saying, Set($0.old.map(\.start))) })
    return try Row.fetchAll(
      database,
      sql: """
        SELECT \(Self.columns) FROM claim INDEXED BY claim_workload
        WHERE source = ? AND workload_id = ?
        """, arguments: [origin.name, workload]
    ).map(Self.claim).filter { !(gone[$0.0]?.contains($0.1.start) ?? false) }
  }

  /// What an exporter in a machine tells counts on the machine's host: the hosts by the machine's
  /// own name are to be made again too.
  private func markGuest(_ guest: String, _ ranges: [TimeRange]) throws {
    let hosts = try Int64.fetchAll(
      database, sql: "SELECT id FROM host WHERE site = ?1 AND (name = ?2 OR name LIKE ?2 || '.%')",
      arguments: [origin.site, guest])
    for host in hosts {
      for range in TimeRange.joined(ranges) {
        try StaleHours(database: database).mark(host: host, range: range)
      }
    }
  }

  private func guest(of workload: Int64) throws -> String {
    let row = try Row.fetchOne(
      database, sql: "SELECT name, attributes FROM workload WHERE id = ?", arguments: [workload])
    guard let row else { return "" }
    return HostKey.short(AttributeText.attributes(row[1])["guest"] ?? row[0])
  }
}

extension ClaimRow {
  fileprivate func during(_ range: TimeRange) -> ClaimRow {
    var row = self
    row.start = range.start.milliseconds
    row.end = range.end.milliseconds
    return row
  }
}
