import GRDB
import Quantities
import Records

/// What a source of bookings said.
package struct ReservationWindow: Sendable {
  package let reservations: [Reservation]
  /// Bookings that begin in it and didn't come are gone.
  package let start: UTCInstant
  /// nil for ever.
  package let end: UTCInstant?
  /// Bookings that came and were refused: what is stored of them stays.
  package let refusedIDs: Set<String>
  /// What was refused; nil where that is told with something else of the source.
  package let rejections: [Rejection]?
  /// Whether bookings that begin before it, reach into it and didn't come have ended at its start:
  /// they were given up, and nobody tells when.
  package let endsUnlisted: Bool

  package init(
    reservations: [Reservation], start: UTCInstant, end: UTCInstant? = nil,
    refusedIDs: Set<String> = [], rejections: [Rejection]? = nil, endsUnlisted: Bool = false
  ) {
    self.endsUnlisted = endsUnlisted
    self.reservations = reservations
    self.start = start
    self.end = end
    self.refusedIDs = refusedIDs
    self.rejections = rejections
  }
}

/// What a list of assignments said.
package struct AssignmentWindow: Sendable {
  package let assignments: [Assignment]
  /// Hosts of rows that were refused: what is stored of them stays.
  package let refusedHosts: Set<String>
  package let rejections: [Rejection]

  package init(
    assignments: [Assignment], refusedHosts: Set<String> = [], rejections: [Rejection] = []
  ) {
    self.assignments = assignments
    self.refusedHosts = refusedHosts
    self.rejections = rejections
  }
}

extension Store {
  /// Stores what a source said of its bookings, in one transaction: each takes the place of the one
  /// with its id and start, and what didn't come is gone.
  package func replaceReservations(
    _ window: ReservationWindow, of origin: SourceOrigin
  ) throws(StoreError) {
    try write { database in
      let writer = try ReservationWriter(database, of: origin)
      try writer.replace(window)
      if let rejections = window.rejections {
        try RejectionTable.replace(
          rejections, of: origin.name, in: RejectionTable.always, database)
      }
    }
  }

  /// Stores what a list said of its assignments, in one transaction: they take the place of all
  /// that were stored of it.
  package func replaceAssignments(
    _ window: AssignmentWindow, of origin: SourceOrigin
  ) throws(StoreError) {
    try write { database in
      var claims = try ClaimChanges(database, source: origin.name)
      let workloads = try WorkloadWriter(database, of: origin)
      let refused = Set(window.refusedHosts.map(HostKey.short))
      let old = try Row.fetchAll(
        database, sql: "SELECT DISTINCT workload_id, host FROM claim WHERE source = ?",
        arguments: [origin.name])
      for row in old where !refused.contains(row[1]) {
        try claims.remove(workload: row[0], host: row[1])
      }
      for assignment in window.assignments {
        let key = WorkloadKey(
          kind: .assignment, namespace: "", name: assignment.team, uid: assignment.user)
        let workload = try workloads.write(
          key, user: assignment.user,
          attributes: ["team": assignment.team, "user": assignment.user]
            .filter { !$0.value.isEmpty })
        claims.add(ClaimRow(assignment.claim(key), workload: workload))
      }
      try claims.apply(of: origin)
      try RejectionTable.replace(
        window.rejections, of: origin.name, in: RejectionTable.always, database)
    }
  }
}

extension Assignment {
  fileprivate func claim(_ workload: WorkloadKey) -> Claim {
    let always = RejectionTable.always
    return Claim(
      workload: workload, host: host, range: TimeRange(start ?? always.start, end ?? always.end),
      reach: uuids.isEmpty ? gpuCount.map(Claim.Reach.count) ?? .all : .uuids(uuids))
  }
}

/// Writes bookings.
private struct ReservationWriter {
  private let database: Database
  private let origin: SourceOrigin
  private let insert: RawStatement

