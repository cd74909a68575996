import Quantities
import Records

/// What a source said of its bookings.
package struct ReservationWindow: Sendable {
  package let reservations: [Reservation]
  /// Bookings that are stored, begin at or after it and did not come are gone.
  package let start: UTCInstant
  /// Ids of which something was refused: what is stored of them stays.
  package let refusedIDs: Set<String>
  package let rejections: [Rejection]

  package init(
    reservations: [Reservation], start: UTCInstant, refusedIDs: Set<String>,
    rejections: [Rejection]
  ) {
    self.reservations = reservations
    self.start = start
    self.refusedIDs = refusedIDs
    self.rejections = rejections
  }
}

/// What a source said of whose GPUs are, all that it knows.
package struct AssignmentWindow: Sendable {
  package let assignments: [Assignment]
  /// Hosts of which something was refused: what is stored of them stays.
  package let refusedHosts: Set<String>
  package let rejections: [Rejection]

  package init(
    assignments: [Assignment], refusedHosts: Set<String>, rejections: [Rejection]
  ) {
    self.assignments = assignments
    self.refusedHosts = refusedHosts
    self.rejections = rejections
  }
}

extension Store {
  /// Stores what a source said of its bookings.
  package func replaceReservations(
    _ value: ReservationWindow, of origin: SourceOrigin, now: UTCInstant
  ) throws(StoreError) {
    try write { database in
      try RejectionTable.replace(
        value.rejections, of: origin.name, in: TimeRange(now, now), database)
    }
  }

  /// Stores what a source said of whose GPUs are.
  package func replaceAssignments(
    _ value: AssignmentWindow, of origin: SourceOrigin, now: UTCInstant
  ) throws(StoreError) {
    try write { database in
      try RejectionTable.replace(
        value.rejections, of: origin.name, in: TimeRange(now, now), database)
    }
  }
}
