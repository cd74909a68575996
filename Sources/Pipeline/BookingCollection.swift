import Collectors
import Configuration
import Quantities
import Records
import Store
import Transport

/// Takes in bookings and assignments, which are read as a whole each time.
struct BookingCollection {
  private let store: Store
  private let calendar: BillingCalendar
  private let client: HTTPClient

  init(store: Store, calendar: BillingCalendar, client: HTTPClient) {
    self.store = store
    self.calendar = calendar
    self.client = client
  }

  /// - Throws: ``StoreError`` where the store fails; a source that fails is told in the outcome.
  func run(
    _ reservations: ReservationSource, of source: Source, now: UTCInstant
  ) async throws -> Collection.SourceOutcome {
    try await outcome(of: source, now: now) {
      let result = try await ReservationCollector(
        settings: ReservationSettings(reservations, of: source, calendar: calendar), client: client
      ).collect(now: now)
      try store.replaceReservations(
        ReservationWindow(
          reservations: result.reservations, start: result.start, refusedIDs: result.refusedIDs,
          rejections: result.rejections), of: source.origin)
      return (result.rejections, result.summary)
    }
  }

  /// - Throws: ``StoreError`` where the store fails; a source that fails is told in the outcome.
  func run(
    _ assignments: AssignmentSource, of source: Source, now: UTCInstant
  ) async throws -> Collection.SourceOutcome {
    try await outcome(of: source, now: now) {
      let result = try await AssignmentCollector(
        settings: AssignmentSettings(assignments, of: source, calendar: calendar), client: client
      ).collect()
      try store.replaceAssignments(
        AssignmentWindow(
          assignments: result.assignments, refusedHosts: result.refusedHosts,
          rejections: result.rejections), of: source.origin)
      return (result.rejections, result.summary)
    }
  }

  private func outcome(
    of source: Source, now: UTCInstant,
    _ takeIn: () async throws -> (rejections: [Rejection], summary: String)
  ) async throws -> Collection.SourceOutcome {
    var outcome = Collection.SourceOutcome(source: source.name)
    do {
      let taken = try await takeIn()
      outcome.rejections = taken.rejections
      outcome.told = taken.summary
    } catch let error as CollectorError {
      outcome.miss(TimeRange(now, now), "\(error)")
    }
    return outcome
  }
}
