import Records

/// What postings sum to by all of their columns but host, GPU and workload: the rows of
/// `posting_by_day` and `posting_by_month`.
struct PostingSums {
  /// What a row is of; pools and payers by their numbers.
  struct Key: Hashable {
    let pool: Int32
    let kind: PostingLine.Kind
    let payer: Int32
    let state: State?
    let owner: Int32?
  }

  /// The numbers of a row, nil where no line has any.
  struct Sum: Equatable {
    var gpuMilliseconds: Int64?
    var measuredMilliseconds: Int64?
    var activityPPMMilliseconds: Int64?
    var energyMicrojoules: Int64?
    var costMicros: Int64 = 0

    /// The sum of both, nil where one of the numbers would leave Int64.
    static func + (left: Sum, right: Sum) -> Sum? {
      var isTooLarge = false
      func add(_ one: Int64?, _ other: Int64?) -> Int64? {
        guard let one, let other else { return one ?? other }
        let (sum, overflow) = one.addingReportingOverflow(other)
        if overflow { isTooLarge = true }
        return sum
      }
      let sum = Sum(
        gpuMilliseconds: add(left.gpuMilliseconds, right.gpuMilliseconds),
        measuredMilliseconds: add(left.measuredMilliseconds, right.measuredMilliseconds),
        activityPPMMilliseconds: add(left.activityPPMMilliseconds, right.activityPPMMilliseconds),
        energyMicrojoules: add(left.energyMicrojoules, right.energyMicrojoules),
        costMicros: add(left.costMicros, right.costMicros) ?? 0)
      return isTooLarge ? nil : sum
    }
  }

  /// The rows of each key: several where one sum would leave Int64.
  private(set) var rows: [Key: [Sum]] = [:]

  mutating func add(_ sum: Sum, to key: Key) {
    guard let last = rows[key]?.last else {
      rows[key] = [sum]
      return
    }
    if let both = last + sum {
      rows[key, default: []][rows[key, default: []].count - 1] = both
    } else {
      rows[key, default: []].append(sum)
    }
  }

  mutating func add(_ other: PostingSums) {
    for (key, sums) in other.rows { for sum in sums { add(sum, to: key) } }
  }
}
