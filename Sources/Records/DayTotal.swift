/// What one GPU did in one billing day, for one workload, in one state: what a posting prices.
///
/// Plain numbers only, since a month of a large fleet has a million of them. Pools and owners are
/// numbered by whoever keeps the account book.
package struct DayTotal: Hashable, Sendable {
  package var host: Int64
  /// 0 for slots never seen.
  package var gpu: Int64
  /// 0 for nobody.
  package var workload: Int64
  package var state: State
  /// The number of the pool in the account book.
  package var pool: Int32
  /// The number of the hardware's owner among the payers, nil where none is named.
  package var owner: Int32?
  /// - Unit: milliseconds of one GPU. - Range: 0 or more.
  package var gpuMilliseconds: Int64
  package var firstMilliseconds: Int64
  package var lastMilliseconds: Int64
  package var measuredMilliseconds: Int64
  package var activityPPMMilliseconds: Int64
  package var energyMicrojoules: Int64?

  package init(
    host: Int64, gpu: Int64, workload: Int64, state: State, pool: Int32 = 0, owner: Int32? = nil,
    gpuMilliseconds: Int64, firstMilliseconds: Int64 = 0, lastMilliseconds: Int64 = 0,
    measuredMilliseconds: Int64 = 0, activityPPMMilliseconds: Int64 = 0,
    energyMicrojoules: Int64? = nil
  ) {
    self.host = host
    self.gpu = gpu
    self.workload = workload
    self.state = state
    self.pool = pool
    self.owner = owner
    self.gpuMilliseconds = gpuMilliseconds
    self.firstMilliseconds = firstMilliseconds
    self.lastMilliseconds = lastMilliseconds
    self.measuredMilliseconds = measuredMilliseconds
    self.activityPPMMilliseconds = activityPPMMilliseconds
    self.energyMicrojoules = energyMicrojoules
  }

  /// Whether `left` comes before `right` by host, GPU, state and workload.
  package static func isBefore(_ left: DayTotal, _ right: DayTotal) -> Bool {
    if left.host != right.host { return left.host < right.host }
    if left.gpu != right.gpu { return left.gpu < right.gpu }
    if left.state.rawValue != right.state.rawValue {
      return left.state.rawValue < right.state.rawValue
    }
    return left.workload < right.workload
  }
}
