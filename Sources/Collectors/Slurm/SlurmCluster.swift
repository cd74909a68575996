import Quantities
import Records

/// What a cluster's controller says besides its jobs' accounting: its nodes, who holds which GPU
/// now, and what is reserved now and later.
package struct SlurmCluster: Sendable {
  package var nodes: [SchedulerNode] = []
  /// What is out of service now, since when; empty where the accounting keeps a history of it.
  package var outages: [Observation] = []
  package var reserved = SlurmReservations()
  /// nil where the controller told none, since it couldn't be asked.
  package var reservationsAsked: UTCInstant?
  /// Accounts and users by the numbers of associations.
  package var associations: [Int: (account: String, user: String)] = [:]
  /// What running jobs have of their nodes, by the job's number.
  package var placements: [String: [Job.Placement]] = [:]
  /// What couldn't be asked, and why.
  package var shortfalls: [String] = []
  /// Lines that can't be read.
  package var rejections: [Rejection] = []

  package init() {}
}

/// What is reserved on a cluster.
package struct SlurmReservations: Sendable {
  /// Reservations for work.
  package var forWork: [Reservation] = []
  /// When nodes are reserved for maintenance.
  package var maintenance: [Observation] = []
  package var rejections: [Rejection] = []

  package init() {}

  /// - Parameter flags: with commas between them.
  mutating func add(_ reservation: Reservation, flags: Substring) {
    guard flags.split(separator: ",").contains("MAINT") else {
      forWork.append(reservation)
      return
    }
    maintenance += reservation.hosts.map {
      Observation(
        kind: .outage, subject: $0, attributes: ["reason": "maintenance"],
        range: reservation.range)
    }
  }
}
