import GRDB
import Quantities
import Records

/// The numbers by which rows name hosts, GPUs, workloads and pools: hashes of their keys.
package enum Identifier {
  package static func of(_ host: HostKey) -> Int64 {
    ContentHash.number([host.site, host.cluster, host.name])
  }

  package static func ofGPU(uuid: String) -> Int64 { ContentHash.number([uuid]) }

  package static func of(_ pool: PoolKey) -> Int64 {
    ContentHash.number([pool.site, pool.provider, pool.cluster, pool.resource, pool.gpuModel])
  }

  package static func of(_ workload: WorkloadKey, site: String, cluster: String) -> Int64 {
    ContentHash.number([
      site, cluster, workload.kind.text, workload.namespace, workload.name, workload.uid,
    ])
  }
}

extension WorkloadKey.Kind {
  /// The kind that the table `workload` calls so.
  init?(text: String) {
    guard let kind = Self.allCases.first(where: { $0.text == text }) else { return nil }
    self = kind
  }

  /// The word that the table `workload` and reports use.
  package var text: String {
    switch self {
    case .pod: "pod"
    case .job: "job"
    case .assignment: "assignment"
    case .reservation: "reservation"
    case .instance: "instance"
    case .machine: "vm"
    case .volume: "volume"
    }
  }
}

/// Writes names to their tables, and refuses two names with one number.
struct Registrar {
  let database: Database

  func register(_ host: HostKey) throws {
    let id = Identifier.of(host)
    try database.execute(
      sql: "INSERT OR IGNORE INTO host VALUES(?, ?, ?, ?)",
      arguments: [id, host.site, host.cluster, host.name])
    try confirm(
      "host", id, "site || '/' || cluster || '/' || name", equals: host.description)
  }

  /// Registers nodes of a scheduler that no host stands for.
  func register(nodes: [String], of origin: SourceOrigin) throws {
    if nodes.isEmpty { return }
    let known = Set(
      try String.fetchAll(
        database, sql: "SELECT name FROM host WHERE site = ? AND cluster = ?",
        arguments: [origin.site, origin.cluster]
      ).map(HostKey.short))
    for node in nodes where !known.contains(HostKey.short(node)) {
      try register(HostKey(site: origin.site, cluster: origin.cluster, name: node))
    }
  }

  /// Registers a GPU; a model that is told later replaces one that isn't known.
  func register(gpu uuid: String, model: String) throws {
    let id = Identifier.ofGPU(uuid: uuid)
    try database.execute(
      sql: """
        INSERT INTO gpu VALUES(?, ?, ?)
        ON CONFLICT(id) DO UPDATE SET model = max(model, excluded.model)
        WHERE model < excluded.model
        """, arguments: [id, uuid, model])
    try confirm("gpu", id, "uuid", equals: uuid)
  }

  func register(_ workload: WorkloadKey, site: String, cluster: String) throws {
    let id = Identifier.of(workload, site: site, cluster: cluster)
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO workload(id, site, cluster, kind, namespace, name, uid)
        VALUES(?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id, site, cluster, workload.kind.text, workload.namespace, workload.name, workload.uid,
      ])
    try confirm(
      "workload", id, "namespace || '/' || name || '/' || uid",
      equals: "\(workload.namespace)/\(workload.name)/\(workload.uid)")
  }

  private func confirm(_ table: String, _ id: Int64, _ key: String, equals text: String) throws {
    let stored = try String.fetchOne(
      database, sql: "SELECT \(key) FROM \(table) WHERE id = ?", arguments: [id])
    guard stored == text else { throw StoreError.hashCollision(table: table, id: id) }
  }
}
