import GRDB
import Quantities
import Records

/// Registers workloads of which a source tells at once who they are: jobs, bookings, assignments.
struct WorkloadWriter {
  private let origin: SourceOrigin
  private let select: RawStatement
  private let insert: RawStatement
  private let update: RawStatement
  private let unpost: RawStatement

  init(_ database: Database, of origin: SourceOrigin) throws {
    self.origin = origin
    select = try RawStatement(
      "SELECT namespace, name, uid, user, attributes FROM workload WHERE id = ?", in: database)
    insert = try RawStatement(
      """
      INSERT INTO workload(id, user, attributes, site, cluster, kind, namespace, name, uid)
      VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)
      """, in: database)
    update = try RawStatement(
      "UPDATE workload SET user = ?2, attributes = ?3 WHERE id = ?1", in: database)
    unpost = try RawStatement(
      """
      INSERT OR IGNORE INTO unposted_hour
      SELECT hour_ms FROM state_hour
      WHERE workload_id = ?1
        AND hour_ms > (SELECT min(start_ms) FROM claim WHERE workload_id = ?1) - 3600000
        AND hour_ms < (SELECT max(end_ms) FROM claim WHERE workload_id = ?1)
      """, in: database)
    insert.bind(origin.site, at: 4)
    insert.bind(origin.cluster, at: 5)
  }

  /// Registers a workload, or what is told of it now; then its hours are to be posted again.
  ///
  /// - Returns: the workload's number.
  func write(_ key: WorkloadKey, user: String, attributes: [String: String]) throws -> Int64 {
    let id = Identifier.of(key, site: origin.site, cluster: origin.cluster)
    let place = ["workload": key.name, "site": origin.site, "cluster": origin.cluster]
    let text = AttributeText.json(attributes.merging(place) { _, own in own })
    let known = try self.known(id)
    if let known {
      guard known.key == [key.namespace, key.name, key.uid] else {
        throw StoreError.hashCollision(table: "workload", id: id)
      }
      if known.user == user, known.attributes == text { return id }
    }
    let statement = known == nil ? insert : update
    statement.bind(id, at: 1)
    statement.bind(user.isEmpty ? nil : user, at: 2)
    statement.bind(text, at: 3)
    if known == nil {
      let names = [key.kind.text, key.namespace, key.name, key.uid]
      for (index, name) in names.enumerated() { insert.bind(name, at: Int32(6 + index)) }
    }
    try statement.run()
    if known != nil {
      unpost.bind(id, at: 1)
      try unpost.run()
    }
    return id
  }

  private func known(_ id: Int64) throws -> (key: [String], user: String, attributes: String)? {
    select.bind(id, at: 1)
    defer { select.reset() }
    guard try select.step() else { return nil }
    return ([select.text(0), select.text(1), select.text(2)], select.text(3), select.text(4))
  }
}
