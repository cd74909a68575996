import GRDB
import Quantities
import Records

/// GPUs of a host that a virtual machine has for a time, and what the machine calls itself.
package struct MachineClaim: Hashable, Sendable {
  package let source: String
  package let place: WorkloadPlace
  package let workload: WorkloadKey
  /// The names of both up to their first dots.
  package let host: String
  package let guest: String
  package let range: TimeRange
  package let reach: Claim.Reach
  /// What its source told of it besides.
  package let attributes: [String: String]

  /// Whether it has whole cards, not parts of some.
  package var isWhole: Bool {
    if case .parts = reach { false } else { true }
  }
}

extension Store {
  /// What virtual machines have of hosts, in the order of their beginnings.
  ///
  /// - Parameter source: nil for all.
  package func machineClaims(of source: String? = nil) throws(StoreError) -> [MachineClaim] {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT source, site, cluster, namespace, name, uid, attributes, host, start_ms, end_ms,
            gpus, devices, gpu_divisor
          FROM workload JOIN claim ON workload_id = id
          WHERE kind = ?1 AND (?2 IS NULL OR source = ?2)
          ORDER BY start_ms, end_ms, source, name, uid, host
          """, arguments: [WorkloadKey.Kind.machine.text, source])
      return rows.map { row in
        let name: String = row[4]
        let attributes = AttributeText.attributes(row[6])
        return MachineClaim(
          source: row[0], place: WorkloadPlace(site: row[1], cluster: row[2]),
          workload: WorkloadKey(kind: .machine, namespace: row[3], name: name, uid: row[5]),
          host: row[7], guest: HostKey.short(attributes["guest"] ?? name),
          range: TimeRange(milliseconds: row[8]..<row[9]),
          reach: ClaimRow.reach(gpus: row[10], devices: row[11], divisor: row[12]),
          attributes: attributes)
      }
    }
  }
}