  init(_ database: Database, of origin: SourceOrigin) throws {
    self.database = database
    self.origin = origin
    insert = try RawStatement(
      "INSERT OR REPLACE INTO reservation VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      in: database)
    insert.bind(origin.name, at: 1)
  }

  func replace(_ window: ReservationWindow) throws {
    var claims = try ClaimChanges(database, source: origin.name)
    try forget(window, &claims)
    if window.endsUnlisted { try endUnlisted(window, &claims) }
    let workloads = try WorkloadWriter(database, of: origin)
    for reservation in window.reservations where !reservation.range.isEmpty {
      let key = workload(of: reservation.id, reservation.range.start)
      let attributes = [
        "team": reservation.team, "account": reservation.account, "user": reservation.user,
        "reservation": reservation.id,
      ]
      let workload = try workloads.write(
        key, user: reservation.user, attributes: attributes.filter { !$0.value.isEmpty })
      try claims.remove(workload: workload)
      for row in Self.claims(reservation, key, workload) { claims.add(row) }
      try add(reservation, workload)
    }
    try claims.apply(of: origin)
  }

  /// Takes away what begins in the window.
  private func forget(_ window: ReservationWindow, _ claims: inout ClaimChanges) throws {
    let begin: StatementArguments = [
      origin.name, window.start.milliseconds, window.end?.milliseconds ?? Int64.max,
    ]
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT id, start_ms, workload_id FROM reservation
        WHERE source = ? AND start_ms >= ? AND start_ms < ?
        """, arguments: begin)
    for row in rows where !window.refusedIDs.contains(row[0]) {
      try claims.remove(workload: row[2])
      try database.execute(
        sql: "DELETE FROM reservation WHERE source = ? AND id = ? AND start_ms = ?",
        arguments: [origin.name, row[0] as String, row[1] as Int64])
    }
  }

  /// Ends what began before the window, reaches into it and didn't come.
  private func endUnlisted(_ window: ReservationWindow, _ claims: inout ClaimChanges) throws {
    struct Booking: Hashable {
      let id: String
      let start: Int64
    }
    let listed = Set(
      window.reservations.map { Booking(id: $0.id, start: $0.range.start.milliseconds) })
    let end = window.start.milliseconds
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT id, start_ms, workload_id FROM reservation
        WHERE source = ? AND start_ms < ? AND end_ms > ?
        """, arguments: [origin.name, end, end])
    for row in rows {
      let booking = Booking(id: row[0], start: row[1])
      if listed.contains(booking) || window.refusedIDs.contains(booking.id) { continue }
      try claims.end(workload: row[2], at: end)
      try database.execute(
        sql: "UPDATE reservation SET end_ms = ? WHERE source = ? AND id = ? AND start_ms = ?",
        arguments: [end, origin.name, booking.id, booking.start])
    }
  }

  private func workload(of id: String, _ start: UTCInstant) -> WorkloadKey {
    WorkloadKey(
      kind: .reservation, namespace: "", name: id, uid: "\(origin.name):\(start.milliseconds)")
  }

  /// What a booking has of its hosts; one for any host of the cluster has one row for all.
  private static func claims(
    _ reservation: Reservation, _ key: WorkloadKey, _ workload: Int64
  ) -> [ClaimRow] {
    let (start, end) = (
      reservation.range.start.milliseconds, reservation.range.end.milliseconds
    )
    if reservation.hosts.isEmpty {
      return [
        ClaimRow(
          host: "", workload: workload, start: start, end: end,
          gpus: reservation.uuids.isEmpty
            ? reservation.gpuCount.map(Int64.init) : Int64(reservation.uuids.count),
          devices: reservation.uuids.joined(separator: ","), model: reservation.gpuModel)
      ]
    }
    let counts = reservation.gpuCount.map { Job.spread($0, over: reservation.hosts, [:]) }
    return reservation.hosts.enumerated().compactMap { index, host in
      let reach: Claim.Reach =
        reservation.uuids.isEmpty
        ? counts.map { .count($0[index]) } ?? .all : .uuids(reservation.uuids)
      if reach == .count(0) { return nil }
      return ClaimRow(
        Claim(workload: key, host: host, range: reservation.range, reach: reach),
        workload: workload)
    }
  }

  private func add(_ reservation: Reservation, _ workload: Int64) throws {
    insert.bind(reservation.id, at: 2)
    insert.bind(reservation.range.start.milliseconds, at: 3)
    insert.bind(reservation.range.end.milliseconds, at: 4)
    insert.bind(workload, at: 5)
    insert.bind(reservation.hosts.joined(separator: ","), at: 6)
    insert.bind(reservation.uuids.joined(separator: ","), at: 7)
    insert.bind(reservation.gpuCount.map(Int64.init), at: 8)
    let texts = [
      reservation.gpuModel, reservation.team, reservation.account, reservation.user,
    ]
    for (index, text) in texts.enumerated() { insert.bind(text, at: Int32(9 + index)) }
    insert.bind(reservation.booked?.milliseconds, at: 13)
    try insert.run()
  }
}
