import GRDB
import Quantities
import Records

/// The facts of all hosts of a cluster in an hour, as they are before bookings for any GPUs are
/// laid on them.
package struct ClusterHour: Sendable {
  package struct Row: Hashable, Sendable {
    package let host: Int64
    /// 0 for slots never seen.
    package let gpu: Int64
    package let state: State
    /// 0 for nobody.
    package let workload: Int64
    package var gpuMilliseconds: Int64
    /// The part of it that bookings of its host cover.
    package fileprivate(set) var boundMilliseconds: Int64 = 0
    fileprivate var first: Int64
    fileprivate var last: Int64
    /// Measured time and activity, which are divided as the time is.
    fileprivate var sums: [Int64]
    fileprivate var energy: Int64?
    fileprivate var shared: Int64
  }

  package let hour: UTCInstant
  package fileprivate(set) var rows: [Row]
}

/// A part of a row that a booking for any GPUs has.
package struct LaidPart: Hashable, Sendable {
  package let booking: Int64
  /// The row, counted from zero.
  package let row: Int
  package let gpuMilliseconds: Int64

  package init(booking: Int64, row: Int, gpuMilliseconds: Int64) {
    self.booking = booking
    self.row = row
    self.gpuMilliseconds = gpuMilliseconds
  }
}

extension Store {
  /// The facts of a cluster's hour.
  package func clusterHour(
    _ hour: UTCInstant, of place: WorkloadPlace
  ) throws(StoreError) -> ClusterHour {
    try read { try OpenBookingTable($0, place).read(hour) }
  }

  /// Stores what bookings for any GPUs have of clusters' hours, in one transaction, in the place of
  /// what they had; and notes that `range` is laid.
  ///
  /// The free time that they have is theirs: `reserved_unused`, marked as shared. All of what they
  /// have is in `reserved_hour`.
  package func layBookings(
    _ hours: [(hour: ClusterHour, parts: [LaidPart])], of place: WorkloadPlace, range: TimeRange
  ) throws(StoreError) {
    try write { database in
      let table = try OpenBookingTable(database, place)
      for (hour, parts) in hours { try table.write(hour, parts) }
      try StaleHours(database: database).clear(
        host: Identifier.ofOpenBookings(place), range: range)
    }
  }
}

/// What bookings for any GPUs of a cluster have in `state_hour` and `reserved_hour`.
private struct OpenBookingTable {
  private let database: Database
  private let hosts: Set<Int64>
  /// The workloads of bookings of hosts or GPUs.
  private let bound: Set<Int64>

  init(_ database: Database, _ place: WorkloadPlace) throws {
    self.database = database
    hosts = Set(
      try Int64.fetchAll(
        database, sql: "SELECT id FROM host WHERE site = ? AND cluster = ?",
        arguments: [place.site, place.cluster]))
    bound = Set(
      try Int64.fetchAll(
        database,
        sql: "SELECT workload_id FROM reservation WHERE hosts <> '' OR devices <> ''"))
  }

  private struct Key: Hashable {
    let host: Int64
    let gpu: Int64
    let state: Int64
    let workload: Int64
  }

  func read(_ hour: UTCInstant) throws -> ClusterHour {
    let facts = try facts(hour)
    var rows: [Key: ClusterHour.Row] = [:]
    for fact in facts {
      let free = fact.isLaid ? fact.free : fact
      let key = Key(
        host: free.host, gpu: free.gpu, state: Int64(free.state.rawValue), workload: free.workload)
      rows[key] = rows[key].map { $0.joined(with: free) } ?? free
    }
    for time in try reserved(hour) where bound.contains(time.row.reservation) {
      let key = Key(
        host: time.host, gpu: time.row.gpu, state: time.row.state, workload: time.row.workload)
      rows[key]?.boundMilliseconds += time.row.milliseconds
    }
    return ClusterHour(
      hour: hour,
      rows: rows.values.sorted {
        ($0.host, $0.gpu, $0.state, $0.workload) < ($1.host, $1.gpu, $1.state, $1.workload)
      })
  }

  private func facts(_ hour: UTCInstant) throws -> [ClusterHour.Row] {
    let select = try RawStatement(
      """
      SELECT host_id, gpu_id, state, workload_id, gpu_ms, first_ms, last_ms, measured_gpu_ms,
        activity_ppm_ms, energy_uj, shared_gpu_ms
      FROM state_hour WHERE hour_ms = ?
      """, in: database)
    select.bind(hour.milliseconds, at: 1)
    var rows: [ClusterHour.Row] = []
    while try select.step() {
      guard hosts.contains(select.number(0)), let state = State(rawValue: Int(select.number(2)))
      else { continue }
      rows.append(
        ClusterHour.Row(
          host: select.number(0), gpu: select.number(1), state: state,
          workload: select.number(3), gpuMilliseconds: select.number(4),
          first: select.number(5), last: select.number(6),
          sums: [select.number(7), select.number(8)], energy: select.optionalNumber(9),
          shared: select.number(10)))
    }
    return rows
  }

