import Records

/// The storage of one billing day in the order in which it is posted, cut into pools.
struct StorageSheet {
  /// The volumes of one pool.
  struct Pool {
    let pool: Int32
    /// In the order of their workloads, none twice for one bearer.
    let volumes: [StoredVolume]
    let amount: StorageAmount
  }

  /// In the order of their numbers.
  let pools: [Pool]

  /// - Precondition: no amount is negative, and a day's sum fits Int64.
  init(_ volumes: [StoredVolume]) {
    struct Key: Hashable {
      let workload: Int64
      let bearer: String?
    }
    pools = Dictionary(grouping: volumes, by: \.pool).sorted { $0.key < $1.key }.map { pool, all in
      var sums: [Key: StorageAmount] = [:]
      var whole = StorageAmount()
      for volume in all {
        precondition(
          volume.amount.provisioned >= 0 && volume.amount.replicated >= 0,
          "BUG: negative storage, got \(volume.amount)")
        let key = Key(workload: volume.workload, bearer: volume.bearer)
        sums[key] = (sums[key] ?? StorageAmount()) + volume.amount
        whole = whole + volume.amount
      }
      let inOrder = sums.sorted {
        ($0.key.workload, $0.key.bearer ?? "") < ($1.key.workload, $1.key.bearer ?? "")
      }
      return Pool(
        pool: pool,
        volumes: inOrder.map {
          StoredVolume(
            pool: pool, workload: $0.key.workload, bearer: $0.key.bearer, amount: $0.value)
        }, amount: whole)
    }
  }
}
