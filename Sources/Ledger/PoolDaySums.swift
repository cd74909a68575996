import Records

/// What the usage lines of one billing day of one pool sum to, as far as policies look at it.
struct PoolDaySums {
  struct Key: Hashable {
    let state: State
    let payer: Int32
    let owner: Int32?
  }
  struct Sum {
    var costMicros: Int64 = 0
    var gpuMilliseconds: Int128 = 0
  }

  private(set) var sums: [Key: Sum] = [:]

  mutating func add(
    state: State, payer: Int32, owner: Int32?, costMicros: Int64, gpuMilliseconds: Int128
  ) {
    let key = Key(state: state, payer: payer, owner: owner)
    sums[key, default: Sum()].costMicros += costMicros
    sums[key, default: Sum()].gpuMilliseconds += gpuMilliseconds
  }
}

extension PoolDaySums {
  /// - Parameter lines: usage lines of one pool, whose time stands among `totals`.
  init(_ lines: ArraySlice<PostingLine>, totals: [DayTotal]) {
    // Lines come state by state and host by host, and a holder's often one after the other.
    var last: (key: Key, sum: Sum)?
    for line in lines {
      guard let state = line.state else { continue }
      let key = Key(
        state: state, payer: line.payer,
        owner: line.total.flatMap { totals[Int($0)].owner })
      if last?.key != key {
        if let last { add(last.sum, to: last.key) }
        last = (key, Sum())
      }
      last?.sum.costMicros += line.costMicros
      last?.sum.gpuMilliseconds += Int128(line.gpuMilliseconds ?? 0)
    }
    if let last { add(last.sum, to: last.key) }
  }

  private mutating func add(_ sum: Sum, to key: Key) {
    add(
      state: key.state, payer: key.payer, owner: key.owner, costMicros: sum.costMicros,
      gpuMilliseconds: sum.gpuMilliseconds)
  }
}
