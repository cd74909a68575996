import GRDB
import Quantities
import Records

/// A row of `storage_use`, without its month and day.
package struct StorageUseRow: Hashable, Sendable {
  /// What no two rows of a day have in common.
  struct Key: Hashable, Comparable {
    let poolID: Int64
    let team: String
    let workloadID: Int64

    static func < (left: Self, right: Self) -> Bool {
      if left.poolID != right.poolID { return left.poolID < right.poolID }
      return (left.team, left.workloadID) < (right.team, right.workloadID)
    }
  }

  let key: Key
  let amount: StorageAmount
  let isPriced: Bool
}

/// Writes what volumes hold.
struct StorageUseWriter {
  private let insert: RawStatement
  private let charged: RawStatement

  /// - Parameter month: that bears what is written.
  init(_ database: Database, month: BillingMonth) throws {
    insert = try RawStatement("INSERT INTO storage_use VALUES(?,?,?,?,?,?,?,?,?,?)", in: database)
    insert.bind(month.description, at: 1)
    charged = try RawStatement(
      """
      SELECT pool_id, team, workload_id, sum(volume_hours), sum(byte_hours),
        sum(replicated_byte_hours), sum(used_byte_hours), max(is_priced)
      FROM storage_use WHERE day = ?1 AND month <> ?2 GROUP BY pool_id, team, workload_id
      """, in: database)
    charged.bind(month.description, at: 2)
  }

  /// The rows of a day in the order in which they are stored: payers of one name are one.
  static func sums(of uses: [StorageUse], _ order: PostingOrder) -> [StorageUseRow] {
    var sums: [StorageUseRow.Key: (amount: StorageAmount, isPriced: Bool)] = [:]
    for use in uses {
      let key = StorageUseRow.Key(
        poolID: order.poolIDs[Int(use.pool)], team: order.payers[Int(use.payer)].name,
        workloadID: use.workload)
      let before = sums[key]
      sums[key] = (
        (before?.amount ?? StorageAmount()) + use.amount, use.isPriced && before?.isPriced ?? true
      )
    }
    return sums.sorted { $0.key < $1.key }.map {
      StorageUseRow(key: $0.key, amount: $0.value.amount, isPriced: $0.value.isPriced)
    }
  }

  /// Makes a digest depend on all that is stored of `rows`.
  static func mix(_ rows: [StorageUseRow], to digest: inout PostingDigest) {
    for row in rows {
      digest.mix(row.key.poolID)
      digest.mix(String?(row.key.team))
      digest.mix(row.key.workloadID)
      digest.mix(row.amount.volumeHours)
      digest.mix(row.amount.provisioned)
      digest.mix(row.amount.replicated)
      digest.mix(row.amount.used)
      digest.mix(row.isPriced ? 1 : 0)
    }
  }

  func write(_ rows: [StorageUseRow], on day: CivilDate) throws {
    insert.bind(day.description, at: 2)
    for row in rows {
      insert.bind(row.key.poolID, at: 3)
      insert.bind(row.key.team, at: 4)
      insert.bind(row.key.workloadID, at: 5)
      insert.bind(row.amount.volumeHours, at: 6)
      insert.bind(row.amount.provisioned, at: 7)
      insert.bind(row.amount.replicated, at: 8)
      insert.bind(row.amount.used, at: 9)
      insert.bind(row.isPriced ? 1 : 0, at: 10)
      try insert.run()
    }
  }

  /// Writes by what a day's rows differ from all that other months bear of the day.
  func writeDifferences(to due: [StorageUseRow], on day: CivilDate) throws {
    var sums: [StorageUseRow.Key: (amount: StorageAmount, isPriced: Bool)] = [:]
    for row in due { sums[row.key] = (row.amount, row.isPriced) }
    charged.bind(day.description, at: 1)
    defer { charged.reset() }
    while try charged.step() {
      let key = StorageUseRow.Key(
        poolID: charged.number(0), team: charged.text(1), workloadID: charged.number(2))
      let amount = StorageAmount(
        volumeHours: charged.number(3), provisioned: charged.number(4),
        replicated: charged.number(5), used: charged.optionalNumber(6))
      let own = sums[key]
      sums[key] = (
        -amount + (own?.amount ?? StorageAmount()), own?.isPriced ?? (charged.number(7) != 0)
      )
    }
    let rows = sums.filter { !$0.value.amount.isNothing }.sorted { $0.key < $1.key }.map {
      StorageUseRow(key: $0.key, amount: $0.value.amount, isPriced: $0.value.isPriced)
    }
    try write(rows, on: day)
  }
}

