import GRDB
import Quantities
import Records

/// The ledger of one host for whole hours, to be stored.
package struct HostFacts: Sendable {
  package let host: HostKey
  package let window: TimeRange
  package let facts: [StateFact]
  package let idlePieces: [IdlePiece]
  package let reserved: [ReservedTime]
  /// The clusters of workloads that are not of the host's own.
  package let clusters: [WorkloadKey: String]

  package init(
    host: HostKey, window: TimeRange, facts: [StateFact], idlePieces: [IdlePiece],
    reserved: [ReservedTime] = [], clusters: [WorkloadKey: String] = [:]
  ) {
    self.clusters = clusters
    self.reserved = reserved
    self.host = host
    self.window = window
    self.facts = facts
    self.idlePieces = idlePieces
  }
}

/// Puts facts of hosts' hours in the place of those that the store has.
private struct FactWriter {
  private let selectFacts: RawStatement
  private let selectPieces: RawStatement
  private let deleteFacts: RawStatement
  private let deletePieces: RawStatement
  private let insertFact: RawStatement
  private let insertPiece: RawStatement
  private let markUnposted: RawStatement
  private let reserved: ReservedWriter

  init(database: Database) throws {
    selectFacts = try RawStatement(
      """
      SELECT gpu_id, state, workload_id, gpu_ms, first_ms, last_ms, measured_gpu_ms,
        activity_ppm_ms, shared_gpu_ms, energy_uj
      FROM state_hour WHERE hour_ms = ? AND host_id = ? ORDER BY 1, 2, 3
      """, in: database)
    selectPieces = try RawStatement(
      """
      SELECT gpu_id, workload_id, instance, start_ms, end_ms, share_numerator, share_denominator
      FROM idle_piece WHERE hour_ms = ? AND host_id = ? ORDER BY 1, 2, 3, 4
      """, in: database)
    deleteFacts = try RawStatement(
      "DELETE FROM state_hour WHERE hour_ms = ? AND host_id = ?", in: database)
    deletePieces = try RawStatement(
      "DELETE FROM idle_piece WHERE hour_ms = ? AND host_id = ?", in: database)
    insertFact = try RawStatement(
      "INSERT INTO state_hour VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", in: database)
    insertPiece = try RawStatement(
      "INSERT INTO idle_piece VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)", in: database)
    reserved = try ReservedWriter(database: database)
    markUnposted = try RawStatement("INSERT OR IGNORE INTO unposted_hour VALUES(?)", in: database)
  }

  /// - Parameters: `facts` and `pieces` in the order of their keys.
  func replace(
    hour: Int64, host: Int64, facts: ArraySlice<FactRow>, pieces: ArraySlice<PieceRow>,
    reserved rows: [ReservedRow]
  ) throws {
    try reserved.replace(hour: hour, host: host, rows)
    let isSame = try holds(hour, host, facts) && holds(hour, host, pieces)
    if isSame { return }
    deleteFacts.bind(hour, at: 1)
    deleteFacts.bind(host, at: 2)
    try deleteFacts.run()
    deletePieces.bind(hour, at: 1)
    deletePieces.bind(host, at: 2)
    try deletePieces.run()
    for fact in facts {
      insertFact.bind(hour, at: 1)
      insertFact.bind(host, at: 2)
      for column in 0..<8 { insertFact.bind(fact.numbers[column], at: Int32(column) + 3) }
      insertFact.bind(fact.energy, at: 11)
      insertFact.bind(fact.numbers[8], at: 12)
      try insertFact.run()
    }
    for piece in pieces {
      insertPiece.bind(hour, at: 1)
      insertPiece.bind(host, at: 2)
      for column in 0..<7 { insertPiece.bind(piece.numbers[column], at: Int32(column) + 3) }
      try insertPiece.run()
    }
    markUnposted.bind(hour, at: 1)
    try markUnposted.run()
  }

  private func holds(_ hour: Int64, _ host: Int64, _ rows: ArraySlice<FactRow>) throws -> Bool {
    selectFacts.bind(hour, at: 1)
    selectFacts.bind(host, at: 2)
    defer { selectFacts.reset() }
    for row in rows {
      guard try selectFacts.step() else { return false }
      for column in 0..<9 where selectFacts.number(Int32(column)) != row.numbers[column] {
        return false
      }
      if selectFacts.optionalNumber(9) != row.energy { return false }
    }
    return try !selectFacts.step()
  }

  private func holds(_ hour: Int64, _ host: Int64, _ rows: ArraySlice<PieceRow>) throws -> Bool {
    selectPieces.bind(hour, at: 1)
    selectPieces.bind(host, at: 2)
    defer { selectPieces.reset() }
    for row in rows {
      guard try selectPieces.step() else { return false }
      for column in 0..<7 where selectPieces.number(Int32(column)) != row.numbers[column] {
        return false
      }
    }
    return try !selectPieces.step()
  }
}

