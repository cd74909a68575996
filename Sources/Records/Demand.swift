import Quantities

/// GPUs that somebody waits for.
package struct Demand: Hashable, Sendable {
  /// Who waits.
  package let workload: WorkloadKey
  package let range: TimeRange
  package let gpuCount: Int
  /// Of which type they are to be; empty where that isn't told.
  package let gpuType: String

  package init(workload: WorkloadKey, range: TimeRange, gpuCount: Int, gpuType: String = "") {
    self.workload = workload
    self.range = range
    self.gpuCount = gpuCount
    self.gpuType = gpuType
  }
}
