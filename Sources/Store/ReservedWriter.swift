import GRDB

/// What a reserved GPU did in an hour, as the columns of `reserved_hour` besides the host.
struct ReservedRow: Hashable {
  let hour: Int64
  /// 0 for slots never seen.
  let gpu: Int64
  let reservation: Int64
  let state: Int64
  /// 0 for nobody.
  let workload: Int64
  let milliseconds: Int64
}

/// Puts what reserved GPUs did in hosts' hours in the place of what the store has of them.
struct ReservedWriter {
  private let select: RawStatement
  private let delete: RawStatement
  private let insert: RawStatement

  init(database: Database) throws {
    select = try RawStatement(
      """
      SELECT gpu_id, reservation_id, state, workload_id, gpu_ms FROM reserved_hour
      WHERE hour_ms = ? AND host_id = ?
      """, in: database)
    delete = try RawStatement(
      "DELETE FROM reserved_hour WHERE hour_ms = ? AND host_id = ?", in: database)
    insert = try RawStatement(
      "INSERT INTO reserved_hour VALUES(?, ?, ?, ?, ?, ?, ?)", in: database)
  }

  func replace(hour: Int64, host: Int64, _ rows: [ReservedRow]) throws {
    let old = try stored(hour, host)
    if old == Set(rows) { return }
    delete.bind(hour, at: 1)
    delete.bind(host, at: 2)
    if !old.isEmpty { try delete.run() }
    for row in rows {
      let numbers = [hour, host, row.gpu, row.reservation, row.state, row.workload]
      for (index, number) in numbers.enumerated() { insert.bind(number, at: Int32(index + 1)) }
      insert.bind(row.milliseconds, at: 7)
      try insert.run()
    }
  }

  private func stored(_ hour: Int64, _ host: Int64) throws -> Set<ReservedRow> {
    select.bind(hour, at: 1)
    select.bind(host, at: 2)
    defer { select.reset() }
    var rows: Set<ReservedRow> = []
    while try select.step() {
      rows.insert(
        ReservedRow(
          hour: hour, gpu: select.number(0), reservation: select.number(1),
          state: select.number(2), workload: select.number(3), milliseconds: select.number(4)))
    }
    return rows
  }
}
