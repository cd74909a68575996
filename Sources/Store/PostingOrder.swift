import GRDB
import Quantities
import Records

/// The numbers of an account book's pools and payers, in the order in which the store keeps their
/// rows.
struct PostingOrder {
  let pools: [PoolKey]
  let payers: [Payer]
  /// By the number of the pool.
  let poolIDs: [Int64]
  private let poolRanks: [Int]
  private let payerRanks: [Int]

  init(pools: [PoolKey], payers: [Payer]) {
    self.pools = pools
    self.payers = payers
    let poolIDs = pools.map { Identifier.of($0) }
    self.poolIDs = poolIDs
    poolRanks = Self.ranks(pools.indices.sorted { poolIDs[$0] < poolIDs[$1] })
    // As SQLite compares texts: byte by byte.
    let names = payers.map { Array($0.name.utf8) }
    payerRanks = Self.ranks(
      payers.indices.sorted { names[$0].lexicographicallyPrecedes(names[$1]) })
  }

  /// Writes the pools from the number `start` on to their table.
  func register(from start: Int, in database: Database) throws {
    for number in pools.indices.dropFirst(start) {
      let pool = pools[number]
      try database.execute(
        sql: "INSERT OR IGNORE INTO pool VALUES(?, ?, ?, ?, ?, ?)",
        arguments: [
          poolIDs[number], pool.site, pool.provider, pool.cluster, pool.resource, pool.gpuModel,
        ])
    }
  }

  private static func ranks(_ order: [Int]) -> [Int] {
    var ranks = [Int](repeating: 0, count: order.count)
    for (rank, index) in order.enumerated() { ranks[index] = rank }
    return ranks
  }

  private static let kindsMax = 5

  /// In the order of the kinds' texts.
  private static func rank(_ kind: PostingLine.Kind) -> Int {
    switch kind {
    case .borrowed: 0
    case .charge: 1
    case .shared: 2
    case .usage: 3
    case .variance: 4
    }
  }

  /// A number that is less for lines that are stored before, up to their host.
  private func code(pool: Int32, kind: PostingLine.Kind, payer: Int32, state: State?) -> Int {
    let first = poolRanks[Int(pool)] * Self.kindsMax + Self.rank(kind)
    return (first * payers.count + payerRanks[Int(payer)]) * 16 + (state?.rawValue ?? 0)
  }

  /// The places of `lines` in the order in which they are stored, in runs that differ only in
  /// host, GPU and workload.
  ///
  /// - Precondition: usage lines of one pool and state are in the order of those.
  func runs(of lines: [PostingLine]) -> [[Int32]] {
    var byCode: [Int: [Int32]] = [:]
    var last: (code: Int, rows: [Int32])?
    for (index, line) in lines.enumerated() {
      let code = code(pool: line.pool, kind: line.kind, payer: line.payer, state: line.state)
      if last?.code == code {
        last?.rows.append(Int32(index))
      } else {
        if let last { byCode[last.code, default: []] += last.rows }
        last = (code, [Int32(index)])
      }
    }
    if let last { byCode[last.code, default: []] += last.rows }
    return byCode.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The keys in the order in which their rows are numbered.
  func sorted(_ sums: PostingSums) -> [(key: PostingSums.Key, sums: [PostingSums.Sum])] {
    sums.rows.map { key, sums in
      let code = code(pool: key.pool, kind: key.kind, payer: key.payer, state: key.state)
      return (code, key.owner.map { payerRanks[Int($0)] } ?? -1, key, sums)
    }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map { ($0.2, $0.3) }
  }
}