  private func reserved(_ hour: UTCInstant) throws -> [(host: Int64, row: ReservedRow)] {
    let select = try RawStatement(
      """
      SELECT host_id, gpu_id, reservation_id, state, workload_id, gpu_ms FROM reserved_hour
      WHERE hour_ms = ?
      """, in: database)
    select.bind(hour.milliseconds, at: 1)
    var rows: [(host: Int64, row: ReservedRow)] = []
    while try select.step() {
      guard hosts.contains(select.number(0)) else { continue }
      rows.append(
        (
          select.number(0),
          ReservedRow(
            hour: hour.milliseconds, gpu: select.number(1), reservation: select.number(2),
            state: select.number(3), workload: select.number(4), milliseconds: select.number(5))
        ))
    }
    return rows
  }

  func write(_ hour: ClusterHour, _ parts: [LaidPart]) throws {
    try writeReserved(hour, parts)
    let byRow = Dictionary(grouping: parts, by: \.row)
    let new = hour.rows.enumerated().flatMap { $1.divided(among: byRow[$0] ?? []) }
    let old = Set(try facts(hour.hour))
    if old == Set(new.map(\.plain)) { return }
    let delete = try RawStatement(
      "DELETE FROM state_hour WHERE hour_ms = ? AND host_id = ?", in: database)
    for host in Set(old.map(\.host)) {
      delete.bind(hour.hour.milliseconds, at: 1)
      delete.bind(host, at: 2)
      try delete.run()
    }
    let insert = try RawStatement(
      "INSERT INTO state_hour VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", in: database)
    for row in new {
      let numbers =
        [
          hour.hour.milliseconds, row.host, row.gpu, Int64(row.state.rawValue), row.workload,
          row.gpuMilliseconds, row.first, row.last,
        ] + row.sums
      for (index, number) in numbers.enumerated() { insert.bind(number, at: Int32(index + 1)) }
      insert.bind(row.energy, at: 11)
      insert.bind(row.shared, at: 12)
      try insert.run()
    }
    try database.execute(
      sql: "INSERT OR IGNORE INTO unposted_hour VALUES(?)", arguments: [hour.hour.milliseconds])
  }

  private func writeReserved(_ hour: ClusterHour, _ parts: [LaidPart]) throws {
    let writer = try ReservedWriter(database: database)
    let byHost = Dictionary(grouping: parts) { hour.rows[$0.row].host }
    let stored = Dictionary(grouping: try reserved(hour.hour), by: \.host)
    for host in Set(byHost.keys).union(stored.keys) {
      let own = (stored[host] ?? []).map(\.row).filter { bound.contains($0.reservation) }
      let laid = (byHost[host] ?? []).map { part in
        let row = hour.rows[part.row]
        let state = row.state == .unallocated ? State.reservedUnused : row.state
        return ReservedRow(
          hour: hour.hour.milliseconds, gpu: row.gpu, reservation: part.booking,
          state: Int64(state.rawValue), workload: row.workload,
          milliseconds: part.gpuMilliseconds)
      }
      try writer.replace(hour: hour.hour.milliseconds, host: host, own + laid)
    }
  }
}

extension ClusterHour.Row {
  /// Whether a booking for any GPUs has it: what bookings of hosts leave unused is marked as theirs
  /// alone.
  fileprivate var isLaid: Bool { state == .reservedUnused && shared > 0 }

  /// The row as it was before a booking had it.
  fileprivate var free: Self { with(.unallocated, workload: 0, shared: 0) }

  /// The row without what isn't a column of it.
  fileprivate var plain: Self {
    var row = self
    row.boundMilliseconds = 0
    return row
  }

  private func with(_ state: State, workload: Int64, shared: Int64) -> Self {
    Self(
      host: host, gpu: gpu, state: state, workload: workload, gpuMilliseconds: gpuMilliseconds,
      first: first, last: last, sums: sums, energy: energy, shared: shared)
  }

  fileprivate func joined(with other: Self) -> Self {
    var row = self
    row.gpuMilliseconds += other.gpuMilliseconds
    row.first = min(first, other.first)
    row.last = max(last, other.last)
    row.sums = zip(sums, other.sums).map(+)
    row.energy = energy.flatMap { energy in other.energy.map { energy + $0 } }
    row.shared += other.shared
    return row
  }

  /// The row, with what bookings have of its free time in rows of their own; its other numbers are
  /// divided as the time is.
  fileprivate func divided(among parts: [LaidPart]) -> [Self] {
    guard state == .unallocated, !parts.isEmpty else { return [self] }
    let rest = gpuMilliseconds - parts.reduce(0) { $0 + $1.gpuMilliseconds }
    let weights = parts.map(\.gpuMilliseconds) + [rest]
    func shares(_ sum: Int64) -> [Int64] { Apportionment.split(sum, by: weights) ?? [] }
    let sums = self.sums.map(shares)
    let energies = energy.map(shares)
    let rows = weights.indices.map { index in
      let isRest = index == parts.count
      var row = with(
        isRest ? .unallocated : .reservedUnused, workload: isRest ? 0 : parts[index].booking,
        shared: isRest ? shared : weights[index])
      row.gpuMilliseconds = weights[index]
      row.sums = sums.map { $0[index] }
      row.energy = energies?[index]
      return row
    }
    return rows.filter { $0.gpuMilliseconds > 0 }
  }
}