extension CorrectionWriter {
  /// Writes by what volumes hold otherwise than was posted of a closed month's day.
  package func write(
    _ storage: [StorageUse], on day: CivilDate, pools: [PoolKey], payers: [Payer]
  ) throws {
    let order = PostingOrder(pools: pools, payers: payers)
    try storageWriter.writeDifferences(
      to: StorageUseWriter.sums(of: storage, order), on: day)
  }
}

/// A volume and its claim, as a workload.
package struct VolumeWorkload: Hashable, Sendable {
  package let place: WorkloadPlace
  package let key: WorkloadKey

  package init(place: WorkloadPlace, key: WorkloadKey) {
    self.place = place
    self.key = key
  }

  /// Its number in the store.
  package var id: Int64 { Identifier.of(key, site: place.site, cluster: place.cluster) }
}

extension PostingWriter {
  /// Registers volumes as workloads.
  package func register(_ volumes: [VolumeWorkload]) throws {
    try VolumeRegistrar.register(volumes, in: database)
  }
}

extension CorrectionWriter {
  /// Registers volumes as workloads.
  package func register(_ volumes: [VolumeWorkload]) throws {
    try VolumeRegistrar.register(volumes, in: database)
  }
}

private enum VolumeRegistrar {
  static func register(_ volumes: [VolumeWorkload], in database: Database) throws {
    let registrar = Registrar(database: database)
    for volume in volumes {
      try registrar.register(
        volume.key, site: volume.place.site, cluster: volume.place.cluster)
    }
  }
}

/// Storage of which nothing says what it costs.
package struct UnpricedStorage: Hashable, Sendable {
  package let month: BillingMonth
  package let site: String
  package let cluster: String
  package let storageClass: String
  /// Provisioned, as decimal text.
  package let gibibyteHours: String
}

extension UnpricedStorage: CustomStringConvertible {
  package var description: String {
    "\(gibibyteHours) GiB-hours of class '\(storageClass)' in \(month), site \(site), cluster "
      + "\(cluster), have no price; add their class to 'storage_rates'"
  }
}

extension Store {
  /// From the first to the last hour in which any of `sources` told of a volume; nil without any.
  package func volumeSpan(of sources: [String]) throws(StoreError) -> TimeRange? {
    try read { database in
      var span: TimeRange?
      for source in sources {
        let row = try Row.fetchOne(
          database,
          sql: "SELECT min(start_ms), max(end_ms) FROM observation WHERE source = ? AND kind = ?",
          arguments: [source, Observation.Kind.volume.rawValue])
        guard let start: Int64 = row?[0], let end: Int64 = row?[1] else { continue }
        let own = TimeRange(milliseconds: start..<end)
        span = span.map { TimeRange(min($0.start, own.start), max($0.end, own.end)) } ?? own
      }
      return span
    }
  }

  /// What volumes hold without a price, by month, place and class.
  package func unpricedStorage() throws(StoreError) -> [UnpricedStorage] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT month, site, cluster, gpu_model, sum(byte_hours >> 30),
            sum(byte_hours & 1073741823)
          FROM storage_use JOIN pool ON pool.id = pool_id WHERE is_priced = 0
          GROUP BY month, site, cluster, gpu_model ORDER BY month, site, cluster, gpu_model
          """
      ).compactMap { row in
        BillingMonth(row[0] as String).map {
          UnpricedStorage(
            month: $0, site: row[1], cluster: row[2], storageClass: row[3],
            gibibyteHours: StorageTime.text(gibibyteHours: row[4], rest: row[5]))
        }
      }
    }
  }
}