/// A fact as its columns after hour and host.
private struct FactRow {
  let hour: Int64
  /// GPU, state, workload; time, first, last, measured, activity, shared.
  let numbers: InlineArray<9, Int64>
  let energy: Int64?

  static func precedes(_ left: Self, _ right: Self) -> Bool {
    (left.hour, left.numbers[0], left.numbers[1], left.numbers[2])
      < (right.hour, right.numbers[0], right.numbers[1], right.numbers[2])
  }
}

/// A piece of idle time as its columns after hour and host.
private struct PieceRow {
  let hour: Int64
  /// GPU, workload, instance, start; end, numerator, denominator.
  let numbers: InlineArray<7, Int64>

  static func precedes(_ left: Self, _ right: Self) -> Bool {
    (left.hour, left.numbers[0], left.numbers[1], left.numbers[2], left.numbers[3])
      < (right.hour, right.numbers[0], right.numbers[1], right.numbers[2], right.numbers[3])
  }
}

/// The rows of a host's ledger, each name hashed once.
private struct FactRows {
  let facts: [FactRow]
  let pieces: [PieceRow]
  /// By hour.
  let reserved: [Int64: [ReservedRow]]

  init(_ ledger: HostFacts) {
    var gpus: [String: Int64] = [:]
    var workloads: [WorkloadKey: Int64] = [:]
    func gpu(_ uuid: String) -> Int64 {
      if let known = gpus[uuid] { return known }
      let number = Identifier.ofGPU(uuid: uuid)
      gpus[uuid] = number
      return number
    }
    func workload(_ key: WorkloadKey) -> Int64 {
      if let known = workloads[key] { return known }
      let number = Identifier.of(
        key, site: ledger.host.site, cluster: ledger.clusters[key] ?? ledger.host.cluster)
      workloads[key] = number
      return number
    }
    facts = ledger.facts.map { fact in
      FactRow(
        hour: fact.hour.milliseconds,
        numbers: [
          fact.uuid.map(gpu) ?? 0, Int64(fact.state.rawValue), fact.workload.map(workload) ?? 0,
          fact.gpuMilliseconds, fact.span.start.milliseconds, fact.span.end.milliseconds,
          fact.measuredMilliseconds, fact.activityPPMMilliseconds, fact.sharedMilliseconds,
        ], energy: fact.energyMicrojoules)
    }.sorted(by: FactRow.precedes)
    pieces = ledger.idlePieces.map { piece in
      PieceRow(
        hour: piece.range.start.startOfHour.milliseconds,
        numbers: [
          gpu(piece.uuid), workload(piece.workload), piece.instance.map(Int64.init) ?? -1,
          piece.range.start.milliseconds, piece.range.end.milliseconds, piece.share.numerator,
          piece.share.denominator,
        ])
    }.sorted(by: PieceRow.precedes)
    let rows = ledger.reserved.map { time in
      ReservedRow(
        hour: time.hour.milliseconds, gpu: time.uuid.map(gpu) ?? 0,
        reservation: workload(time.reservation), state: Int64(time.state.rawValue),
        workload: time.workload.map(workload) ?? 0, milliseconds: time.gpuMilliseconds)
    }
    reserved = Dictionary(grouping: rows, by: \.hour)
  }
}

extension Store {
  /// Stores the ledgers of hosts for whole hours in one transaction, and notes that they are no
  /// longer stale.
  ///
  /// Hours whose facts are the same already are not touched.
  package func replaceFacts(_ ledgers: [HostFacts]) throws(StoreError) {
    let rows = ledgers.map(FactRows.init)
    try write { database in
      let registrar = Registrar(database: database)
      let writer = try FactWriter(database: database)
      let open = try Self.openBookings(in: database)
      for (ledger, rows) in zip(ledgers, rows) {
        try registrar.register(ledger.host)
        let host = Identifier.of(ledger.host)
        var (fact, piece) = (0, 0)
        var hour = ledger.window.start
        while hour < ledger.window.end {
          let factStart = fact
          while fact < rows.facts.count, rows.facts[fact].hour == hour.milliseconds { fact += 1 }
          let pieceStart = piece
          while piece < rows.pieces.count, rows.pieces[piece].hour == hour.milliseconds {
            piece += 1
          }
          try writer.replace(
            hour: hour.milliseconds, host: host, facts: rows.facts[factStart..<fact],
            pieces: rows.pieces[pieceStart..<piece],
            reserved: rows.reserved[hour.milliseconds] ?? [])
          hour = hour + UTCInstant.millisecondsPerHour
        }
        let stale = StaleHours(database: database)
        try stale.clear(host: host, range: ledger.window)
        // What bookings for any GPUs had of these hours is gone with the facts.
        let place = WorkloadPlace(site: ledger.host.site, cluster: ledger.host.cluster)
        for booking in open[place] ?? [] {
          guard let part = booking.range.intersection(ledger.window) else { continue }
          try stale.mark(host: Identifier.ofOpenBookings(place), range: part)
        }
      }
    }
  }
}
