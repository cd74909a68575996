import GRDB
import Quantities

extension Store {
  /// The workloads that reserved GPUs or waited for them, and when that began.
  package func requests() throws(StoreError) -> [Int64: UTCInstant] {
    try read { database in
      let rows = try RawStatement(
        """
        SELECT workload_id, min(start_ms) FROM (
          SELECT workload_id, start_ms FROM reservation
          UNION ALL SELECT workload_id, start_ms FROM demand)
        GROUP BY workload_id
        """, in: database)
      var requests: [Int64: UTCInstant] = [:]
      while try rows.step() { requests[rows.number(0)] = UTCInstant(milliseconds: rows.number(1)) }
      return requests
    }
  }

  /// Stores of which kind each site is, in the place of what was stored of sites.
  package func replaceSites(_ kinds: [String: String]) throws(StoreError) {
    try write { database in
      let stored = Dictionary(
        uniqueKeysWithValues: try Row.fetchAll(database, sql: "SELECT name, kind FROM site").map {
          ($0[0] as String, $0[1] as String)
        })
      if stored == kinds { return }
      try database.execute(sql: "DELETE FROM site")
      for (name, kind) in kinds.sorted(by: { $0.key < $1.key }) {
        try database.execute(sql: "INSERT INTO site VALUES(?, ?)", arguments: [name, kind])
      }
    }
  }

  /// Stores whose each request is; of workloads that aren't named, nothing stays.
  package func replaceRequesters(_ teams: [Int64: String]) throws(StoreError) {
    try write { database in
      let select = try RawStatement("SELECT workload_id, team FROM requester", in: database)
      var stored: [Int64: String] = [:]
      while try select.step() { stored[select.number(0)] = select.text(1) }
      let insert = try RawStatement("INSERT OR REPLACE INTO requester VALUES(?, ?)", in: database)
      let delete = try RawStatement("DELETE FROM requester WHERE workload_id = ?", in: database)
      for (workload, team) in teams.sorted(by: { $0.key < $1.key }) where stored[workload] != team {
        insert.bind(workload, at: 1)
        insert.bind(team, at: 2)
        try insert.run()
      }
      for workload in stored.keys where teams[workload] == nil {
        delete.bind(workload, at: 1)
        try delete.run()
      }
    }
  }
}
