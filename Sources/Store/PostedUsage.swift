import GRDB
import Quantities
import Records

/// What the postings of one billing day and pool sum to by team, state and owner, before policies.
package struct PostedUsage: Sendable {
  package struct Row: Sendable {
    package let team: String
    /// The state of the time, nil of cost that belongs to none.
    package let state: State?
    package let owner: String?
    package let gpuMilliseconds: Int64
    package let costMicros: Int64
  }
  package let day: CivilDate
  package let pool: PoolKey
  package let currency: String
  package internal(set) var rows: [Row]
}

extension Store {
  /// Reads what was posted of the days from `first` up to but without `end`, except what policies
  /// moved: day by day, pool by pool.
  package func forEachPostedUsage(
    from first: CivilDate, to end: CivilDate, _ body: (PostedUsage) throws -> Void
  ) throws {
    try pool.read { database in
      let rows = try RawStatement(
        """
        SELECT day, site, provider, cluster, resource, gpu_model, currency, team, state,
          owner IS NULL, owner, coalesce(sum(gpu_ms), 0), sum(cost_micros)
        FROM posting_by_day JOIN pool ON pool.id = pool_id
        WHERE day >= ?1 AND day < ?2 AND kind NOT IN ('shared', 'borrowed')
        GROUP BY day, pool_id, currency, team, state, owner
        ORDER BY day, pool_id, currency
        """, in: database)
      rows.bind(first.description, at: 1)
      rows.bind(end.description, at: 2)
      var last: PostedUsage?
      while try rows.step() {
        guard let day = CivilDate(rows.text(0)) else { continue }
        let pool = PoolKey(
          site: rows.text(1), provider: rows.text(2), cluster: rows.text(3),
          resource: rows.text(4), gpuModel: rows.text(5))
        let row = PostedUsage.Row(
          team: rows.text(7), state: State(rawValue: Int(rows.number(8))),
          owner: rows.number(9) == 0 ? rows.text(10) : nil, gpuMilliseconds: rows.number(11),
          costMicros: rows.number(12))
        if let usage = last, usage.day == day, usage.pool == pool, usage.currency == rows.text(6) {
          last?.rows.append(row)
          continue
        }
        if let last { try body(last) }
        last = PostedUsage(day: day, pool: pool, currency: rows.text(6), rows: [row])
      }
      if let last { try body(last) }
    }
  }
}
