import GRDB
import Quantities
import Records

/// A row of `claim` besides its source.
struct ClaimRow: Hashable {
  var host: String
  var workload: Int64
  var start: Int64
  var end: Int64
  /// nil for all of the host's GPUs.
  var gpus: Int64?
  var devices = ""
  var model = ""
  /// Into how many parts a card is divided, of which `gpus` counts.
  var divisor: Int64 = 1

  init(_ claim: Claim, workload: Int64) {
    host = HostKey.short(claim.host)
    self.workload = workload
    start = claim.range.start.milliseconds
    end = claim.range.end.milliseconds
    switch claim.reach {
    case .all: gpus = nil
    case .uuids(let uuids):
      gpus = Int64(uuids.count)
      devices = uuids.joined(separator: ",")
    case .indexes(let indexes):
      gpus = Int64(indexes.count)
      devices = indexes.map(String.init).joined(separator: ",")
    case .count(let count), .including(_, let count): gpus = Int64(count)
    case .parts(let count, of: let divisor):
      gpus = Int64(count)
      self.divisor = Int64(divisor)
    }
  }

  init(
    host: String, workload: Int64, start: Int64, end: Int64, gpus: Int64?, devices: String,
    model: String, divisor: Int64 = 1
  ) {
    self.host = host
    self.workload = workload
    self.start = start
    self.end = end
    self.gpus = gpus
    self.devices = devices
    self.model = model
    self.divisor = divisor
  }

  /// The row without its end, which is what differs where a run goes on.
  var open: ClaimRow {
    var row = self
    row.end = 0
    return row
  }

  /// Whether it is for any GPUs of the cluster.
  var isOpen: Bool { host.isEmpty && devices.isEmpty }

  /// Which of a host's GPUs a row means.
  static func reach(gpus: Int64?, devices: String, divisor: Int64) -> Claim.Reach {
    guard let gpus else { return .all }
    if divisor > 1 { return .parts(Int(gpus), of: Int(divisor)) }
    if devices.isEmpty { return .count(Int(gpus)) }
    let names = devices.split(separator: ",")
    let indexes = names.compactMap { Int($0) }
    return indexes.count == names.count ? .indexes(indexes) : .uuids(names.map(String.init))
  }
}

/// The claims that an import takes away and brings; what is the same before and after isn't
/// touched, and hosts' hours are stale only where something changed.
struct ClaimChanges {
  private let database: Database
  private let source: String
  private let select: RawStatement
  private let selectHost: RawStatement
  private var old: Set<ClaimRow> = []
  private var new: Set<ClaimRow> = []

  init(_ database: Database, source: String) throws {
    self.database = database
    self.source = source
    // Left to itself, SQLite reads all claims of the source.
    let found = """
      SELECT host, start_ms, end_ms, gpus, devices, gpu_model, gpu_divisor
      FROM claim INDEXED BY claim_workload
      WHERE source = ? AND workload_id = ?
      """
    select = try RawStatement(found, in: database)
    selectHost = try RawStatement(found + " AND host = ?", in: database)
    select.bind(source, at: 1)
    selectHost.bind(source, at: 1)
  }

  /// Takes the claims of a workload away, or those on a host.
  mutating func remove(workload: Int64, host: String? = nil) throws {
    let select = host == nil ? self.select : selectHost
    select.bind(workload, at: 2)
    if let host { select.bind(host, at: 3) }
    defer { select.reset() }
    while try select.step() {
      old.insert(
        ClaimRow(
          host: select.text(0), workload: workload, start: select.number(1),
          end: select.number(2), gpus: select.optionalNumber(3), devices: select.text(4),
          model: select.text(5), divisor: select.number(6)))
    }
  }

  mutating func add(_ row: ClaimRow) { new.insert(row) }

  /// Ends the claims of a workload at `end`, those that would go on.
  mutating func end(workload: Int64, at end: Int64) throws {
    let before = old
    try remove(workload: workload)
    for var row in old.subtracting(before) where row.start < end {
      row.end = min(row.end, end)
      add(row)
    }
  }

  /// Which GPUs a run has is told while it runs only: what was known of them stays.
  private mutating func keepDevices() {
    var known: [ClaimRow: String] = [:]
    for row in old where !row.devices.isEmpty {
      var bare = row.open
      bare.devices = ""
      known[bare] = row.devices
    }
    if known.isEmpty { return }
    new = Set(
      new.map { row in
        guard row.devices.isEmpty, let devices = known[row.open] else { return row }
        var row = row
        row.devices = devices
        return row
      })
  }

