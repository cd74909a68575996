import GRDB
import Quantities
import Records

/// Puts the facts of one host's hours in the place of those that the store has.
private struct FactWriter {
  let database: Database
  let host: HostKey
  let hostID: Int64

  init(database: Database, host: HostKey) {
    self.database = database
    self.host = host
    hostID = Identifier.of(host)
  }

  func replace(hour: UTCInstant, facts: [StateFact], pieces: [IdlePiece]) throws {
    let factRows = facts.map(row(of:)).sorted { $0.key.lexicographicallyPrecedes($1.key) }
    let pieceRows = pieces.map { row(of: $0, hour: hour) }
      .sorted { $0.lexicographicallyPrecedes($1) }
    let isSame = try factRows == stored(hour) && pieceRows == storedPieces(hour)
    if isSame { return }
    for table in ["state_hour", "idle_piece"] {
      try database.execute(
        sql: "DELETE FROM \(table) WHERE hour_ms = ? AND host_id = ?",
        arguments: [hour.milliseconds, hostID])
    }
    let insertFact = try database.cachedStatement(
      sql: "INSERT INTO state_hour VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for fact in factRows {
      let numbers: [Int64?] = [hour.milliseconds, hostID] + fact.key + fact.sums + [fact.energy]
      try insertFact.execute(arguments: StatementArguments(numbers))
    }
    let insertPiece = try database.cachedStatement(
      sql: "INSERT INTO idle_piece VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for piece in pieceRows {
      try insertPiece.execute(
        arguments: StatementArguments([hour.milliseconds, hostID] + piece))
    }
    try database.execute(
      sql: "INSERT OR IGNORE INTO unposted_hour VALUES(?)", arguments: [hour.milliseconds])
  }

  /// A fact as its columns after hour and host.
  private struct FactRow: Equatable {
    /// GPU, state, workload.
    let key: [Int64]
    /// Time, first, last, measured, activity.
    let sums: [Int64]
    let energy: Int64?
  }

  private func row(of fact: StateFact) -> FactRow {
    FactRow(
      key: [
        fact.uuid.map { Identifier.ofGPU(uuid: $0) } ?? 0, Int64(fact.state.rawValue),
        fact.workload.map { Identifier.of($0, site: host.site, cluster: host.cluster) } ?? 0,
      ],
      sums: [
        fact.gpuMilliseconds, fact.span.start.milliseconds, fact.span.end.milliseconds,
        fact.measuredMilliseconds, fact.activityPPMMilliseconds,
      ], energy: fact.energyMicrojoules)
  }

  private func row(of piece: IdlePiece, hour: UTCInstant) -> [Int64] {
    [
      Identifier.ofGPU(uuid: piece.uuid),
      Identifier.of(piece.workload, site: host.site, cluster: host.cluster),
      piece.instance.map(Int64.init) ?? -1, piece.range.start.milliseconds,
      piece.range.end.milliseconds, piece.share.numerator, piece.share.denominator,
    ]
  }

  private func stored(_ hour: UTCInstant) throws -> [FactRow] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT gpu_id, state, workload_id, gpu_ms, first_ms, last_ms, measured_gpu_ms,
          activity_ppm_ms, energy_uj
        FROM state_hour WHERE hour_ms = ? AND host_id = ? ORDER BY 1, 2, 3
        """, arguments: [hour.milliseconds, hostID]
    ).map { row in
      FactRow(key: [row[0], row[1], row[2]], sums: (3..<8).map { row[$0] }, energy: row[8])
    }
  }

  private func storedPieces(_ hour: UTCInstant) throws -> [[Int64]] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT gpu_id, workload_id, instance, start_ms, end_ms, share_numerator,
          share_denominator
        FROM idle_piece WHERE hour_ms = ? AND host_id = ? ORDER BY 1, 2, 3, 4
        """, arguments: [hour.milliseconds, hostID]
    ).map { row in (0..<7).map { row[$0] } }
  }
}

extension Store {
  /// Stores the ledger of a host for whole hours, and notes that they are no longer stale.
  ///
  /// Hours whose facts are the same already are not touched.
  package func replaceFacts(
    of host: HostKey, in window: TimeRange, facts: [StateFact], idlePieces: [IdlePiece]
  ) throws(StoreError) {
    let factsByHour = Dictionary(grouping: facts, by: \.hour)
    let piecesByHour = Dictionary(grouping: idlePieces) { $0.range.start.startOfHour }
    try write { database in
      try Registrar(database: database).register(host)
      let writer = FactWriter(database: database, host: host)
      var hour = window.start
      while hour < window.end {
        try writer.replace(
          hour: hour, facts: factsByHour[hour] ?? [], pieces: piecesByHour[hour] ?? [])
        hour = hour + UTCInstant.millisecondsPerHour
      }
      try StaleHours(database: database).clear(host: writer.hostID, range: window)
    }
  }

  /// The hosts that the store knows, by their numbers.
  package func hosts() throws(StoreError) -> [Int64: HostKey] {
    try read { database in
      var hosts: [Int64: HostKey] = [:]
      for row in try Row.fetchAll(database, sql: "SELECT id, site, cluster, name FROM host") {
        hosts[row[0]] = HostKey(site: row[1], cluster: row[2], name: row[3])
      }
      return hosts
    }
  }
}

extension Store {
  /// The time that all states of each host sum to, hour by hour in order.
  ///
  /// - Parameter body: takes an hour with facts, and its sums in milliseconds by host.
  package func forEachHour(_ body: (UTCInstant, [Int64: Int64]) -> Void) throws(StoreError) {
    try read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT hour_ms, host_id, sum(gpu_ms) FROM state_hour GROUP BY 1, 2")
      var hour: Int64?
      var sums: [Int64: Int64] = [:]
      while let row = try rows.next() {
        if let hour, hour != row[0] {
          body(UTCInstant(milliseconds: hour), sums)
          sums = [:]
        }
        hour = row[0]
        sums[row[1]] = row[2]
      }
      if let hour { body(UTCInstant(milliseconds: hour), sums) }
    }
  }
}
