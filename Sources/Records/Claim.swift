import Quantities

/// GPUs of one host that somebody holds or has reserved for a time, as a scheduler, a booking or a
/// list of assignments tells: not by a sample of a GPU.
package struct Claim: Hashable, Sendable {
  /// Which of the host's GPUs are meant.
  package enum Reach: Hashable, Sendable {
    /// All of them.
    case all
    /// These, by UUID.
    case uuids([String])
    /// These, by the numbers that the scheduler gives them on the host.
    case indexes([Int])
    /// So many; which ones isn't told.
    case count(Int)
    /// So many, among them these, by UUID.
    case including([String], count: Int)
    /// So many parts of cards, each one of so many that a card is divided into.
    case parts(Int, of: Int)
  }

  /// Who: a job, a virtual machine, an assignment, a reservation or a billed instance.
  package var workload: WorkloadKey
  /// The host's name; those that are the same up to the first dot are one host.
  package var host: String
  package var range: TimeRange
  package var reach: Reach

  package init(workload: WorkloadKey, host: String, range: TimeRange, reach: Reach) {
    self.workload = workload
    self.host = host
    self.range = range
    self.reach = reach
  }
}