  /// Writes the changes, and marks the hosts' hours that they concern.
  mutating func apply(of origin: SourceOrigin) throws {
    keepDevices()
    let gone = old.subtracting(new)
    let come = new.subtracting(old)
    let delete = try RawStatement(
      """
      DELETE FROM claim
      WHERE source = ? AND host = ? AND end_ms = ? AND start_ms = ? AND workload_id = ?
      """, in: database)
    for row in gone {
      delete.bind(source, at: 1)
      delete.bind(row.host, at: 2)
      delete.bind(row.end, at: 3)
      delete.bind(row.start, at: 4)
      delete.bind(row.workload, at: 5)
      try delete.run()
    }
    let insert = try RawStatement(
      "INSERT OR REPLACE INTO claim VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)", in: database)
    for row in come.sorted(by: { ($0.host, $0.end, $0.start) < ($1.host, $1.end, $1.start) }) {
      insert.bind(source, at: 1)
      insert.bind(row.host, at: 2)
      insert.bind(row.workload, at: 3)
      insert.bind(row.start, at: 4)
      insert.bind(row.end, at: 5)
      insert.bind(row.gpus, at: 6)
      insert.bind(row.devices, at: 7)
      insert.bind(row.model, at: 8)
      insert.bind(row.divisor, at: 9)
      try insert.run()
    }
    let stale = StaleHours(database: database)
    for (host, ranges) in Self.changed(gone.filter { !$0.isOpen }, come.filter { !$0.isOpen }) {
      try stale.mark(node: host, ranges: ranges, of: origin)
    }
    let place = WorkloadPlace(site: origin.site, cluster: origin.cluster)
    for ranges in Self.changed(gone.filter(\.isOpen), come.filter(\.isOpen)).values {
      for range in ranges {
        try stale.mark(host: Identifier.ofOpenBookings(place), range: range)
      }
    }
  }

  /// The same, and begins anew.
  mutating func applyAndClear(of origin: SourceOrigin) throws {
    try apply(of: origin)
    old = []
    new = []
  }

  /// When the claims on each host are other ones now; one that only ends later counts from its old
  /// end on.
  private static func changed(
    _ gone: Set<ClaimRow>, _ come: Set<ClaimRow>
  ) -> [String: [TimeRange]] {
    var ends: [ClaimRow: (old: Int64?, new: Int64?)] = [:]
    for row in gone { ends[row.open, default: (nil, nil)].old = row.end }
    for row in come { ends[row.open, default: (nil, nil)].new = row.end }
    var ranges: [String: [TimeRange]] = [:]
    for (row, end) in ends {
      let from = end.old.flatMap { old in end.new.map { min(old, $0) } } ?? row.start
      let to = max(end.old ?? from, end.new ?? from)
      let hours = TimeRange(
        UTCInstant(milliseconds: from).startOfHour, UTCInstant(milliseconds: to).endOfHour)
      if from < to { ranges[row.host, default: []].append(hours) }
    }
    return ranges.mapValues(TimeRange.joined)
  }
}

extension Store {
  /// What claims say of a host, and of any host of its cluster.
  ///
  /// - Parameter sources: those of the host's cluster.
  package func claims(
    on host: String, sources: [String], in range: TimeRange
  ) throws(StoreError) -> [Claim] {
    try read { database in
      let rows = try RawStatement(
        """
        SELECT kind, namespace, name, uid, start_ms, end_ms, gpus, devices, gpu_divisor FROM claim
        JOIN workload ON workload.id = workload_id
        WHERE source = ?1 AND host = ?2 AND end_ms > ?3 AND start_ms < ?4
          AND (host <> '' OR devices <> '')
        """, in: database)
      rows.bind(range.start.milliseconds, at: 3)
      rows.bind(range.end.milliseconds, at: 4)
      var claims: [Claim] = []
      for source in sources.sorted() {
        for name in [HostKey.short(host), ""] {
          rows.bind(source, at: 1)
          rows.bind(name, at: 2)
          while try rows.step() {
            guard let kind = WorkloadKey.Kind(text: rows.text(0)) else { continue }
            claims.append(
              Claim(
                workload: WorkloadKey(
                  kind: kind, namespace: rows.text(1), name: rows.text(2), uid: rows.text(3)),
                host: host, range: TimeRange(milliseconds: rows.number(4)..<rows.number(5)),
                reach: ClaimRow.reach(
                  gpus: rows.optionalNumber(6), devices: rows.text(7), divisor: rows.number(8))))
          }
          rows.reset()
        }
      }
      return claims
    }
  }
}
